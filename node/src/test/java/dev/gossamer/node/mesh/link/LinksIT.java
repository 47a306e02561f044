package dev.gossamer.node.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.TestPorts;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
    private static final int GREETINGS_MAX = 8;
    private final List<AutoCloseable> closing = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Answers reads with a miss, keys with much, and stays silent over everything else. */
    private static final class Serving implements RequestHandler {
        volatile long epoch = 1;

        @Override
        public long servedEpoch() {
            return epoch;
        }

        @Override
        public void handle(Request request, long asked, Responder responder) {
            if (request instanceof Request.Read) {
                responder.reply(new Reply.Found(null, null));
            } else if (request instanceof Request.ListKeys) {
                responder.reply(new Reply.Keys(List.of(Bytes.wrap(new byte[50_000])), 0, 0));
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
                Duration.ofSeconds(1),
                GREETINGS_MAX);
    }

    private Links links(int id, int port, LinkSettings settings) throws IOException {
        EventLoops loops = EventLoops.start(Optional.of(EventLoops.Kind.EPOLL), 1);
        Links links =
                new Links(
                        settings,
                        new MemberId(id),
                        loops,
                        meters,
                        System::nanoTime,
                        new SplittableRandom(id));
        links.start(port, serving);
        closing.add(links);
        closing.add(loops);
        return links;
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
        Lane lane = from.all().getFirst();
        lane.execute(() ->
                lane.send(
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
        int port = TestPorts.free();
        links(1, port, settings("c", "p"));
        Links two = links(2, TestPorts.free(), settings("c", "p"));
        assertThat(ask(two, member(1, port), new Request.Read(Bytes.utf8("k")), 1).join())
                .isEqualTo("Found");
    }

    @Test
    void strangersAndWrongMembersAreRefused() throws Exception {
        int port = TestPorts.free();
        links(1, port, settings("c", "p"));
        Request read = new Request.Read(Bytes.utf8("k"));
        Links otherCluster = links(2, TestPorts.free(), settings("d", "p"));
        Links otherPassword = links(3, TestPorts.free(), settings("c", "q"));
        Links friend = links(4, TestPorts.free(), settings("c", "p"));
        assertThat(ask(otherCluster, member(1, port), read, 1).join()).contains("another cluster");
        assertThat(ask(otherPassword, member(1, port), read, 1).join()).contains("password");
        assertThat(ask(friend, member(9, port), read, 1).join()).contains("another member");
    }

    @Test
    void aRequestOfALaterEpochWaitsUntilThePeerHasCaughtUp() throws Exception {
        int port = TestPorts.free();
        Links one = links(1, port, settings("c", "p"));
        Links two = links(2, TestPorts.free(), settings("c", "p"));
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
        int port = TestPorts.free();
        links(1, port, settings("c", "p"));
        Links two = links(2, TestPorts.free(), settings("c", "p"));
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
        int port = TestPorts.free();
        links(1, port, settings("c", "p"));
        LinkSettings roomy =
                new LinkSettings(
                        "c",
                        Optional.of("p"),
                        "127.0.0.1",
                        1 << 20,
                        2048,
                        Duration.ofSeconds(1),
                        8);
        Links two = links(2, TestPorts.free(), roomy);
        Request large = new Request.Read(Bytes.wrap(new byte[4000]));
        assertThat(ask(two, member(1, port), large, 1).join()).startsWith("TOOLARGE");
        assertThat(ask(two, member(1, port), new Request.Read(Bytes.EMPTY), 1).join())
                .isEqualTo("Found");
    }

    @Test
    void nonsenseClosesItsConnectionOnly() throws Exception {
        int port = TestPorts.free();
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
        Links two = links(2, TestPorts.free(), settings("c", "p"));
        assertThat(ask(two, member(1, port), new Request.Read(Bytes.EMPTY), 1).join())
                .isEqualTo("Found");
    }

    @Test
    void strangersThatSayNothingAreBoundedInNumberAndCutInTime() throws Exception {
        int port = TestPorts.free();
        links(1, port, settings("c", "p"));
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < GREETINGS_MAX + 3; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(5000);
            silent.add(socket);
            closing.add(socket);
        }
        TestClock.await(() -> refused("limit") == 3);
        assertThat(refused("slow")).isZero();
        for (Socket socket : silent) {
            assertThat(endOf(socket)).isEqualTo(-1);
        }
        assertThat(refused("slow")).isEqualTo(GREETINGS_MAX);
        Links two = links(2, TestPorts.free(), settings("c", "p"));
        assertThat(ask(two, member(1, port), new Request.Read(Bytes.EMPTY), 1).join())
                .isEqualTo("Found");
    }

    private double refused(String cause) {
        return meters.get("gossamer.link.refused").tag("cause", cause).functionCounter().count();
    }

    @Test
    void aPeerThatDoesNotReadItsAnswersIsCutAndTheOthersDoNotNotice() throws Exception {
        int port = TestPorts.free();
        links(1, port, settings("c", "p"));
        Links friend = links(2, TestPorts.free(), settings("c", "p"));
        Request read = new Request.Read(Bytes.utf8("k"));
        assertThat(ask(friend, member(1, port), read, 1).join()).isEqualTo("Found");
        try (Socket deaf = new Socket()) {
            deaf.setReceiveBufferSize(4096);
            deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            deaf.setSoTimeout(5000);
            greet(deaf);
            CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> askUntilCut(deaf));
            int answered = 0;
            while (!asking.isDone()) {
                assertThat(ask(friend, member(1, port), read, 1).join()).isEqualTo("Found");
                answered++;
            }
            asking.join();
            assertThat(answered).isPositive();
        }
        assertThat(ask(friend, member(1, port), read, 1).join()).isEqualTo("Found");
    }

    @Test
    void aPeerThatAsksForMoreThanMayBeUnreadGetsAllOfIt() throws Exception {
        int port = TestPorts.free();
        links(1, port, settings("c", "p"));
        Links two = links(2, TestPorts.free(), settings("c", "p"));
        List<CompletableFuture<String>> answers = new ArrayList<>();
        Lane lane = two.all().getFirst();
        Member peer = member(1, port);
        lane.execute(() -> {
            for (int i = 0; i < 500; i++) {
                CompletableFuture<String> answer = new CompletableFuture<>();
                answers.add(answer);
                long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                lane.send(peer, new Request.ListKeys(0, 0, 1), 1, deadlineNanos, new Into(answer));
            }
        });
        TestClock.await(() -> answers.size() == 500);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo("Keys"));
    }

    /** Greets as member 7 would. */
    private static void greet(Socket socket) throws IOException {
        Handshake handshake = new Handshake(settings("c", "p"));
        Handshake.Hello hello = handshake.hello(new MemberId(7), 1, Handshake.newNonce());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        writeFrame(out, hello.encode());
        ByteBuf challenged = readFrame(in);
        assertThat(challenged.readUnsignedByte()).isEqualTo((short) Handshake.CHALLENGE);
        Handshake.Challenge challenge = Handshake.Challenge.read(challenged);
        byte[] proof = handshake.proof("client", hello, challenge.member(), challenge.nonce());
        writeFrame(out, Handshake.proofFrame(proof));
        assertThat(readFrame(in).readUnsignedByte()).isEqualTo((short) Handshake.WELCOME);
    }

    private static void writeFrame(DataOutputStream out, ByteBuf frame) throws IOException {
        out.writeInt(frame.readableBytes());
        out.write(ByteBufUtil.getBytes(frame));
        out.flush();
    }

    private static ByteBuf readFrame(DataInputStream in) throws IOException {
        return Unpooled.wrappedBuffer(in.readNBytes(in.readInt()));
    }

    /** Asks for large answers and reads none, until the connection is gone. */
    private static void askUntilCut(Socket deaf) {
        ByteBuf body = Unpooled.buffer();
        body.writeInt(1).writeLong(1);
        MessageCodec.writeRequest(body, new Request.ListKeys(0, 0, 1));
        try {
            DataOutputStream out = new DataOutputStream(deaf.getOutputStream());
            for (int i = 0; i < 100_000_000; i++) {
                writeFrame(out, body.duplicate());
            }
            throw new AssertionError("100,000,000 unread answers, and still not cut");
        } catch (IOException cut) {
            assertThat(cut).isNotNull();
        }
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
        int port = TestPorts.free();
        try (ServerSocket silent = new ServerSocket(port)) {
            Links two = links(2, TestPorts.free(), settings("c", "p"));
            assertThat(ask(two, member(1, port), new Request.Count(), 1).join())
                    .startsWith("TIMEOUT");
            assertThat(silent.isBound()).isTrue();
        }
    }
}
