package dev.gossamer.node.edge.resp;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one event loop has served: per command a count, a total time and a histogram of powers of
 * two.
 *
 * <p><b>Threads.</b> Written by one loop with plain loads and ordered stores, so that counting
 * costs no locked instruction; read by any thread, which may see the parts of one command a moment
 * apart.
 */
final class LoopStats {
    /**
     * Bucket b counts what took less than 2^(b + {@value #FIRST_EXPONENT}) ns; the last, all else.
     */
    static final int BUCKETS = 23;

    static final int FIRST_EXPONENT = 11;
    private static final int STRIDE = BUCKETS + 1;

    /** Per command its buckets, then its total time. */
    private final AtomicLongArray times;

    private final AtomicLongArray sums = new AtomicLongArray(Sum.values().length);

    /** Things counted for all commands together. */
    enum Sum {
        INPUT_BYTES(0),
        OUTPUT_BYTES(1),
        ERRORS(2),
        PROTOCOL_ERRORS(3),
        INVALIDATIONS_PUSHED(4),
        FEED_OVERRUNS(5);

        private final int place;

        Sum(int place) {
            this.place = place;
        }
    }

    LoopStats(int commands) {
        times = new AtomicLongArray(commands * STRIDE);
    }

    void served(int command, long nanos) {
        int exponent = 64 - Long.numberOfLeadingZeros(nanos);
        int bucket = Math.clamp(exponent - FIRST_EXPONENT, 0, BUCKETS - 1);
        increase(times, command * STRIDE + bucket, 1);
        increase(times, command * STRIDE + BUCKETS, nanos);
    }

    void add(Sum sum, long value) {
        increase(sums, sum.place, value);
    }

    private static void increase(AtomicLongArray counters, int i, long by) {
        counters.setRelease(i, counters.getPlain(i) + by);
    }

    long sum(Sum sum) {
        return sums.get(sum.place);
    }

    /** How many of a command took less than 2^(bucket + {@value #FIRST_EXPONENT}) ns. */
    long upTo(int command, int bucket) {
        long count = 0;
        for (int b = 0; b <= bucket; b++) {
            count += times.get(command * STRIDE + b);
        }
        return count;
    }

    long count(int command) {
        return upTo(command, BUCKETS - 1);
    }

    long totalNanos(int command) {
        return times.get(command * STRIDE + BUCKETS);
    }
}
