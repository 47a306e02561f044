package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The calls of Linux that the JDK does not offer: descriptors, reserved space, reads that never
 * wait, memory that stays and has huge pages. All of the tier's foreign functions are here. Any
 * thread.
 *
 * <p><b>Sources.</b> The manual pages open(2), posix_fallocate(3), posix_fadvise(2), preadv2(2),
 * mmap(2), madvise(2), mlock(2); statx(2), which tells the alignment of direct reads since Linux
 * 6.1; cachestat(2), which is there since Linux 6.5.
 */
// Every call here is restricted by nature: a wrong signature would crash the JVM.
@SuppressWarnings("restricted")
final class Linux {
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EINVAL = 22;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int EDQUOT = 122;

    private static final int ENOENT = 2;
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;

    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 02000000;

    private static final int DONT_NEED = 4;
    private static final int RWF_NOWAIT = 8;
    private static final long SYS_CACHESTAT = 451;

    /** What every file system is content with today. */
    private static final int DIRECT_ALIGNMENT_MAX = 4096;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_DIOALIGN = 0x2000;
    private static final int STATX_BYTES = 256;
    private static final int DIO_MEM_ALIGN_AT = 152;
    private static final int DIO_OFFSET_ALIGN_AT = 156;

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** A record, for the JIT takes its fields as constant. */
    private record Calls(
            MethodHandle open,
            MethodHandle close,
            MethodHandle fallocate,
            MethodHandle fadvise,
            MethodHandle preadv2,
            MethodHandle cachestat,
            Memory memory,
            MethodHandle strerror,
            @Nullable MethodHandle statx,
            long pageBytes) {}

    private record Memory(
            MethodHandle mmap, MethodHandle munmap, MethodHandle madvise, MethodHandle mlock) {}

    private static final @Nullable Calls CALLS = linkOrNull();

    /** An iovec or a range of two longs, then five counts of pages: what two calls point to. */
    private static final long SCRATCH_BYTES = 16 + 40;

    private static final long COUNTS_AT = 16;

