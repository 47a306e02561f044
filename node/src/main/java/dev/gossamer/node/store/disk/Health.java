package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.DiskException;
import java.util.function.LongSupplier;

/**
 * The breaker of the tier: whether the disk is to be relied upon. A write that fails opens it at
 * once, for then the log lacks something. Reads open it when many fail within a while, or when many
 * are too slow, and more than those that are answered: where a host is short of time some answers
 * are heard late, and giving the disk up would cost all that rests on it.
 *
 * <p><b>Threads.</b> Any.
 */
final class Health {
    private static final int FAILURES_MAX = 16;
    private static final long WHILE_NANOS = 10_000_000_000L;

    private final LongSupplier nanoClock;
    private final Breaker breaker;

    /** Guarded by this, as the next. */
    private long sinceNanos;

    private int failures;
    private int answers;

    Health(LongSupplier nanoClock, Breaker breaker) {
        this.nanoClock = nanoClock;
        this.breaker = breaker;
    }

    void readFailed(DiskException why) {
        if (why instanceof DiskException.Busy) {
            return;
        }
        if (isTooMany()) {
            breaker.breaks("reads fail: " + why.getMessage());
        }
    }

    void readTooSlow() {
        if (isTooMany() && isMostLate()) {
            breaker.breaks("reads take too long");
        }
    }

    /** Of a read that had to wait for the disk. */
    synchronized void answered() {
        answers++;
    }

    private synchronized boolean isMostLate() {
        return failures > answers;
    }

    private synchronized boolean isTooMany() {
        long now = nanoClock.getAsLong();
        if (failures == 0 || now - sinceNanos > WHILE_NANOS) {
            sinceNanos = now;
            failures = 0;
            answers = 0;
        }
        failures++;
        return failures >= FAILURES_MAX;
    }

    synchronized void healed() {
        failures = 0;
        answers = 0;
    }
}
