package dev.gossamer.node.store;

import dev.gossamer.protocol.MemberId;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is known here of one member that near copies come from.
 *
 * <p><b>Threads.</b> Written by one thread at a time, read by any.
 */
public final class NearOrigin {
    private final MemberId id;
    private volatile long provenNanos = Long.MIN_VALUE;
    private final AtomicLong generation = new AtomicLong();

    public NearOrigin(MemberId id) {
        this.id = id;
    }

    public MemberId id() {
        return id;
    }

    /**
     * When, at the earliest by this node's monotonic clock, everything was current that is kept of
     * this origin; the least of all numbers when nothing is proved.
     */
    public long provenNanos() {
        return provenNanos;
    }

    public void prove(long nanos) {
        provenNanos = nanos;
    }

    /** Voids all copies of it, those that are under way, too. O(1). */
    public void voidAll() {
        generation.incrementAndGet();
    }

    long generation() {
        return generation.get();
    }
}
