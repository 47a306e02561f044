package dev.gossamer.node.mesh.link;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reads over one link on loopback, so many under way at once; run by hand. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class LinkBenchmark {
    private static final int READS = 10_000;
    private static final int PORT = 22_999;

    @Param({"1", "32"})
    public int inFlight;

    @Param({"IO_URING", "EPOLL"})
    public EventLoops.Kind kind;

    private EventLoops serverLoops;
    private EventLoops clientLoops;
    private Links server;
    private Links client;
    private final Member peer =
            new Member(
                    new MemberId(1),
                    "m",
                    "z",
                    100,
                    "127.0.0.1",
                    new Member.Ports(0, 0, 0, 0, PORT));

    @Setup
    public void start() throws Exception {
        serverLoops = EventLoops.start(Optional.of(kind), 1);
        clientLoops = EventLoops.start(Optional.of(kind), 1);
        server = links(1, serverLoops, PORT);
        client = links(2, clientLoops, PORT - 1);
    }

    private static Links links(int id, EventLoops loops, int port) throws Exception {
        LinkSettings settings =
                new LinkSettings(
                        "c",
                        Optional.empty(),
                        "127.0.0.1",
                        1 << 20,
                        1 << 20,
                        Duration.ofSeconds(1),
                        256);
        Links links =
                new Links(
                        settings,
                        new MemberId(id),
                        loops,
                        new SimpleMeterRegistry(),
                        System::nanoTime,
                        new SplittableRandom(1));
        links.start(port, new Misses());
        return links;
    }

    private record Misses() implements RequestHandler {
        @Override
        public long servedEpoch() {
            return 1;
        }

        @Override
        public void handle(Request request, long epoch, Responder responder) {
            responder.reply(new Reply.Found(null, null));
        }
    }

    @TearDown
    public void stop() {
        client.close();
        server.close();
        clientLoops.close();
        serverLoops.close();
    }

    @Benchmark
    @OperationsPerInvocation(READS)
    public void read() throws InterruptedException {
        Run run = new Run();
        client.all().getFirst().execute(run::begin);
        run.over.await();
    }

    /** Keeps so many reads under way until all are answered. */
    private final class Run implements ReplyHandler {
        private final CountDownLatch over = new CountDownLatch(1);
        private final Request request = new Request.Read(Bytes.utf8("some-key"));
        private int left = READS;
        private int toSend = READS;

        void begin() {
            for (int i = 0; i < inFlight; i++) {
                send();
            }
        }

        private void send() {
            if (toSend-- > 0) {
                client.all()
                        .getFirst()
                        .send(peer, request, 1, System.nanoTime() + 2_000_000_000L, this);
            }
        }

        @Override
        public void replied(Reply reply) {
            if (--left == 0) {
                over.countDown();
            } else {
                send();
            }
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            throw new IllegalStateException(message);
        }
    }
}
