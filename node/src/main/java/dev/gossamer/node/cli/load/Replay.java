package dev.gossamer.node.cli.load;

import dev.gossamer.client.Cache;
import dev.gossamer.client.CacheEntry;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Progress;
import dev.gossamer.node.cli.trace.Trace;
import dev.gossamer.protocol.GossamerException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Drives a trace into a mesh: a read asks, and on a miss writes; a write writes.
 *
 * <p><b>Order.</b> All callers take the next access from one cursor, so the mesh sees the trace's
 * order but for as many accesses as there are callers.
 */
public final class Replay {
    private static final long FAILURES_FREE = 100;
    private static final long FAILURES_PART = 100;

    private final Cache<byte[], byte[]> cache;
    private final Trace trace;
    private final Plan plan;
    private final LongSupplier nanoClock;
    private final AtomicInteger cursor = new AtomicInteger();
    private final Latencies latencies = new Latencies();
    private final Map<String, LongAdder> hitsByTier = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /** How to do it. */
    public record Plan(int callers, byte[] value, Pace pace) {}

    /**
     * What came of it.
     *
     * @param failures requests that the mesh refused or did not answer in time
     */
    public record Result(
            Duration time,
            Latencies.Summary latencies,
            long hits,
            Map<String, Long> hitsByTier,
            long failures) {}

    public Replay(Cache<byte[], byte[]> cache, Trace trace, Plan plan, LongSupplier nanoClock) {
        this.cache = cache;
        this.trace = trace;
        this.plan = plan;
        this.nanoClock = nanoClock;
    }

    /**
     * Replays the whole trace.
     *
     * @throws CliException when more than one in a hundred accesses fails
     */
    public Result run(Progress progress) {
        long begin = nanoClock.getAsLong();
        Crew.run(
                plan.callers(),
                _ -> work(begin),
                () -> {
                    int at = Math.min(cursor.get(), trace.length());
                    progress.at(at, trace.length(), hitsSoFar(at));
                });
        progress.done();
        Map<String, Long> byTier = new TreeMap<>();
        hitsByTier.forEach((tier, count) -> byTier.put(tier, count.sum()));
        Duration time = Duration.ofNanos(nanoClock.getAsLong() - begin);
        return new Result(time, latencies.take(), hits.sum(), byTier, failures.sum());
    }

    private String hitsSoFar(int at) {
        return "hit ratio so far " + Figures.percent((double) hits.sum() / Math.max(1, at));
    }

    private void work(long begin) {
        int at = cursor.getAndIncrement();
        while (at < trace.length() && !Thread.currentThread().isInterrupted()) {
            awaitDue(begin + plan.pace().dueNanos(trace, at));
            long before = nanoClock.getAsLong();
            try {
                access(at);
            } catch (GossamerException e) {
                countFailure(e);
            }
            latencies.record(nanoClock.getAsLong() - before);
            at = cursor.getAndIncrement();
        }
    }

    private void awaitDue(long dueNanos) {
        long left = dueNanos - nanoClock.getAsLong();
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(left);
            left = dueNanos - nanoClock.getAsLong();
        }
    }

    private void access(int at) {
        byte[] key = trace.keyText(trace.key(at));
        if (trace.isWrite(at)) {
            cache.put(key, plan.value());
            return;
        }
        Optional<CacheEntry<byte[]>> found = cache.getEntry(key);
        if (found.isPresent()) {
            hits.increment();
            hitsByTier.computeIfAbsent(found.get().tier(), _ -> new LongAdder()).increment();
        } else {
            cache.put(key, plan.value());
        }
    }

    private void countFailure(GossamerException failure) {
        failures.increment();
        long allowed = FAILURES_FREE + cursor.get() / FAILURES_PART;
        if (failures.sum() > allowed) {
            throw new CliException(
                    "more than one in a hundred accesses failed, the last with "
                            + failure.code()
                            + ": "
                            + failure.getMessage()
                            + "; look at 'gossamer status'",
                    failure);
        }
    }
}
