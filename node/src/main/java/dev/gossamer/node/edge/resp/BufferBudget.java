package dev.gossamer.node.edge.resp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all connections together may hold in half-sent requests and unread replies.
 *
 * <p><b>Threads.</b> Any. Connections charge in steps of 64 KiB, so that small ones never come
 * here.
 */
final class BufferBudget {
    static final long STEP_BYTES = 64 * 1024;

    private final AtomicLong charged = new AtomicLong();
    private final long bytesMax;

    BufferBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether the total is still within the limit. */
    boolean charge(long deltaBytes) {
        return charged.addAndGet(deltaBytes) <= bytesMax;
    }

    long chargedBytes() {
        return charged.get();
    }

    long bytesMax() {
        return bytesMax;
    }
}
