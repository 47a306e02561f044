package dev.gossamer.node.mesh;

import java.util.function.LongSupplier;

/**
 * Keeps a stream of bytes below a rate: whoever has spent bytes waits until they are paid for. Up
 * to a tenth of a second's worth may be spent at once.
 *
 * <p><b>Threads.</b> Any that may wait; never an event loop.
 */
final class TransferPace {
    private static final long BURST_NANOS = 100_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final double nanosPerByte;
    private final Workers workers;
    private final LongSupplier nanoClock;

    /** When everything spent so far is paid for. Guarded by this. */
    private long paidAtNanos;

    TransferPace(long bytesPerSecondMax, Workers workers, LongSupplier nanoClock) {
        this.workers = workers;
        this.nanosPerByte = NANOS_PER_SECOND / bytesPerSecondMax;
        this.nanoClock = nanoClock;
        this.paidAtNanos = nanoClock.getAsLong();
    }

    void spend(long bytes) {
        long debt = owed(bytes);
        if (debt > BURST_NANOS) {
            workers.pause(debt - BURST_NANOS);
        }
    }

    /** How long until {@code bytes} more are paid for. */
    synchronized long owed(long bytes) {
        long now = nanoClock.getAsLong();
        paidAtNanos = Math.max(paidAtNanos, now) + (long) (bytes * nanosPerByte);
        return paidAtNanos - now;
    }
}
