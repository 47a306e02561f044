package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Memory outside of the heap that the kernel never takes away, in places of one length: who reads
 * there makes no call of the kernel and never waits for a disk, not even for one that hangs.
 *
 * <p>The memory is taken in stretches of {@value #STRETCH_BYTES} bytes of {@link HugePages}. The
 * last stretch is as short as the bound needs, and has no huge pages then.
 *
 * <p><b>Bounds.</b> What is locked is never more than the bound; where the machine allows less, it
 * is as much as that. What was locked stays so until {@link #close}.
 *
 * <p><b>Threads.</b> Any. A place that was given back is filled again while somebody may still read
 * what was there before: who reads has to find out by itself, afterwards. Who reads while this is
 * closed hears an {@link IllegalStateException}.
 *
 * <p><b>Cost.</b> Taking a place copies its content; now and then it takes a stretch, some calls of
 * the kernel, which fills it with zeros.
 *
 * <p><b>Sources.</b> mlock(2).
 */
public final class LockedMemory implements AutoCloseable {
    /** Of two huge pages: 15 places of 272 KiB leave 16 KiB of them, where one would waste 144. */
    static final int STRETCH_BYTES = 2 * HugePages.BYTES;

    /** Keeps memory from leaving. */
    @FunctionalInterface
    interface Locker {
        /** 0, or an errno. */
        int lock(MemorySegment memory);
    }

    private final int placeBytes;
    private final Locker locker;

    /** Of all stretches, so that who reads too late hears of it. */
    private final Arena arena = Arena.ofShared();

    /** Places that nobody has; guarded by this, as the next two. */
    private final Deque<MemorySegment> free = new ArrayDeque<>();

    private long bytes;
    private boolean closed;

    /** Written under the lock; less than at first where the machine allows less. */
    private volatile long bytesMax;

    /**
     * Takes nothing yet.
     *
     * @param bytesMax that are locked at most
     * @param placeBytes of one place: a multiple of a page
     */
    LockedMemory(long bytesMax, int placeBytes, Locker locker) {
        if (placeBytes <= 0 || placeBytes > STRETCH_BYTES) {
            throw new IllegalArgumentException(
                    "placeBytes " + placeBytes + " is outside [1, " + STRETCH_BYTES + "]");
        }
        this.placeBytes = placeBytes;
        this.locker = locker;
        this.bytesMax = bytesMax < placeBytes ? 0 : bytesMax;
    }

    /** A place that somebody has. */
    public final class Place implements AutoCloseable {
        private final MemorySegment memory;
        private final ByteBuffer bytes;
        private boolean isGivenBack;

        private Place(MemorySegment memory, int length) {
            this.memory = memory;
            this.bytes = memory.asSlice(0, length).asByteBuffer();
        }

        /** What was put there, for looking at it: position and limit are everybody's. */
        public ByteBuffer bytes() {
            return bytes;
        }

        /** Gives it back: the bytes are another's from now on. */
        @Override
        public void close() {
            synchronized (LockedMemory.this) {
                if (!isGivenBack) {
                    isGivenBack = true;
                    free.push(memory);
                }
            }
        }
    }

    /** Bytes that may be locked; 0 where not even one place has room. */
    public long bytesMax() {
        return bytesMax;
    }

    /** Bytes that are locked, in use or not. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Whether a place may be had, as far as is known before the machine is asked. */
    public synchronized boolean hasRoom() {
        return !closed && (!free.isEmpty() || nextPlaces() > 0);
    }

    /**
     * Copies bytes into a place that nobody has.
     *
     * @param content from its position to its limit, at most one place; not moved
     * @return nothing when all are taken, or this is closed
     * @throws IOException once, when the machine allows no more than there is
     */
    public synchronized Optional<Place> take(ByteBuffer content) throws IOException {
        if (content.remaining() > placeBytes) {
            throw new IllegalArgumentException(
                    content.remaining() + " bytes in a place of " + placeBytes);
        }
        if (!hasRoom()) {
            return Optional.empty();
        }
        if (free.isEmpty()) {
            grow();
        }
        MemorySegment memory = free.pop();
        MemorySegment.copy(MemorySegment.ofBuffer(content), 0, memory, 0, content.remaining());
        return Optional.of(new Place(memory, content.remaining()));
    }

    private int nextPlaces() {
        return (int) (Math.min(STRETCH_BYTES, bytesMax - bytes) / placeBytes);
    }

    /** Makes a stretch, a smaller one where the machine refuses. */
    private void grow() throws IOException {
        if (!Linux.available()) {
            bytesMax = 0;
            throw new IOException("no native calls on this machine");
        }
        String why = "";
        for (int places = nextPlaces(); places > 0; places /= 2) {
            long needed = (long) places * placeBytes;
            boolean whole =
                    STRETCH_BYTES - needed < placeBytes && bytesMax - bytes >= STRETCH_BYTES;
            int errno = addStretch(whole ? STRETCH_BYTES : needed, places);
            if (errno == 0) {
                return;
            }
            why = Linux.describe(errno);
        }
        bytesMax = bytes;
        throw new IOException(why);
    }

    /**
     * @return 0, or an errno
     */
    private int addStretch(long length, int places) {
        HugePages stretch;
        try {
            stretch = HugePages.map(length);
        } catch (HugePages.Refused e) {
            return e.errno();
        }
        int errno = locker.lock(stretch.memory());
        if (errno != 0) {
            stretch.unmap();
            return errno;
        }
        MemorySegment lasting = stretch.in(arena);
        for (int place = places - 1; place >= 0; place--) {
            free.push(lasting.asSlice((long) place * placeBytes, placeBytes));
        }
        bytes += length;
        return 0;
    }

    /**
     * Gives all the memory back, once nobody looks at it: a checksum that is under way ends. While
     * others begin all the time, that may take long.
     */
    @Override
    public synchronized void close() {
        closed = true;
        free.clear();
        bytes = 0;
        while (arena.scope().isAlive()) {
            try {
                arena.close();
            } catch (IllegalStateException _) {
                Thread.onSpinWait();
            }
        }
    }
}
