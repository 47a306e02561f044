package dev.gossamer.node.store.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers for reading, aligned to pages, used again and again: to make one costs more than
 * to read into it.
 *
 * <p><b>Threads.</b> Any; no locks. <b>Bound.</b> What is kept for later has at most so many bytes;
 * what is in use is bounded by the backend's pending bytes. Beside that each thread that reads has
 * one of {@value #OWN_BYTES} bytes for what it needs within one call.
 */
final class Buffers {
    private static final int PAGE = 4096;
    private static final int PAGE_SHIFT = 12;
    private static final int CLASSES = 14;
    private static final int OWN_BYTES = 64 << 10;

    private static final ThreadLocal<ByteBuffer> OWN =
            ThreadLocal.withInitial(() -> aligned(OWN_BYTES));

    private final List<Queue<ByteBuffer>> kept = new ArrayList<>(CLASSES);
    private final AtomicLong keptBytes = new AtomicLong();
    private final long keptBytesMax;

    Buffers(long keptBytesMax) {
        this.keptBytesMax = keptBytesMax;
        for (int i = 0; i < CLASSES; i++) {
            kept.add(new ConcurrentLinkedQueue<>());
        }
    }

    /**
     * The buffer of this thread, with exactly so many bytes between its limits: for use before the
     * caller returns, and by nobody else. Null when it would be too small, or the thread is one of
     * many and short-lived.
     */
    static @Nullable ByteBuffer ownOrNull(int bytes) {
        return bytes > OWN_BYTES || Thread.currentThread().isVirtual()
                ? null
                : OWN.get().clear().limit(bytes);
    }

    private static ByteBuffer aligned(int capacity) {
        return ByteBuffer.allocateDirect(capacity + PAGE).alignedSlice(PAGE).slice(0, capacity);
    }

    /** A buffer of at least that many bytes, of which exactly so many are between its limits. */
    ByteBuffer take(int bytes) {
        int size = sizeClass(bytes);
        ByteBuffer buffer = size < CLASSES ? kept.get(size).poll() : null;
        if (buffer == null) {
            int capacity = size < CLASSES ? PAGE << size : bytes;
            buffer = aligned(capacity);
        } else {
            keptBytes.addAndGet(-buffer.capacity());
        }
        return buffer.clear().limit(bytes);
    }

    /** Nobody uses the buffer any more. */
    void give(ByteBuffer buffer) {
        int size = sizeClass(buffer.capacity());
        boolean fits = size < CLASSES && buffer.capacity() >= PAGE << size;
        if (fits && keptBytes.get() + buffer.capacity() <= keptBytesMax) {
            keptBytes.addAndGet(buffer.capacity());
            kept.get(size).add(buffer);
        }
    }

    /** Pages, as a power of two, rounded up. */
    private static int sizeClass(int bytes) {
        int pages = (bytes + PAGE - 1) >>> PAGE_SHIFT;
        return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, pages - 1));
    }
}
