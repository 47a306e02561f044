package dev.gossamer.client.near;

import java.util.concurrent.TimeUnit;

/**
 * How often to ask for proof: four times within the smallest bound that readers use, and at least
 * every 100 ms. A bound that nobody has used for a second or two counts no longer.
 *
 * <p><b>Threads.</b> {@link #used} by any; an update may be lost to another, and comes with the
 * next read. The rest by one.
 */
final class Pace {
    static final long INTERVAL_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);
    static final long INTERVAL_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int PARTS = 4;
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile long smallestNanos = Long.MAX_VALUE;
    private long beforeNanos = Long.MAX_VALUE;
    private long periodNanos;

    /** A reader wants copies to be proved younger than this. */
    void used(long boundNanos) {
        if (boundNanos < smallestNanos) {
            smallestNanos = boundNanos;
        }
    }

    long intervalNanos(long nowNanos) {
        if (nowNanos - periodNanos > PERIOD_NANOS) {
            periodNanos = nowNanos;
            beforeNanos = smallestNanos;
            smallestNanos = Long.MAX_VALUE;
        }
        long part = Math.min(beforeNanos, smallestNanos) / PARTS;
        return Math.max(INTERVAL_NANOS_MIN, Math.min(part, INTERVAL_NANOS_MAX));
    }
}
