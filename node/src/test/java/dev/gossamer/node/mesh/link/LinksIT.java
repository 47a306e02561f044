package dev.gossamer.node.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two ends over loopback sockets. */
@Timeout(20)
class LinksIT {
    private static int nextPort = 22_900;
    private final List<AutoCloseable> closing = new ArrayList<>();

    /** Answers reads with a miss, and stays silent over everything else. */
    private static final class Serving implements RequestHandler {
        volatile long epoch = 1;

        @Override
        public long servedEpoch() {
            return epoch;
        }

        @Override
        public void handle(Request request, long asked, Responder responder) {
            if (request instanceof Request.Read) {
                responder.reply(new Reply.Found(null));
            }
        }
    }

    private final Serving serving = new Serving();

    private static LinkSettings settings(String cluster, String password) {
        return new LinkSettings(
                cluster,
                Optional.of(password),
                "127.0.0.1",
                64 * 1024,
                64 * 1024,
                Duration.ofSeconds(1));
    }

    private Links links(int id, int port, LinkSettings settings) throws IOException {
        EventLoops loops = EventLoops.start(Optional.of(EventLoops.Kind.EPOLL), 1);
        Links links =
                new Links(
                        settings,
                        new MemberId(id),
                        loops,
                        new SimpleMeterRegistry(),
                        System::nanoTime,
                        new SplittableRandom(id));
        links.start(port, serving);
        closing.add(links);
        closing.add(loops);
        return links;
    }

    private static synchronized int port() {
        nextPort = nextPort < 22_998 ? nextPort + 1 : 22_900;
        return nextPort;
    }

    private static Member member(int id, int port) {
        return new Member(
                new MemberId(id),
                "m" + id,
                "z",
                100,
                "127.0.0.1",
                new Member.Ports(0, 0, 0, 0, port));
    }

    private static CompletableFuture<String> ask(
            Links from, Member to, Request request, long epoch) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        LoopLinks loop = from.perLoop().getFirst();
        loop.loop()
                .execute(() ->
                        loop.send(
                                to,
                                request,
                                epoch,
                                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500),
                                new Into(answer)));
        return answer;
    }

    private record Into(CompletableFuture<String> answer) implements ReplyHandler {
        @Override
        public void replied(Reply reply) {
            answer.complete(reply.getClass().getSimpleName());
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            answer.complete(code + " " + message);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    @Test
    void membersOfOneClusterWithOnePasswordTalk() throws Exception {
        int port = port();
        links(1, port, settings("c", "p"));
        Links two = links(2, port(), settings("c", "p"));
        assertThat(ask(two, member(1, port), new Request.Read(Bytes.utf8("k")), 1).join())
                .isEqualTo("Found");
    }

    @Test
    void strangersAndWrongMembersAreRefused() throws Exception {
        int port = port();
        links(1, port, settings("c", "p"));
        Request read = new Request.Read(Bytes.utf8("k"));
        Links otherCluster = links(2, port(), settings("d", "p"));
        Links otherPassword = links(3, port(), settings("c", "q"));
        Links friend = links(4, port(), settings("c", "p"));
        assertThat(ask(otherCluster, member(1, port), read, 1).join()).contains("another cluster");
        assertThat(ask(otherPassword, member(1, port), read, 1).join()).contains("password");
        assertThat(ask(friend, member(9, port), read, 1).join()).contains("another member");
    }

    @Test
    void aRequestOfALaterEpochWaitsUntilThePeerHasCaughtUp() throws Exception {
        int port = port();
        Links one = links(1, port, settings("c", "p"));
        Links two = links(2, port(), settings("c", "p"));
        Request read = new Request.Read(Bytes.utf8("k"));
        assertThat(ask(two, member(1, port), read, 1).join()).isEqualTo("Found");
        CompletableFuture<String> waiting = ask(two, member(1, port), read, 2);
        assertThat(waiting.completeOnTimeout("waits", 50, TimeUnit.MILLISECONDS).join())
                .isEqualTo("waits");
        CompletableFuture<String> answered = ask(two, member(1, port), read, 2);
        serving.epoch = 2;
        one.wakeInbound();
        assertThat(answered.join()).isEqualTo("Found");
    }

    @Test
    void aFullLinkSaysBusyAtOnceAndASilentPeerIsCut() throws Exception {
        int port = port();
        links(1, port, settings("c", "p"));
        Links two = links(2, port(), settings("c", "p"));
        Request heavy = new Request.Fetch(List.of(Bytes.wrap(new byte[40_000])));
        CompletableFuture<String> first = ask(two, member(1, port), heavy, 1);
        assertThat(ask(two, member(1, port), heavy, 1).join()).startsWith("BUSY");
        CompletableFuture<String> second = ask(two, member(1, port), new Request.Count(), 1);
        assertThat(first.join()).startsWith("TIMEOUT");
        assertThat(second.join()).matches("(TIMEOUT|UNREACHABLE).*");
        TestClock.await(() ->
                ask(two, member(1, port), new Request.Read(Bytes.utf8("k")), 1)
                        .join()
                        .equals("Found"));
    }

    @Test
    void aMessageLargerThanAFrameIsRefusedAndTheLinkLives() throws Exception {
        int port = port();
        links(1, port, settings("c", "p"));
        LinkSettings roomy =
                new LinkSettings(
                        "c", Optional.of("p"), "127.0.0.1", 1 << 20, 2048, Duration.ofSeconds(1));
        Links two = links(2, port(), roomy);
        Request large = new Request.Read(Bytes.wrap(new byte[4000]));
        assertThat(ask(two, member(1, port), large, 1).join()).startsWith("TOOLARGE");
        assertThat(ask(two, member(1, port), new Request.Read(Bytes.EMPTY), 1).join())
                .isEqualTo("Found");
    }

    @Test
    void nonsenseClosesItsConnectionOnly() throws Exception {
        int port = port();
        links(1, port, settings("c", "p"));
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(3000);
                byte[] junk = new byte[200];
                random.nextBytes(junk);
                ByteBuffer.wrap(junk).putInt(i % 2 == 0 ? Integer.MAX_VALUE : 100);
                socket.getOutputStream().write(junk);
                socket.getOutputStream().flush();
                assertThat(endOf(socket)).isEqualTo(-1);
            }
        }
        Links two = links(2, port(), settings("c", "p"));
        assertThat(ask(two, member(1, port), new Request.Read(Bytes.EMPTY), 1).join())
                .isEqualTo("Found");
    }

    private static int endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (java.net.SocketException reset) {
            return -1;
        }
    }

    @Test
    void aPeerThatAcceptsAndSaysNothingIsGivenUp() throws Exception {
        int port = port();
        try (ServerSocket silent = new ServerSocket(port)) {
            Links two = links(2, port(), settings("c", "p"));
            assertThat(ask(two, member(1, port), new Request.Count(), 1).join())
                    .startsWith("TIMEOUT");
            assertThat(silent.isBound()).isTrue();
        }
    }
}
