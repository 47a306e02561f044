package dev.gossamer.node.store.disk.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Memory outside of the heap that begins where a huge page does, and for which the kernel is asked
 * for such pages. (1) What is read here and there misses the processor's table of addresses less
 * often: it knows 32 places for 64 MiB instead of 16,384. (2) A huge page is one piece of the
 * machine's memory, so that a disk which reads to it is told one place, not one for every 4 KiB.
 * Where the kernel has none, it is memory as good as any.
 *
 * <p><b>Threads.</b> Any; immutable.
 *
 * <p><b>Sources.</b> mmap(2), madvise(2); Documentation/admin-guide/mm/transhuge.rst of the Linux
 * kernel.
 */
public final class HugePages {
    /** The length of one, on the processors that we know. */
    public static final int BYTES = 2 << 20;

    private final long mappedAt;
    private final long mappedBytes;
    private final MemorySegment memory;

    private HugePages(long mappedAt, long mappedBytes, MemorySegment memory) {
        this.mappedAt = mappedAt;
        this.mappedBytes = mappedBytes;
        this.memory = memory;
    }

    /** The kernel has none to give. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final int errno;

        Refused(int errno) {
            super(Linux.describe(errno), null, false, false);
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }

    /**
     * Zeros, of which nothing takes memory before it is touched. Needs {@link Linux#available}.
     *
     * @param bytes rounded up to huge pages they are all in such pages, else the last part is not
     */
    // To say how long a mapping is, is restricted: who says too much crashes the JVM.
    @SuppressWarnings("restricted")
    static HugePages map(long bytes) throws Refused {
        // A little too much, of which what is not needed is never touched and takes no memory.
        long mappedBytes = bytes + BYTES;
        long mappedAt = Linux.map(mappedBytes);
        if (mappedAt < 0) {
            throw new Refused((int) -mappedAt);
        }
        long start = (mappedAt + BYTES - 1) / BYTES * BYTES;
        MemorySegment memory = MemorySegment.ofAddress(start).reinterpret(bytes);
        Linux.adviseHuge(memory);
        return new HugePages(mappedAt, mappedBytes, memory);
    }

    /** All of it, until {@link #unmap}, which crashes whoever looks at it then. */
    MemorySegment memory() {
        return memory;
    }

    void unmap() {
        Linux.unmap(mappedAt, mappedBytes);
    }

    /** All of it; unmapped when the arena is closed, and not before. */
    @SuppressWarnings("restricted")
    MemorySegment in(Arena arena) {
        return memory.reinterpret(arena, _ -> unmap());
    }

    /**
     * A buffer of whole huge pages that is unmapped when nobody has it, or a slice of it, any more.
     *
     * @param bytes at least so many
     * @return nothing where the machine has no such calls, or no memory
     */
    public static Optional<ByteBuffer> buffer(int bytes) {
        if (!Linux.available()) {
            return Optional.empty();
        }
        try {
            long whole = ((long) bytes + BYTES - 1) / BYTES * BYTES;
            return Optional.of(
                    map(whole)
                            .in(Arena.ofAuto())
                            .asSlice(0, Math.max(bytes, BYTES))
                            .asByteBuffer());
        } catch (Refused _) {
            return Optional.empty();
        }
    }
}
