package dev.gossamer.node.mesh;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Keeps a stream of bytes below a rate, and counts them: whoever has spent bytes goes on when they
 * are paid for. Up to a tenth of a second's worth may be spent at once.
 *
 * <p><b>Threads.</b> Any.
 */
final class TransferPace {
    private static final long BURST_NANOS = 100_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final double nanosPerByte;
    private final LongSupplier nanoClock;
    private final LongAdder bytes = new LongAdder();

    /** When everything spent so far is paid for. Guarded by this. */
    private long paidAtNanos;

    TransferPace(long bytesPerSecondMax, LongSupplier nanoClock) {
        this.nanosPerByte = NANOS_PER_SECOND / bytesPerSecondMax;
        this.nanoClock = nanoClock;
        this.paidAtNanos = nanoClock.getAsLong();
    }

    /** Spends bytes, and goes on at once or, on the errand's lane, when there is room again. */
    void spend(Errand errand, long spent, Runnable then) {
        bytes.add(spent);
        long debt = owed(spent);
        if (debt > BURST_NANOS) {
            errand.later(debt - BURST_NANOS, then);
        } else {
            then.run();
        }
    }

    /** Spends bytes that cannot wait; whatever can waits for them, too. */
    void spendAtOnce(long spent) {
        bytes.add(spent);
        owed(spent);
    }

    /** How long until {@code bytes} more are paid for. */
    synchronized long owed(long spent) {
        long now = nanoClock.getAsLong();
        paidAtNanos = Math.max(paidAtNanos, now) + (long) (spent * nanosPerByte);
        return paidAtNanos - now;
    }

    /** Spent since the start. */
    long bytes() {
        return bytes.sum();
    }
}
