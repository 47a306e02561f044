package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real processes on the loopback interface. Bounds are loose, for the machine may be busy; the
 * values measured are logged.
 */
class MembershipIT {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipIT.class);
    private static final int PORT = Integer.getInteger("membership.it.port", 22_000);
    private static final Integer A = PORT;
    private static final Integer B = PORT + 1;
    private static final Integer C = PORT + 2;
    private static final List<Integer> ALL = List.of(A, B, C);
    private static final Duration SOON = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String OPEN = "-";

    private final List<MemberProcess> running = new ArrayList<>();

    private MemberProcess start(Integer port, String password) {
        MemberProcess member = MemberProcess.start(idOf(port), port, ALL, password);
        running.add(member);
        return member;
    }

    /** Descending, so that the first to start is not the first in the order of addresses. */
    private static long idOf(Integer port) {
        return 0x7000_0000_0000_0000L - port;
    }

    @AfterEach
    void killAll() {
        running.forEach(MemberProcess::close);
    }

    private static void report(String what, long begunNanos) {
        LOG.warn("{}: {} ms", what, (System.nanoTime() - begunNanos) / 1_000_000);
    }

    private static long millisToReady(MemberProcess member) {
        return Long.parseLong(member.await("ready ", PATIENCE).substring("ready ".length()));
    }

    @Test
    void aKilledMemberIsNoticedAndComesBackUnderItsId() {
        MemberProcess a = start(A, OPEN);
        LOG.warn("the first founds after {} ms", millisToReady(a));
        MemberProcess b = start(B, OPEN);
        LOG.warn("the second joins after {} ms", millisToReady(b));
        MemberProcess c = start(C, OPEN);
        LOG.warn("the third joins after {} ms", millisToReady(c));
        a.awaitView(SOON, C, B, A);
        b.awaitView(SOON, C, B, A);

        long killed = System.nanoTime();
        c.kill();
        b.awaitView(SOON, B, A);
        a.awaitView(SOON, B, A);
        report("a killed member is noticed", killed);

        MemberProcess again = start(C, OPEN);
        LOG.warn("it comes back after {} ms", millisToReady(again));
        a.awaitView(SOON, C, B, A);
        again.awaitView(SOON, C, B, A);
        b.tell("send " + MemberProcess.id(idOf(C)) + " hello");
        again.await("message " + MemberProcess.id(idOf(B)) + " hello", SOON);
        long left = System.nanoTime();
        again.tell("close");
        a.awaitView(SOON, B, A);
        b.awaitView(SOON, B, A);
        report("a member that leaves is gone", left);
    }

    @Test
    void membersThatStartTogetherFormOneMeshWithoutAMerge() {
        long begun = System.nanoTime();
        List<MemberProcess> members = ALL.stream().map(port -> start(port, OPEN)).toList();
        members.forEach(
                member -> LOG.warn("started together, ready after {} ms", millisToReady(member)));
        report("three processes started together are ready", begun);
        members.forEach(member -> member.awaitView(SOON, C, B, A));
        assertThat(members.stream().map(m -> viewsOf(m).getFirst()).filter(MembershipIT::isAlone))
                .as("members that founded a mesh")
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aKilledCoordinatorThatComesBackAtOnceFoundsNoSecondMesh() {
        MemberProcess a = start(A, OPEN);
        millisToReady(a);
        MemberProcess b = start(B, OPEN);
        millisToReady(b);
        b.awaitView(SOON, B, A);

        long killed = System.nanoTime();
        a.kill();
        MemberProcess again = start(A, OPEN);
        b.awaitView(SOON, B);
        report("a killed coordinator is noticed", killed);
        LOG.warn("the coordinator comes back after {} ms", millisToReady(again));
        b.awaitView(SOON, B, A);
        assertThat(again.said().getFirst()).startsWith("view ").contains("node-" + B);
    }

    @Test
    void aMemberWithAnotherPasswordStaysOutAndDisturbsNobody() {
        MemberProcess a = start(A, "the right one");
        millisToReady(a);
        MemberProcess b = start(B, "the right one");
        LOG.warn("with a password the second joins after {} ms", millisToReady(b));
        a.awaitView(SOON, B, A);

        MemberProcess rogue =
                MemberProcess.start(idOf(C), C, ALL, "another one", Duration.ofSeconds(3));
        running.add(rogue);
        assertThat(rogue.await("failed ", PATIENCE)).contains("password the same");
        rogue.awaitExit();

        a.tell("send " + MemberProcess.id(idOf(B)) + " still here");
        b.await("message " + MemberProcess.id(idOf(A)) + " still here", SOON);
        assertThat(viewsOf(a)).hasSize(2);
        assertThat(viewsOf(b)).hasSize(1);
    }

    @Test
    void aSecondProcessWithTheSameIdIsRefusedAndTheFirstStays() {
        MemberProcess a = start(A, OPEN);
        millisToReady(a);
        MemberProcess b = start(B, OPEN);
        millisToReady(b);
        a.awaitView(SOON, B, A);

        MemberProcess copy = MemberProcess.start(idOf(B), C, ALL, OPEN);
        running.add(copy);
        assertThat(copy.await("failed ", PATIENCE))
                .contains("node-" + B)
                .contains("a data folder of its own");
        copy.awaitExit();
        assertThat(viewsOf(a)).hasSize(2);
        assertThat(viewsOf(b)).hasSize(1);
    }

    @Test
    void aFloodOfIdleSocketsKeepsNobodyOut() throws IOException {
        MemberProcess a = start(A, OPEN);
        millisToReady(a);
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket();
                idle.add(socket);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), A), 2_000);
            }
            MemberProcess b = start(B, OPEN);
            long millis = millisToReady(b);
            LOG.warn("beside 200 idle sockets a member joins after {} ms", millis);
            assertThat(millis).isLessThan(4_000);
            a.awaitView(SOON, B, A);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    private static boolean isAlone(String view) {
        return view.split(" ").length == 3;
    }

    private static List<String> viewsOf(MemberProcess member) {
        return member.said().stream().filter(line -> line.startsWith("view ")).toList();
    }
}
