package dev.gossamer.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.LoadOptions;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One loader for a missing key, on five real nodes (C6, C7). */
@Timeout(240)
class LeaseIT {
    private static final int NODES = 5;
    private static final int CLIENTS = 20;
    private static final int CALLERS = 1_000;
    private static final LoadOptions OPTIONS = LoadOptions.of(Duration.ofMinutes(1));

    @TempDir static Path folder;
    private static LocalMesh mesh;
    private static final List<Gossamer> clients = new ArrayList<>();
    private static final List<Cache<String, String>> caches = new ArrayList<>();

    @BeforeAll
    static void start() {
        mesh = LocalMesh.start(folder, NODES, 2, "", 256);
        for (int i = 0; i < CLIENTS; i++) {
            Gossamer client = Gossamer.connect("gossamer://127.0.0.1:" + mesh.redisPort(i % NODES));
            clients.add(client);
            caches.add(client.cache("loads", Codec.utf8(), Codec.utf8()));
        }
    }

    @AfterAll
    static void stop() {
        clients.forEach(Gossamer::close);
        mesh.close();
    }

    @Test
    void aThousandCallersOfOneMissingKeyRunTheLoaderOnce(TestReporter reporter) throws Exception {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(CALLERS);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Optional<String>>> answers = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                Cache<String, String> cache = caches.get(i % CLIENTS);
                answers.add(
                        callers.submit(() -> {
                            ready.countDown();
                            go.await();
                            return cache.getOrLoad(
                                    "stampede", key -> slowly(loads.incrementAndGet()), OPTIONS);
                        }));
            }
            ready.await();
            long begun = System.nanoTime();
            go.countDown();
            for (Future<Optional<String>> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).contains("v1");
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            reporter.publishEntry("all answered after, in ms", String.valueOf(millis));
        }
        assertThat(loads).hasValue(1);
    }

    /** A load that takes half a second. */
    private static Optional<String> slowly(int number) {
        try {
            boolean interrupted = new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
            assertThat(interrupted).isFalse();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Optional.of("v" + number);
    }

    @Test
    void whenTheLoadersProgramDiesTheNextLoadsWithinTheLeasesTime(TestReporter reporter)
            throws Exception {
        Gossamer dying = Gossamer.connect("gossamer://127.0.0.1:" + mesh.redisPort(1));
        Cache<String, String> its = dying.cache("loads", Codec.utf8(), Codec.utf8());
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Duration lease = Duration.ofSeconds(2);
        Thread loader =
                Thread.ofVirtual()
                        .start(() -> {
                            var _ =
                                    its.getOrLoad(
                                            "orphan",
                                            key -> hang(begun, never),
                                            OPTIONS.withLeaseTimeout(lease));
                        });
        begun.await();
        long taken = System.nanoTime();
        dying.close();
        assertThat(caches.get(7).getOrLoad("orphan", key -> Optional.of("next"), OPTIONS))
                .contains("next");
        Duration waited = Duration.ofNanos(System.nanoTime() - taken);
        reporter.publishEntry(
                "the next loader ran after, in ms", String.valueOf(waited.toMillis()));
        assertThat(waited).isBetween(lease.minusMillis(200), lease.plusSeconds(1));
        never.countDown();
        loader.join();
        assertThat(caches.get(3).get("orphan")).contains("next");
    }

    private static Optional<String> hang(CountDownLatch begun, CountDownLatch never) {
        begun.countDown();
        try {
            never.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Optional.of("too late");
    }

    @Test
    void aLoadThatBeganBeforeAnInvalidationNeverBecomesVisibleWhicheverNodeIsAsked() {
        for (int i = 0; i < 40; i++) {
            String key = "{race" + i + "}";
            Gossamer loading = clients.get(i % CLIENTS);
            Gossamer writing = clients.get((i + 7) % CLIENTS);
            String token = token(ask(loading, "GSM.LEASE.GET", key));
            boolean before = i % 2 == 0;
            if (before) {
                ask(writing, "DEL", key);
            }
            Reply filled = fill(loading, key, token);
            if (before) {
                assertThat(filled).as("a fill after the removal").isNull();
            } else {
                assertThat(filled).isInstanceOf(Reply.Text.class);
                ask(writing, "DEL", key);
            }
            for (int node = 0; node < NODES; node++) {
                assertThat(ask(clients.get(node), "GET", key)).isInstanceOf(Reply.Nil.class);
            }
        }
    }

    @Test
    void whoeverWaitsAtAnyNodeHearsOfTheFill() throws Exception {
        String token = token(ask(clients.getFirst(), "GSM.LEASE.GET", "awaited"));
        List<Socket> waiting = new ArrayList<>();
        try {
            for (int node = 0; node < NODES; node++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), mesh.redisPort(node));
                waiting.add(socket);
                socket.setSoTimeout(30_000);
                socket.getOutputStream()
                        .write("GSM.LEASE.GET awaited WAIT 30000\r\n".getBytes(US_ASCII));
            }
            awaitWaiters(NODES);
            assertThat(fill(clients.getLast(), "awaited", token)).isInstanceOf(Reply.Text.class);
            for (Socket socket : waiting) {
                assertThat(readUntil(socket, "older")).contains("state\r\n$5\r\nvalue");
            }
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
        awaitWaiters(0);
    }

    /** Until so many wait, as all nodes together tell. */
    private static void awaitWaiters(int wanted) {
        mesh.await(
                wanted + " who wait",
                () ->
                        IntStream.range(0, NODES)
                                        .mapToDouble(node ->
                                                mesh.metric(node, "gossamer_leases_waiters"))
                                        .sum()
                                == wanted);
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] some = new byte[200];
        while (!text.toString().contains(end)) {
            int length = socket.getInputStream().read(some);
            assertThat(length).as("what comes after %s", text).isPositive();
            text.append(new String(some, 0, length, US_ASCII));
        }
        return text.toString();
    }

    private static Reply fill(Gossamer client, String key, String token) {
        try {
            return ask(client, "GSM.LEASE.SET", key, token, "older");
        } catch (GossamerException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.OVERTAKEN);
            return null;
        }
    }

    private static Reply ask(Gossamer client, String... words) {
        return client.execute(List.of(words).stream().map(Bytes::utf8).toList());
    }

    private static String token(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Pairs.class);
        return ((Reply.Pairs) reply)
                .pairs().stream()
                        .filter(pair ->
                                pair.key() instanceof Reply.Blob name
                                        && name.toUtf8().equals("token"))
                        .map(pair -> ((Reply.Blob) pair.value()).toUtf8())
                        .findFirst()
                        .orElseThrow();
    }
}
