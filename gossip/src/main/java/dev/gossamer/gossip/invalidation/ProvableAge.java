package dev.gossamer.gossip.invalidation;

import java.time.Duration;

/**
 * When, at the earliest by this member's monotonic clock, something happened at another member, of
 * which only that member's monotonic time is known (C4).
 *
 * <p>The clocks are not synchronized and need not be. This member sends its own time t0 to the
 * other, which says "it was tp here" after it has read that. Whatever the network did, tp happened
 * at or after t0. The other's time T therefore happened no earlier than t0 + (T − tp), less what
 * the two clocks may have drifted apart over |T − tp|. It is the one-way half of Cristian's
 * algorithm (1): the other half, the upper bound, is of no use to a proof of freshness.
 *
 * <p>Among samples that are later than T the best one changes with T, so a few are kept: the new
 * one takes the place of the one that proves least. A sample that is too old is dropped, so that a
 * clock that broke its promise once is not trusted for ever; one that puts something into the
 * future shows at once that a clock did, and all are dropped.
 *
 * <p>Not thread-safe. All times are nanoseconds; only differences matter, so they may wrap.
 *
 * <ol>
 *   <li>Cristian: Probabilistic clock synchronization. Distributed Computing 3, 1989.
 * </ol>
 */
public final class ProvableAge {
    /** No bound is known: as old as can be. */
    public static final long UNKNOWN = Long.MIN_VALUE;

    private static final int SAMPLES_MAX = 8;
    private static final int MILLION = 1_000_000;

    private final int driftPpm;
    private final long lifeNanos;
    private final long[] askedNanos = new long[SAMPLES_MAX];
    private final long[] originNanos = new long[SAMPLES_MAX];
    private int samples;

    /**
     * @param driftPpm by how many millionths the two clocks' speeds may differ at most
     * @param sampleLife how long a sample is used
     */
    public ProvableAge(int driftPpm, Duration sampleLife) {
        if (driftPpm < 0 || driftPpm >= MILLION) {
            throw new IllegalArgumentException(
                    "drift of " + driftPpm + " ppm is outside [0, " + MILLION + ")");
        }
        this.driftPpm = driftPpm;
        this.lifeNanos = sampleLife.toNanos();
    }

    /**
     * The other's clock showed {@code origin} at or after the moment this one showed {@code asked}.
     *
     * @param now this member's time; an {@code asked} later than that is no sample
     */
    public void learn(long asked, long origin, long now) {
        if (asked - now > 0) {
            return;
        }
        dropOlderThan(now - lifeNanos);
        int at = samples < SAMPLES_MAX ? samples++ : weakest(origin);
        askedNanos[at] = asked;
        originNanos[at] = origin;
    }

    private void dropOlderThan(long earliest) {
        for (int i = samples - 1; i >= 0; i--) {
            if (askedNanos[i] - earliest < 0) {
                samples--;
                askedNanos[i] = askedNanos[samples];
                originNanos[i] = originNanos[samples];
            }
        }
    }

    private int weakest(long origin) {
        int weakest = 0;
        for (int i = 1; i < samples; i++) {
            if (bound(i, origin) - bound(weakest, origin) < 0) {
                weakest = i;
            }
        }
        return weakest;
    }

    private long bound(int sample, long origin) {
        long apart = origin - originNanos[sample];
        long drift = Math.ceilDiv(Math.abs(apart), MILLION) * driftPpm;
        return askedNanos[sample] + apart - drift;
    }

    /**
     * When, at the earliest by this member's clock, the other's clock showed {@code origin}.
     *
     * @param now this member's time, at which it has already heard of it
     * @return {@link #UNKNOWN} while there is no sample
     */
    public long boundNanos(long origin, long now) {
        dropOlderThan(now - lifeNanos);
        long best = UNKNOWN;
        for (int i = 0; i < samples; i++) {
            long bound = bound(i, origin);
            best = best == UNKNOWN || bound - best > 0 ? bound : best;
        }
        if (best != UNKNOWN && best - now > 0) {
            forget();
            return UNKNOWN;
        }
        return best;
    }

    /**
     * How old it is at most.
     *
     * @param boundNanos what {@link #boundNanos} said
     * @return {@link Long#MAX_VALUE} when that was {@link #UNKNOWN}
     */
    public static long ageNanos(long boundNanos, long now) {
        return boundNanos == UNKNOWN ? Long.MAX_VALUE : Math.max(0, now - boundNanos);
    }

    public boolean isKnown() {
        return samples > 0;
    }

    /** Drops all samples: the other's clock is another one now. */
    public void forget() {
        samples = 0;
    }
}
