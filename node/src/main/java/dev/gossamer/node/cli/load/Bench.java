package dev.gossamer.node.cli.load;

import dev.gossamer.client.Cache;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Progress;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Uniform random reads and writes for a while, as fast as they are answered. */
public final class Bench {
    private final Cache<String, byte[]> cache;
    private final Plan plan;
    private final LongSupplier nanoClock;
    private final Latencies reads = new Latencies();
    private final Latencies writes = new Latencies();
    private final LongAdder done = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /**
     * What to do.
     *
     * @param callers how many requests are under way at once
     * @param keys how many different keys
     * @param readPart which part of the requests reads, within [0, 1]
     * @param seed of the sequence of keys
     */
    public record Plan(
            int callers, int keys, int valueBytes, double readPart, Duration time, long seed) {
        public Plan {
            if (callers < 1 || callers > 100_000 || keys < 1 || valueBytes < 0) {
                throw new IllegalArgumentException(
                        "callers must be within [1, 100000] and keys at least 1");
            }
            if (!(readPart >= 0 && readPart <= 1)) {
                throw new IllegalArgumentException("the part of reads is outside [0, 1]");
            }
        }
    }

    /** What came of it. */
    public record Result(
            Duration time, Latencies.Summary reads, Latencies.Summary writes, long misses) {

        public double perSecond() {
            return (reads.count() + writes.count()) / (time.toNanos() / 1e9);
        }
    }

    public Bench(Cache<String, byte[]> cache, Plan plan, LongSupplier nanoClock) {
        this.cache = cache;
        this.plan = plan;
        this.nanoClock = nanoClock;
    }

    /** Runs it; returns when the time is over and every answer has come. */
    public Result run(Progress progress) {
        long begin = nanoClock.getAsLong();
        long end = begin + plan.time().toNanos();
        Crew.run(
                plan.callers(),
                caller -> request(end, new SplittableRandom(plan.seed() + caller)),
                () ->
                        progress.at(
                                Math.min(
                                        plan.time().toMillis(),
                                        (nanoClock.getAsLong() - begin) / 1_000_000),
                                plan.time().toMillis(),
                                Figures.count(done.sum()) + " requests"));
        progress.done();
        Duration time = Duration.ofNanos(nanoClock.getAsLong() - begin);
        return new Result(time, reads.take(), writes.take(), misses.sum());
    }

    private void request(long end, SplittableRandom random) {
        byte[] value = new byte[plan.valueBytes()];
        random.nextBytes(value);
        long before = nanoClock.getAsLong();
        while (before < end) {
            String key = "bench-" + random.nextInt(plan.keys());
            boolean read = random.nextDouble() < plan.readPart();
            if (!read) {
                cache.put(key, value);
            } else if (cache.get(key).isEmpty()) {
                misses.increment();
            }
            long after = nanoClock.getAsLong();
            (read ? reads : writes).record(after - before);
            done.increment();
            before = after;
        }
    }
}
