package dev.gossamer.node.mesh.sim;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Many runs, one after the other on each processor, each on one thread from begin to end. */
final class Batch {
    private final Set<Faults.Kind> kinds;
    private final Bugs.Bug bug;
    private final AtomicLong next;
    private final AtomicLong runs = new AtomicLong();
    private final ConcurrentSkipListMap<Long, AssertionError> failures =
            new ConcurrentSkipListMap<>();

    Batch(long firstSeed, Set<Faults.Kind> kinds, Bugs.Bug bug) {
        this.next = new AtomicLong(firstSeed);
        this.kinds = EnumSet.copyOf(kinds);
        this.bug = bug;
    }

    /** Goes on until so many runs are over, or one has failed. */
    void run(long runsMax) throws InterruptedException {
        long last = next.get() + runsMax;
        int threads = Runtime.getRuntime().availableProcessors();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().name(NoLog.SIMULATED, 0).factory())) {
            for (int i = 0; i < threads; i++) {
                pool.execute(() -> {
                    long seed = next.getAndIncrement();
                    while (seed < last && failures.isEmpty()) {
                        one(seed);
                        seed = next.getAndIncrement();
                    }
                });
            }
            pool.shutdown();
            pool.awaitTermination(1, TimeUnit.DAYS);
        }
    }

    private void one(long seed) {
        try {
            Simulation.drawn(seed, kinds, bug).run();
        } catch (AssertionError e) {
            failures.put(seed, e);
        } catch (RuntimeException | Error e) {
            failures.put(seed, new AssertionError("seed " + seed + ": " + e, e));
        }
        runs.incrementAndGet();
    }

    long runs() {
        return runs.get();
    }

    boolean hasFailed() {
        return !failures.isEmpty();
    }

    /** Throws what the first seed that failed has thrown. */
    void verify() {
        if (hasFailed()) {
            throw failures.firstEntry().getValue();
        }
    }
}
