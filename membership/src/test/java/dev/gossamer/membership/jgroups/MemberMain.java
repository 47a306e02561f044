package dev.gossamer.membership.jgroups;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MembershipSettings;
import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.membership.MembershipSettings.HostPort;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A member in a process of its own: tells on standard output what its listener hears, a line an
 * event, and obeys {@code send ID TEXT} and {@code close} on standard input.
 *
 * <p>Arguments: id, port, contacts (host:port,…), password or {@code -}, start timeout in seconds.
 */
public final class MemberMain {
    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);

    private MemberMain() {}

    public static void main(String[] args) throws IOException {
        MemberId id = MemberId.parse(args[0]);
        JGroupsMembership membership =
                new JGroupsMembership(settings(id, args), new SplittableRandom(), System::nanoTime);
        long begun = System.nanoTime();
        try {
            membership.start(new Teller());
        } catch (GossamerException e) {
            OUT.println("failed " + e.getMessage());
            return;
        }
        OUT.println("ready " + (System.nanoTime() - begun) / 1_000_000);
        obey(membership);
    }

    private static MembershipSettings settings(MemberId id, String[] args) {
        int port = Integer.parseInt(args[1]);
        Member self =
                new Member(
                        id,
                        "node-" + port,
                        "zone-" + port % 2,
                        100,
                        "127.0.0.1",
                        new Member.Ports(1, 2, 3, port, 5));
        Contacts contacts =
                new Contacts.Hosts(Stream.of(args[2].split(",")).map(HostPort::parse).toList());
        MembershipSettings defaults = MembershipSettings.of("it-mesh", self, "127.0.0.1", contacts);
        MembershipSettings timed =
                new MembershipSettings(
                        defaults.clusterName(),
                        self,
                        defaults.bindHost(),
                        contacts,
                        defaults.failureDetection(),
                        defaults.joinTimeout(),
                        Duration.ofSeconds(Long.parseLong(args[4])),
                        defaults.merge(),
                        defaults.outboundBytesMax(),
                        defaults.inboundBytesMax(),
                        defaults.password());
        return args[3].equals("-") ? timed : timed.withPassword(args[3]);
    }

    private static void obey(JGroupsMembership membership) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "send" -> membership.send(MemberId.parse(words[1]), words[2].getBytes(UTF_8));
                case "stats" -> OUT.println(membership.stats());
                default -> {
                    membership.close();
                    OUT.println("closed");
                    return;
                }
            }
        }
        membership.close(); // the test is gone
    }

    private static final class Teller implements Membership.Listener {
        @Override
        public void onView(MeshView view) {
            OUT.println(
                    view.members().stream()
                            .map(member -> member.name() + "/" + member.zone())
                            .collect(Collectors.joining(" ", "view " + view.id() + " ", "")));
        }

        @Override
        public void onMessage(MemberId from, byte[] payload) {
            OUT.println("message " + from + " " + new String(payload, UTF_8));
        }

        @Override
        public void onExpelled(String reason) {
            OUT.println("expelled " + reason);
        }
    }
}
