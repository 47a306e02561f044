package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.micrometer.MicrometerClientMetrics;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client with near copies of three real nodes, while another one writes and a node stands still,
 * wakes up, and is killed: no read is older than its bound (C4).
 */
@Timeout(240)
class NearClientIT {
    private static final int KEYS = 60;
    private static final int VALUES_MAX = 5_000;
    private static final int READERS = 8;
    private static final Duration[] BOUNDS = {Duration.ofMillis(200), Duration.ofSeconds(1)};
    private static final Duration CALM = Duration.ofSeconds(3);
    private static final Duration FREEZE = Duration.ofSeconds(8);

    @TempDir Path folder;
    private LocalMesh mesh;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean enough = new AtomicBoolean();

    /** By key, when each value was acknowledged; 0 for not yet, or never. */
    private final List<AtomicLongArray> acknowledged = new ArrayList<>();

    private final List<Future<?>> running = new ArrayList<>();
    private final LongAdder reads = new LongAdder();
    private final LongAdder failures = new LongAdder();

    @BeforeEach
    void start() {
        mesh = LocalMesh.start(folder, 3, 2);
        for (int i = 0; i < KEYS; i++) {
            acknowledged.add(new AtomicLongArray(VALUES_MAX));
        }
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private Gossamer client(int node, boolean near) {
        return Gossamer.builder()
                .uri("gossamer://127.0.0.1:" + mesh.redisPort(node))
                .requestTimeout(Duration.ofMillis(near ? 300 : 2_000))
                .nearBytesMax(near ? 16 << 20 : 0)
                .metrics(new MicrometerClientMetrics(near ? meters : new SimpleMeterRegistry()))
                .connect();
    }

    @Test
    void whateverBecomesOfItsNodesAClientReadsNothingOlderThanItsBound() throws Exception {
        try (Gossamer writer = client(1, false);
                Gossamer reader = client(2, true);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            try {
                running.add(threads.submit(() -> write(writer)));
                for (int i = 0; i < READERS; i++) {
                    Duration bound = BOUNDS[i % BOUNDS.length];
                    int seed = i;
                    running.add(threads.submit(() -> read(reader, bound, seed)));
                }
                misfortunes();
            } finally {
                enough.set(true);
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        assertThat(failures.sum()).as("failed calls").isLessThan(reads.sum() / 10);
    }

    private void misfortunes() throws Exception {
        pass("calm", CALM);
        mesh.freeze(0);
        pass("the freeze", FREEZE);
        mesh.thaw(0);
        mesh.awaitWhole(3);
        pass("calm after the freeze", CALM);
        mesh.kill(0);
        pass("the kill", FREEZE);
        mesh.restart(0);
        mesh.awaitWhole(3);
        pass("calm in the end", CALM);
    }

    /** At least so long, and until copies have been read and nodes been asked. */
    private void pass(String what, Duration duration) throws Exception {
        double hits = hits();
        long asked = reads.sum();
        long end = System.nanoTime() + duration.toNanos();
        mesh.await(
                "the end of " + what,
                () ->
                        running.stream().anyMatch(Future::isDone)
                                || (System.nanoTime() - end > 0
                                        && hits() - hits > 100
                                        && reads.sum() - asked > 200));
        for (Future<?> one : running) {
            if (one.isDone()) {
                one.get(); // What it found is what went wrong.
            }
        }
    }

    private double hits() {
        return meters.get("gossamer.client.near.reads").tag("outcome", "hit").counter().count();
    }

    private static String key(int i) {
        return "near-" + i;
    }

    /** Ever greater numbers; one that may not have been written is never reused. */
    private void write(Gossamer gossamer) {
        Cache<String, Long> cache = gossamer.cache("default", Codec.utf8(), Codec.longs());
        SplittableRandom random = new SplittableRandom(Long.getLong("seed", 7));
        int[] last = new int[KEYS];
        while (!enough.get()) {
            int i = random.nextInt(KEYS);
            int next = Math.min(++last[i], VALUES_MAX - 1);
            try {
                cache.put(key(i), (long) next);
                acknowledged.get(i).set(next, System.nanoTime());
            } catch (GossamerException _) {
                failures.increment(); // Refused or unknown: the next number tells.
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void read(Gossamer gossamer, Duration bound, int seed) {
        Cache<String, Long> cache =
                gossamer.cache("default", Codec.utf8(), Codec.longs())
                        .withFreshness(new Freshness.Within(bound));
        SplittableRandom random = new SplittableRandom(Long.getLong("seed", 7) * READERS + seed);
        while (!enough.get()) {
            int i = random.nextInt(KEYS);
            long began = System.nanoTime();
            try {
                Optional<Long> value = cache.get(key(i));
                reads.increment();
                requireFresh(i, value.orElse(0L).intValue(), began, bound);
            } catch (GossamerException _) {
                failures.increment(); // Nobody answers in time: better than to answer wrongly.
            }
            LockSupport.parkNanos(200_000);
        }
    }

    /**
     * Nothing later was acknowledged a bound's time before the read began.
     *
     * <p>A write that was never answered says nothing: it may lie in a socket of the node that
     * stands still, and be carried out, as its writer was told that it may be, when others are long
     * acknowledged.
     */
    private void requireFresh(int key, int value, long began, Duration bound) {
        AtomicLongArray times = acknowledged.get(key);
        if (value > 0 && times.get(value) == 0) {
            return;
        }
        for (int later = value + 1; later < Math.min(value + 500, VALUES_MAX); later++) {
            long time = times.get(later);
            boolean tooOld = time != 0 && began - time >= bound.toNanos();
            assertThat(tooOld)
                    .as(
                            "read %d of key %d, %d ms after %d was acknowledged, within %s",
                            value, key, (began - time) / 1_000_000, later, bound)
                    .isFalse();
        }
    }
}
