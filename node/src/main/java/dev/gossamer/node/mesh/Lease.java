package dev.gossamer.node.mesh;

import java.util.function.LongSupplier;

/**
 * Until when this node may answer as a primary under an agreed topology (C5): as long as a majority
 * of the roster has promised not to let anyone else take its slots over. It is a point in time and
 * not a flag, so that a process that was paused beyond it knows without being told.
 *
 * <p><b>Threads.</b> Set by one, asked by any. <b>Cost.</b> One reading of the clock.
 */
final class Lease {
    private final LongSupplier nanoClock;
    private volatile long untilNanos;

    /** Not held. */
    Lease(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.untilNanos = nanoClock.getAsLong();
    }

    void set(long until) {
        untilNanos = until;
    }

    /** Compared and not subtracted: the longest ago may be said of what was never held. */
    boolean isHeld() {
        return nanoClock.getAsLong() < untilNanos;
    }

    /** As it was set last. */
    long untilNanos() {
        return untilNanos;
    }

    /** How long it is held yet; 0 when it is not. */
    long leftNanos() {
        long until = untilNanos;
        long now = nanoClock.getAsLong();
        return now < until ? until - now : 0;
    }
}
