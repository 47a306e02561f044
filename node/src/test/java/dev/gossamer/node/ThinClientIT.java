package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.Cache;
import dev.gossamer.client.CacheEntry;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.TimeToLive;
import dev.gossamer.client.WriteOptions;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.kryo.KryoCodec;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Our own client against three real nodes, one of which dies at the end. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThinClientIT {
    private static final int LOADERS = 4;
    private static final int STALLED_POLLS = 5;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir static Path folder;
    private static LocalMesh mesh;
    private static Gossamer client;
    private static final Retries retries = new Retries();

    record User(String name, int age) {}

    record Stranger(String name) {}

    @BeforeAll
    static void start() {
        mesh = LocalMesh.start(folder, 3, 2);
        client =
                Gossamer.builder()
                        .uri("gossamer://127.0.0.1:" + mesh.redisPort(0))
                        .metrics(retries)
                        .connect();
    }

    @AfterAll
    static void stop() {
        client.close();
        mesh.close();
    }

    private static Cache<String, String> texts(String name) {
        return client.cache(name, Codec.utf8(), Codec.utf8());
    }

    @Test
    void anEntryTellsItsVersionTierOriginAndExpiry() {
        Cache<String, String> cache = texts("entries");
        cache.put("a", "1", MINUTE);
        CacheEntry<String> first = cache.getEntry("a").orElseThrow();
        cache.put("a", "2", MINUTE);
        CacheEntry<String> second = cache.getEntry("a").orElseThrow();
        assertThat(second.value()).isEqualTo("2");
        assertThat(second.version()).isGreaterThan(first.version());
        assertThat(second.tier()).isEqualTo("L1"); // the primary was asked
        assertThat(second.origin()).isNotEmpty();
        assertThat(second.expiresAt().orElseThrow())
                .isBetween(Instant.now().plusSeconds(50), Instant.now().plusSeconds(60));
        assertThat(cache.getEntry("missing")).isEmpty();
    }

    @Test
    void whatDependsOnATagIsGoneWithItAndTheRestWithTheCache() {
        Cache<String, String> cache = texts("tagged");
        cache.put("a", "1", WriteOptions.tags("t", "u").withTimeToLive(MINUTE));
        cache.put("b", "2", WriteOptions.tags("u"));
        cache.put("c", "3", WriteOptions.NONE);
        Version of = cache.getEntry("a").orElseThrow().version();
        assertThat(cache.ttl("a")).isInstanceOf(TimeToLive.Limited.class);
        assertThat(cache.invalidateTag("t").clock()).isGreaterThan(of.clock());
        assertThat(cache.get("a")).isEmpty();
        assertThat(cache.get("b")).hasValue("2");
        assertThat(cache.async().invalidateTag("u").join().clock()).isPositive();
        assertThat(cache.get("b")).isEmpty();
        assertThat(cache.get("c")).hasValue("3");
        cache.async().put("a", "4", WriteOptions.tags("t")).join();
        assertThat(cache.get("a")).hasValue("4");
        cache.invalidateAll();
        assertThat(cache.getAll(List.of("a", "b", "c"))).isEmpty();
    }

    @Test
    void aConditionalWriteHoldsOnlyForTheVersionThatWasRead() {
        Cache<String, String> cache = texts("conditions");
        assertThat(cache.putIfAbsent("a", "1")).isTrue();
        assertThat(cache.putIfAbsent("a", "2")).isFalse();
        Version read = cache.getEntry("a").orElseThrow().version();
        Version written = cache.putIf("a", "3", read).orElseThrow();
        assertThat(written).isGreaterThan(read);
        assertThat(cache.putIf("a", "4", read)).isEmpty();
        assertThat(cache.get("a")).hasValue("3");
        assertThat(cache.putIf("new", "1", Version.NONE)).isPresent();
        assertThat(cache.putIf("new", "2", Version.NONE)).isEmpty();
        assertThat(cache.removeIf("a", read)).isFalse();
        assertThat(cache.removeIf("a", written)).isTrue();
        assertThat(cache.get("a")).isEmpty();
        assertThat(cache.remove("a")).isFalse();
    }

    @Test
    void aTimeToLiveCanBeAskedForAndSet() {
        Cache<String, String> cache = texts("expiries");
        assertThat(cache.ttl("a")).isEqualTo(TimeToLive.ABSENT);
        assertThat(cache.expire("a", MINUTE)).isFalse();
        cache.put("a", "1");
        assertThat(cache.ttl("a")).isEqualTo(TimeToLive.UNLIMITED);
        assertThat(cache.expire("a", MINUTE)).isTrue();
        assertThat(cache.ttl("a"))
                .isInstanceOfSatisfying(
                        TimeToLive.Limited.class,
                        limited ->
                                assertThat(limited.left())
                                        .isBetween(Duration.ofSeconds(50), MINUTE));
        cache.expire("a", Duration.ofMillis(30));
        mesh.await("expiry", () -> cache.get("a", Freshness.LATEST).isEmpty());
    }

    @Test
    void fiveThousandKeysGoOutAndComeBackTogether() {
        Cache<String, String> cache = texts("bulk");
        Map<String, String> pairs =
                IntStream.range(0, 5_000)
                        .boxed()
                        .collect(Collectors.toMap(i -> "k" + i, i -> "v" + i));
        cache.putAll(pairs, MINUTE);
        List<String> asked = Stream.concat(pairs.keySet().stream(), Stream.of("missing")).toList();
        assertThat(cache.getAll(asked)).isEqualTo(pairs);
        assertThat(cache.ttl("k4999")).isInstanceOf(TimeToLive.Limited.class);
    }

    @Test
    void everyFreshnessReadsWhatWasJustWritten() {
        Cache<String, String> cache = texts("freshness");
        cache.put("a", "1");
        for (Freshness freshness :
                List.of(
                        Freshness.LATEST,
                        Freshness.ANY,
                        new Freshness.Within(Duration.ofMillis(5)))) {
            assertThat(cache.get("a", freshness)).as("%s", freshness).hasValue("1");
            assertThat(cache.withFreshness(freshness).get("b")).as("%s", freshness).isEmpty();
        }
    }

    @Test
    void manyCallersOfOneMissingKeyLoadItOnce() throws Exception {
        Cache<String, String> cache = texts("loads");
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch allAsk = new CountDownLatch(16);
        Callable<String> caller =
                () -> {
                    allAsk.countDown();
                    return cache.getOrLoad(
                            "a",
                            key -> {
                                awaitUninterrupted(allAsk);
                                return "loaded " + loads.incrementAndGet();
                            },
                            MINUTE);
                };
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (Future<String> answer :
                    threads.invokeAll(IntStream.range(0, 16).mapToObj(i -> caller).toList())) {
                assertThat(answer.get()).isEqualTo("loaded 1");
            }
        }
        assertThat(loads).hasValue(1);
        assertThat(cache.get("a")).hasValue("loaded 1");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void registeredRecordsTravelAndOthersAreRefusedByName() {
        Cache<String, Object> cache =
                client.cache("users", Codec.utf8(), KryoCodec.of(Object.class, User.class));
        cache.put("ada", new User("Ada", 36));
        assertThat(cache.get("ada")).hasValue(new User("Ada", 36));
        assertThatThrownBy(() -> cache.put("eve", new Stranger("Eve")))
                .isInstanceOfSatisfying(
                        GossamerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ERR))
                .hasMessageContaining(Stranger.class.getName());
        assertThat(cache.get("eve")).isEmpty();
        texts("users").put("odd", "no object");
        assertThatThrownBy(() -> cache.get("odd")).isInstanceOf(GossamerException.class);
    }

    @Test
    void everyRequestGoesToThePrimaryOfItsKey() {
        long before = retries.moved.sum();
        Cache<String, String> cache = texts("routes");
        for (int i = 0; i < 2_000; i++) {
            cache.put("k" + i, "v");
            assertThat(cache.getEntry("k" + i).orElseThrow().tier()).isEqualTo("L1");
        }
        assertThat(retries.moved.sum()).isEqualTo(before);
    }

    /** Last, for it takes a node away. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aKilledNodeFailsNoRepeatableRequestAndTheMeshLeadsTheClientBackToIt() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(LOADERS)) {
            AtomicBoolean enough = new AtomicBoolean();
            List<Load> loads =
                    IntStream.range(0, LOADERS).mapToObj(i -> new Load(i, enough)).toList();
            List<Future<?>> running = new ArrayList<>();
            loads.forEach(load -> running.add(threads.submit(load)));
            try {
                awaitMoreOf(loads, 5_000);
                long before = retries.all.sum();
                mesh.freeze(2);
                awaitStalled(loads);
                mesh.kill(2);
                awaitMoreOf(loads, 5_000);
                assertThat(retries.all.sum())
                        .as("the load met the dead node")
                        .isGreaterThan(before);
                mesh.awaitWhole(2);
                awaitMoreOf(loads, 1_000);
                assertThat(client.topology().members()).hasSize(2);
                mesh.restart(2);
                mesh.awaitWhole(3);
                awaitMoreOf(loads, 1_000);
            } finally {
                enough.set(true);
            }
            for (Future<?> one : running) {
                one.get();
            }
            assertThat(loads).allSatisfy(load -> assertThat(load.problems).isEmpty());
            loads.forEach(Load::requireAll);
        }
        requireRoutesToAllThree();
    }

    /** Each loader waits for the frozen node: what it asks is certain to meet the dead one. */
    private static void awaitStalled(List<Load> loads) {
        long[] last = {-1};
        int[] unchanged = new int[1];
        mesh.await(
                "stalled loads",
                () -> {
                    long now = operationsOf(loads);
                    unchanged[0] = now == last[0] ? unchanged[0] + 1 : 0;
                    last[0] = now;
                    return unchanged[0] == STALLED_POLLS;
                });
    }

    private static long operationsOf(List<Load> loads) {
        return loads.stream().mapToLong(load -> load.done.sum()).sum();
    }

    private static void awaitMoreOf(List<Load> loads, int operations) {
        List<Long> targets = loads.stream().map(load -> load.done.sum() + operations).toList();
        mesh.await(
                "progress of all loads",
                () ->
                        IntStream.range(0, loads.size())
                                .allMatch(i -> loads.get(i).done.sum() >= targets.get(i)));
    }

    private static void requireRoutesToAllThree() {
        mesh.await("a topology of three", () -> client.topology().members().size() == 3);
        int[] primaries = client.topology().primariesPerMember();
        assertThat(Arrays.stream(primaries).min().orElse(0)).isPositive();
        long before = retries.moved.sum();
        Cache<String, String> cache = texts("again");
        for (int i = 0; i < 500; i++) {
            cache.put("k" + i, "v");
            assertThat(cache.getEntry("k" + i).orElseThrow().tier()).isEqualTo("L1");
        }
        assertThat(retries.moved.sum()).isEqualTo(before);
        assertThat(mesh.get(2, "/metrics").body())
                .containsPattern("gossamer_connections\\{port=\"clustered\"} [1-9]");
    }

    /** Writes keys of its own, ever newer values, and reads back what was acknowledged. */
    private static final class Load implements Runnable {
        private static final int KEYS = 2_000;

        private final Cache<String, String> cache;
        private final SplittableRandom random;
        private final AtomicBoolean enough;
        private final Map<String, String> acknowledged = new HashMap<>();
        final Queue<String> problems = new ConcurrentLinkedQueue<>();
        final LongAdder done = new LongAdder();

        Load(int number, AtomicBoolean enough) {
            this.cache = texts("load-" + number);
            this.random = new SplittableRandom(Long.getLong("seed", 42) + number);
            this.enough = enough;
        }

        @Override
        public void run() {
            for (long round = 0; !enough.get(); round++) {
                String key = "k" + random.nextInt(KEYS);
                try {
                    if (random.nextBoolean()) {
                        cache.put(key, "v" + round);
                        acknowledged.put(key, "v" + round);
                    } else {
                        check(key);
                    }
                    done.increment();
                } catch (GossamerException e) {
                    problems.add(e.code() + ": " + e.getMessage());
                }
            }
        }

        private void check(String key) {
            Optional<String> found = cache.get(key, Freshness.LATEST);
            Optional<String> expected = Optional.ofNullable(acknowledged.get(key));
            if (!found.equals(expected)) {
                problems.add(key + ": read " + found + ", acknowledged " + expected);
            }
        }

        void requireAll() {
            assertThat(acknowledged).isNotEmpty();
            assertThat(cache.getAll(acknowledged.keySet())).isEqualTo(acknowledged);
        }
    }

    /** Counts what was sent again, and of that, because the member asked was not the primary. */
    private static final class Retries implements ClientMetrics {
        final LongAdder all = new LongAdder();
        final LongAdder moved = new LongAdder();

        @Override
        public void retried(String command, ErrorCode why) {
            all.increment();
            if (why == ErrorCode.MOVED) {
                moved.increment();
            }
        }

        @Override
        public void requestEnded(String command, Optional<ErrorCode> error, long latencyNanos) {}

        @Override
        public void connectionOpened() {}

        @Override
        public void connectionClosed() {}

        @Override
        public void topologyLearned(long epoch) {}

        @Override
        public void watchInFlight(LongSupplier requests, LongSupplier bytes) {}
    }
}
