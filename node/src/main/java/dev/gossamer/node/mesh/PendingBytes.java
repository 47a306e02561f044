package dev.gossamer.node.mesh;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many bytes of requests wait on this node for others: writes that are not on all their owners
 * yet, and requests that cannot go on. Over the limit what would wait is refused at once (C12).
 *
 * <p><b>Threads.</b> Any.
 */
final class PendingBytes {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    PendingBytes(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * @return false when there is no room, and nothing was taken
     */
    boolean tryTake(int weight) {
        if (bytes.addAndGet(weight) <= bytesMax) {
            return true;
        }
        bytes.addAndGet(-weight);
        refused.increment();
        return false;
    }

    /** Takes for what cannot be refused any more, beyond the limit if it must be. */
    void take(int weight) {
        bytes.addAndGet(weight);
    }

    void give(int weight) {
        bytes.addAndGet(-weight);
    }

    long bytes() {
        return bytes.get();
    }

    long bytesMax() {
        return bytesMax;
    }

    /** Requests refused since the start. */
    long refused() {
        return refused.sum();
    }

    /** For the message of a refusal. */
    String fullText() {
        return bytesMax + " bytes wait for other members here: see mesh.pending-bytes-max";
    }
}
