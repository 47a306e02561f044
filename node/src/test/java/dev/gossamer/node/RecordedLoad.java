package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.Cache;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Writes keys of its own, ever newer values, and reads back what was acknowledged. */
final class RecordedLoad implements Runnable {
    private static final int KEYS = 2_000;

    private final Cache<String, String> cache;
    private final SplittableRandom random;
    private final AtomicBoolean enough;
    private final Map<String, String> acknowledged = new HashMap<>();

    /** Requests that failed, and reads that told something else than was acknowledged. */
    final Queue<String> problems = new ConcurrentLinkedQueue<>();

    final LongAdder done = new LongAdder();

    RecordedLoad(Cache<String, String> cache, long seed, AtomicBoolean enough) {
        this.cache = cache;
        this.random = new SplittableRandom(seed);
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

    /** Once it has ended: no request failed, and everything acknowledged is there. */
    void requireAll() {
        assertThat(problems).isEmpty();
        assertThat(acknowledged).isNotEmpty();
        assertThat(cache.getAll(acknowledged.keySet())).isEqualTo(acknowledged);
    }
}
