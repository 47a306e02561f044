package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.Membership;
import dev.gossamer.membership.MembershipSettings;
import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.membership.MembershipSettings.HostPort;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.ObjectMessage;
import org.jgroups.stack.Protocol;
import org.jgroups.util.Util;
import org.junit.jupiter.api.Test;

/** Someone who speaks JGroups and means harm, in a mesh without a password. */
class StrangerIT {
    private static final int PORT = Integer.getInteger("membership.it.port", 22_000) + 20;
    private static final AtomicInteger EXPLOSIONS = new AtomicInteger();

    /** Does something when it is deserialized. */
    private static final class Bomb implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) {
            EXPLOSIONS.incrementAndGet();
        }
    }

    private static final class Ears implements Membership.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        @Override
        public void onView(MeshView view) {}

        @Override
        public void onMessage(MemberId from, byte[] payload) {
            heard.add(from + ":" + payload.length);
        }
    }

    private static MembershipSettings settings(long id, int port) {
        Member self =
                new Member(
                        new MemberId(id),
                        "n" + id,
                        "z",
                        100,
                        "127.0.0.1",
                        new Member.Ports(1, 2, 3, port, 5));
        return MembershipSettings.of(
                "stranger-it",
                self,
                "127.0.0.1",
                new Contacts.Hosts(List.of(new HostPort("127.0.0.1", PORT))));
    }

    @Test
    void aSerializedObjectIsRefusedAndPlainMessagesStillArrive() throws Exception {
        Ears ears = new Ears();
        try (JGroupsMembership member =
                        new JGroupsMembership(
                                settings(1, PORT), new SplittableRandom(), System::nanoTime);
                JChannel stranger = stranger()) {
            member.start(ears);
            stranger.connect("stranger-it");
            Address target =
                    stranger.getView().getMembers().stream()
                            .filter(address -> !address.equals(stranger.getAddress()))
                            .findFirst()
                            .orElseThrow();

            byte[] bomb = Util.objectToByteBuffer(new Bomb());
            assertThatThrownBy(() -> Util.objectFromByteBuffer(bomb))
                    .isInstanceOf(InvalidClassException.class);
            stranger.send(
                    new ObjectMessage(target, new Bomb()).setFlag(org.jgroups.Message.Flag.OOB));
            stranger.send(
                    new BytesMessage(target, new byte[7]).setFlag(org.jgroups.Message.Flag.OOB));
            assertThat(ears.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new MemberId(2) + ":7");
            assertThat(EXPLOSIONS).hasValue(0);
            assertThat(member.stats().members()).isEqualTo(2);
        }
    }

    @Test
    void somethingThatIsNoGossamerNodeIsTurnedAway() throws Exception {
        try (JGroupsMembership member =
                        new JGroupsMembership(
                                settings(1, PORT), new SplittableRandom(), System::nanoTime);
                JChannel stranger = new JChannel(stack())) {
            member.start(new Ears());
            assertThatThrownBy(() -> stranger.connect("stranger-it"))
                    .hasStackTraceContaining("not a Gossamer node");
            assertThat(member.stats().members()).isEqualTo(1);
            assertThat(member.stats().refusedJoins()).isPositive();
        }
    }

    private static JChannel stranger() throws Exception {
        JChannel stranger = new JChannel(stack());
        stranger.addAddressGenerator(() -> MemberAddress.of(settings(2, PORT + 1).self(), 5));
        return stranger;
    }

    private static List<Protocol> stack() {
        MembershipSettings settings = settings(2, PORT + 1);
        List<Protocol> below = new ArrayList<>();
        below.add(MeshStack.transport(settings));
        below.add(
                new Rendezvous(
                        settings.contacts(),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        System::nanoTime));
        return MeshStack.above(below, new Doorkeeper(), settings);
    }
}
