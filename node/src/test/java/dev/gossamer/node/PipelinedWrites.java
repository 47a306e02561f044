package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.Cache;
import dev.gossamer.protocol.Freshness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes ever newer values at a steady rate, many under way at once but one per key, and knows what
 * was acknowledged and of what the outcome is unknown.
 */
final class PipelinedWrites implements Runnable {
    private static final int KEYS = 20_000;
    private static final int UNDER_WAY_MAX = 4_000;
    private static final int BATCH = 1_000;

    private final Cache<String, String> cache;
    private final long intervalNanos;
    private final AtomicBoolean enough;
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);
    private final AtomicIntegerArray underWay = new AtomicIntegerArray(KEYS);

    /** By key, the latest value that was acknowledged; 0 for none. */
    private final AtomicLongArray acknowledged = new AtomicLongArray(KEYS);

    /** By key, values that may be stored now, later, or never. */
    private final Map<Integer, Set<Long>> doubtful = new ConcurrentHashMap<>();

    /** What writes failed with. */
    final Queue<String> failures = new ConcurrentLinkedQueue<>();

    final LongAdder done = new LongAdder();

    PipelinedWrites(Cache<String, String> cache, int perSecond, AtomicBoolean enough) {
        this.cache = cache;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.enough = enough;
    }

    /** Writes until it is enough, and returns when every write has been answered. */
    @Override
    public void run() {
        long due = System.nanoTime();
        for (long value = 1; !enough.get(); value++) {
            int key = (int) (value % KEYS);
            if (underWay.compareAndSet(key, 0, 1)) {
                room.acquireUninterruptibly();
                write(key, value);
            }
            due = Math.max(due + intervalNanos, System.nanoTime() - TimeUnit.SECONDS.toNanos(1));
            LockSupport.parkNanos(due - System.nanoTime());
        }
        room.acquireUninterruptibly(UNDER_WAY_MAX);
    }

    private void write(int key, long value) {
        var _ =
                cache.async()
                        .put(name(key), Long.toString(value))
                        .whenComplete((_, failure) -> {
                            answered(key, value, failure);
                            underWay.set(key, 0);
                            room.release();
                        });
    }

    private void answered(int key, long value, @Nullable Throwable failure) {
        if (failure == null) {
            acknowledged.set(key, value);
            done.increment();
        } else {
            doubtful.computeIfAbsent(key, _ -> ConcurrentHashMap.newKeySet()).add(value);
            failures.add(failure.toString());
        }
    }

    private static String name(int key) {
        return "k" + key;
    }

    /** Once it has ended: every key has its last acknowledged value, or one that came after it. */
    void requireAll() {
        List<String> lost = new ArrayList<>();
        for (int from = 0; from < KEYS; from += BATCH) {
            List<Integer> keys = IntStream.range(from, from + BATCH).boxed().toList();
            Map<String, String> found =
                    cache.withFreshness(Freshness.LATEST)
                            .getAll(keys.stream().map(PipelinedWrites::name).toList());
            keys.forEach(key -> check(key, found.get(name(key)), lost));
        }
        assertThat(lost).isEmpty();
        assertThat(done.sum()).isPositive();
    }

    private void check(int key, @Nullable String found, List<String> lost) {
        long last = acknowledged.get(key);
        boolean fits =
                found == null
                        ? last == 0
                        : Long.parseLong(found) == last
                                || doubtful.getOrDefault(key, Set.of())
                                        .contains(Long.parseLong(found));
        if (!fits) {
            lost.add(name(key) + ": acknowledged " + last + ", found " + found);
        }
    }
}
