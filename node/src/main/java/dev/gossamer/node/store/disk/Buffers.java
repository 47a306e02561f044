package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.HugePages;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers for reading, aligned to pages, used again and again: to make one costs more than
 * to read into it.
 *
 * <p>A disk reads faster to a huge page, for that is one place to it however long the read is. So
 * the smallest buffers are cut from one huge page for each size, and when that is used up there are
 * others beside it; those of a MiB and more are of huge pages of their own.
 *
 * <p><b>Threads.</b> Any; a lock only where there is no buffer, and no huge page either.
 * <b>Bound.</b> What is kept for later has at most so many bytes; what is in use is bounded by the
 * backend's pending bytes. Beside that each thread that reads has one of {@value #OWN_BYTES} bytes
 * for what it needs within one call.
 */
final class Buffers {
    private static final int PAGE = 4096;
    private static final int PAGE_SHIFT = 12;
    private static final int CLASSES = 14;
    private static final int OWN_BYTES = 64 << 10;

    /** Up to 64 KiB: of longer ones a huge page has too few to be worth it. */
    private static final int CUT_CLASSES = 5;

    private static final int HUGE_BYTES_MIN = 1 << 20;

    private static final ThreadLocal<ByteBuffer> OWN =
            ThreadLocal.withInitial(() -> aligned(OWN_BYTES));

    private final List<Queue<Buffer>> kept = new ArrayList<>(CLASSES);
    private final AtomicLong keptBytes = new AtomicLong();
    private final long keptBytesMax;

    /**
     * By size whether it has, or cannot have, its huge page; written under this, and read without:
     * who sees it late takes the lock in vain.
     */
    private final boolean[] isCut = new boolean[CUT_CLASSES];

    Buffers(long keptBytesMax) {
        this.keptBytesMax = keptBytesMax;
        for (int i = 0; i < CLASSES; i++) {
            kept.add(new ConcurrentLinkedQueue<>());
        }
    }

    /**
     * Somebody's from {@link #take} to {@link #give}.
     *
     * @param bytes with exactly as many between its limits as were asked for
     * @param isCut whether it is a part of a huge page that is kept as a whole
     */
    record Buffer(ByteBuffer bytes, boolean isCut) {}

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
    Buffer take(int bytes) {
        int size = sizeClass(bytes);
        Buffer buffer = keptOrNull(size);
        if (buffer == null) {
            buffer = new Buffer(made(size < CLASSES ? PAGE << size : bytes), false);
        }
        buffer.bytes.clear().limit(bytes);
        return buffer;
    }

    private @Nullable Buffer keptOrNull(int size) {
        if (size >= CLASSES) {
            return null;
        }
        Buffer buffer = kept.get(size).poll();
        if (buffer == null && size < CUT_CLASSES && !isCut[size] && cut(size)) {
            buffer = kept.get(size).poll();
        }
        if (buffer != null && !buffer.isCut) {
            keptBytes.addAndGet(-buffer.bytes.capacity());
        }
        return buffer;
    }

    /** Cuts a huge page into buffers of one size; once, and if there is room for it. */
    private synchronized boolean cut(int size) {
        if (isCut[size] || keptBytes.get() + HugePages.BYTES > keptBytesMax) {
            return false;
        }
        isCut[size] = true;
        Optional<ByteBuffer> page = HugePages.buffer(HugePages.BYTES);
        page.ifPresent(whole -> {
            keptBytes.addAndGet(HugePages.BYTES);
            int length = PAGE << size;
            for (int at = 0; at < HugePages.BYTES; at += length) {
                kept.get(size).add(new Buffer(whole.slice(at, length), true));
            }
        });
        return page.isPresent();
    }

    private static ByteBuffer made(int capacity) {
        Optional<ByteBuffer> huge =
                capacity >= HUGE_BYTES_MIN ? HugePages.buffer(capacity) : Optional.empty();
        return huge.map(bytes -> bytes.slice(0, capacity)).orElseGet(() -> aligned(capacity));
    }

    /** Nobody uses the buffer any more. */
    void give(Buffer buffer) {
        int capacity = buffer.bytes.capacity();
        int size = sizeClass(capacity);
        if (buffer.isCut) {
            kept.get(size).add(buffer);
            return;
        }
        boolean fits = size < CLASSES && capacity >= PAGE << size;
        if (fits && keptBytes.get() + capacity <= keptBytesMax) {
            keptBytes.addAndGet(capacity);
            kept.get(size).add(buffer);
        }
    }

    /** Pages, as a power of two, rounded up. */
    private static int sizeClass(int bytes) {
        int pages = (bytes + PAGE - 1) >>> PAGE_SHIFT;
        return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, pages - 1));
    }
}