    private static final ThreadLocal<MemorySegment> SCRATCH =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(SCRATCH_BYTES, Long.BYTES));

    private Linux() {}

    /** Whether the calls are there and allowed; where not, none of the others may be used. */
    static boolean available() {
        return CALLS != null;
    }

    private static Calls calls() {
        if (CALLS == null) {
            throw new IllegalStateException("no native calls on this machine");
        }
        return CALLS;
    }

    private static @Nullable Calls linkOrNull() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return null;
        }
        try {
            return link(Linker.nativeLinker());
        } catch (RuntimeException _) {
            // A C library without these names, or a JVM that was told to forbid native access: the
            // portable ways remain.
            return null;
        }
    }

    private static Calls link(Linker linker) {
        ValueLayout i = ValueLayout.JAVA_INT;
        ValueLayout l = ValueLayout.JAVA_LONG;
        ValueLayout p = ValueLayout.ADDRESS;
        SymbolLookup names = linker.defaultLookup();
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return new Calls(
                linker.downcallHandle(
                        names.findOrThrow("open"),
                        FunctionDescriptor.of(i, p, i),
                        errno,
                        Linker.Option.firstVariadicArg(2)),
                linker.downcallHandle(names.findOrThrow("close"), FunctionDescriptor.of(i, i)),
                linker.downcallHandle(
                        names.findOrThrow("posix_fallocate"), FunctionDescriptor.of(i, i, l, l)),
                linker.downcallHandle(
                        names.findOrThrow("posix_fadvise"), FunctionDescriptor.of(i, i, l, l, i)),
                linker.downcallHandle(
                        names.findOrThrow("preadv2"), FunctionDescriptor.of(l, i, p, i, l, i)),
                linker.downcallHandle(
                        names.findOrThrow("syscall"),
                        FunctionDescriptor.of(l, l, i, p, p, i),
                        Linker.Option.firstVariadicArg(1)),
                linkMemory(linker, names),
                linker.downcallHandle(names.findOrThrow("strerror"), FunctionDescriptor.of(p, i)),
                names.find("statx")
                        .map(statx ->
                                linker.downcallHandle(
                                        statx, FunctionDescriptor.of(i, i, p, i, i, p)))
                        .orElse(null),
                pageBytes(
                        linker.downcallHandle(
                                names.findOrThrow("getpagesize"), FunctionDescriptor.of(i))));
    }

    private static Memory linkMemory(Linker linker, SymbolLookup names) {
        ValueLayout i = ValueLayout.JAVA_INT;
        ValueLayout l = ValueLayout.JAVA_LONG;
        ValueLayout p = ValueLayout.ADDRESS;
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return new Memory(
                linker.downcallHandle(
                        names.findOrThrow("mmap"),
                        FunctionDescriptor.of(l, p, l, i, i, i, l),
                        errno),
                linker.downcallHandle(names.findOrThrow("munmap"), FunctionDescriptor.of(i, l, l)),
                linker.downcallHandle(
                        names.findOrThrow("madvise"), FunctionDescriptor.of(i, p, l, i)),
                linker.downcallHandle(
                        names.findOrThrow("mlock"), FunctionDescriptor.of(i, p, l), errno));
    }

    private static int pageBytes(MethodHandle getpagesize) {
        try {
            return (int) getpagesize.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * The flag of open(2) that goes past the page cache; its number differs between processors, and
     * is 0 where we do not know it.
     */
    static int directFlag() {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64" -> 040000;
            case "aarch64" -> 0200000;
            default -> 0;
        };
    }

    /**
     * Opens a file and leaves its content as it is.
     *
     * @param direct past the page cache: offsets, lengths and addresses must be aligned
     */
    static int open(Path path, boolean writable, boolean direct) throws IOException {
        int flags = (writable ? O_RDWR : O_RDONLY) | (direct ? directFlag() : 0);
        return opened(path, flags);
    }

    private static int opened(Path path, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            MemorySegment name = arena.allocateFrom(path.toString());
            int result = (int) calls().open.invokeExact(state, name, flags | O_CLOEXEC);
            if (result < 0) {
                throw refused(path, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static FileSystemException refused(Path path, int errno) {
        return errno == ENOENT
                ? new NoSuchFileException(path.toString())
                : new FileSystemException(path.toString(), null, describe(errno));
    }

    static void close(int descriptor) {
        try {
            // What close(2) could report of writes, sync has reported: its result says nothing new.
            int _ = (int) calls().close.invokeExact(descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * What offset, length and address of a read past the page cache must be multiples of: a power
     * of two, a page at most, which is what there is where the kernel does not say.
     */
    static int directAlignment(int descriptor) {
        MethodHandle statx = calls().statx;
        if (statx == null) {
            return DIRECT_ALIGNMENT_MAX;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment facts = arena.allocate(STATX_BYTES, Long.BYTES);
            int result =
                    (int)
                            statx.invokeExact(
                                    descriptor,
                                    arena.allocateFrom(""),
                                    AT_EMPTY_PATH,
                                    STATX_DIOALIGN,
                                    facts);
            boolean told =
                    result == 0 && (facts.get(ValueLayout.JAVA_INT, 0) & STATX_DIOALIGN) != 0;
            int ofOffset = facts.get(ValueLayout.JAVA_INT, DIO_OFFSET_ALIGN_AT);
            int alignment = Math.max(ofOffset, facts.get(ValueLayout.JAVA_INT, DIO_MEM_ALIGN_AT));
            boolean isUsable =
                    ofOffset > 0
                            && alignment < DIRECT_ALIGNMENT_MAX
                            && Integer.bitCount(alignment) == 1;
            return told && isUsable ? alignment : DIRECT_ALIGNMENT_MAX;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Reserves space; 0, or an errno. */
    static int allocate(int descriptor, long bytes) {
        try {
            int errno = EINTR;
            while (errno == EINTR) {
                errno = (int) calls().fallocate.invokeExact(descriptor, 0L, bytes);
            }
            return errno;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Whether an errno of {@link #allocate} says that this file system can't reserve. */
    static boolean cannotReserve(int errno) {
        return errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
    }

    /** Whether an errno says that there is no room. */
    static boolean isFull(int errno) {
        return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    }

    /** Drops what the page cache has of a file, except what is not on the device yet. */
    static void dropCached(int descriptor) {
        try {
            int errno = (int) calls().fadvise.invokeExact(descriptor, 0L, 0L, DONT_NEED);
            if (errno != 0) {
                throw new IllegalStateException("posix_fadvise: " + describe(errno));
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Copies the buffer's range from the page cache if all of it is there.
     *
     * <p>A read that must not wait, and finds nothing, starts to read pages from the disk before it
     * says so; what is then read past the page cache would be read twice.
     *
     * @param askFirst whether to ask the kernel what it has before, which avoids that and costs a
     *     third of the read
     */
    static boolean readCached(int descriptor, long offset, ByteBuffer direct, boolean askFirst) {
        MemorySegment target = MemorySegment.ofBuffer(direct);
        if (Thread.currentThread().isVirtual()) {
            // Many and short-lived: a thread local would be made once a read.
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment scratch = arena.allocate(SCRATCH_BYTES, Long.BYTES);
                return readCached(descriptor, offset, target, askFirst, scratch);
            }
        }
        return readCached(descriptor, offset, target, askFirst, SCRATCH.get());
    }

    private static boolean readCached(
            int descriptor,
            long offset,
            MemorySegment target,
            boolean askFirst,
            MemorySegment scratch) {
        long bytes = target.byteSize();
        if (askFirst && !mayBeCached(descriptor, offset, bytes, scratch)) {
            return false;
        }
        scratch.set(ValueLayout.ADDRESS, 0, target);
        scratch.set(ValueLayout.JAVA_LONG, 8, bytes);
        try {
            long read =
                    (long) calls().preadv2.invokeExact(descriptor, scratch, 1, offset, RWF_NOWAIT);
            return read == bytes;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** What a kernel says that does not know the question counts as yes. */
    private static boolean mayBeCached(
            int descriptor, long offset, long bytes, MemorySegment scratch) {
        scratch.set(ValueLayout.JAVA_LONG, 0, offset);
        scratch.set(ValueLayout.JAVA_LONG, 8, bytes);
        try {
            long result =
                    (long)
                            calls().cachestat
                                    .invokeExact(
                                            SYS_CACHESTAT,
                                            descriptor,
                                            scratch,
                                            scratch.asSlice(COUNTS_AT),
                                            0);
            return result < 0
                    || scratch.get(ValueLayout.JAVA_LONG, COUNTS_AT) >= pages(offset, bytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static long pages(long offset, long bytes) {
        long page = calls().pageBytes;
        return bytes == 0 ? 0 : (offset + bytes - 1) / page - offset / page + 1;
    }

    /** Takes address space of no file, zeros when it is touched; its address, or −errno. */
    static long map(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            long address =
                    (long)
                            calls().memory
                                    .mmap
                                    .invokeExact(
                                            state,
                                            MemorySegment.NULL,
                                            bytes,
                                            PROT_READ_WRITE,
                                            MAP_PRIVATE_ANONYMOUS,
                                            -1,
                                            0L);
            return address == -1 ? -(int) ERRNO.get(state, 0L) : address;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Gives back what {@link #map} took: whoever touches it afterwards crashes the JVM. */
    static void unmap(long address, long bytes) {
        try {
            // It fails only for what is no mapping.
            int _ = (int) calls().memory.munmap.invokeExact(address, bytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Asks for huge pages in memory that was not touched yet. Without them it is as good. */
    static void adviseHuge(MemorySegment mapped) {
        try {
            int _ =
                    (int)
                            calls().memory
                                    .madvise
                                    .invokeExact(mapped, mapped.byteSize(), MADV_HUGEPAGE);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Keeps a mapping's pages in memory, and makes those that are not there; 0, or an errno. */
    static int lock(MemorySegment mapped) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int result = (int) calls().memory.mlock.invokeExact(state, mapped, mapped.byteSize());
            return result == 0 ? 0 : (int) ERRNO.get(state, 0L);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** An errno in words. */
    static String describe(int errno) {
        try {
            MemorySegment text = (MemorySegment) calls().strerror.invokeExact(errno);
            return text.reinterpret(Long.MAX_VALUE).getString(0) + " (" + errno + ")";
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The calls throw nothing; what comes is an error of the JVM or of this class. */
    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
}
