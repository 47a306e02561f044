package dev.gossamer.node.store.disk;

import java.util.function.LongSupplier;

/**
 * Time as far as this process was there to see it pass. When its next look comes late, because the
 * process was stopped, starved or collecting garbage, then answers of the disk may have waited for
 * the process, and not the process for them: of such a gap just {@value #PART}th of the patience
 * counts, so that what has come meanwhile can be heard before anything is given up.
 *
 * <p><b>Threads.</b> Any reads it; one looks.
 */
final class AwakeClock implements LongSupplier {
    private static final int PART = 4;

    private final LongSupplier nanoClock;
    private final long gapNanosMax;
    private volatile Look last;

    /** What both clocks said. */
    private record Look(long nanos, long awakeNanos) {}

    /**
     * @param patienceNanos how long a single wait is watched for
     */
    AwakeClock(LongSupplier nanoClock, long patienceNanos) {
        this.nanoClock = nanoClock;
        this.gapNanosMax = Math.max(1, patienceNanos / PART);
        this.last = new Look(nanoClock.getAsLong(), 0);
    }

    /** To be called often. */
    void look() {
        long now = nanoClock.getAsLong();
        last = new Look(now, awakeAt(now));
    }

    @Override
    public long getAsLong() {
        return awakeAt(nanoClock.getAsLong());
    }

    private long awakeAt(long now) {
        Look before = last;
        return before.awakeNanos() + Math.clamp(now - before.nanos(), 0, gapNanosMax);
    }
}
