package dev.gossamer.node.store.disk.io;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file by its descriptors, read and written on the rings. */
final class UringFile extends TrackedFile {
    private static final int NO_DESCRIPTOR = -1;

    private final int descriptor;
    private final CachedReads cached;
    private final Direct past;
    private final UringBackend backend;

    /** Cleared by the first direct read that the file system refuses. */
    private volatile boolean direct;

    /**
     * The way past the page cache.
     *
     * @param alignment of offset, length and address: a power of two, a page at most
     */
    record Direct(int descriptor, int alignment) {
        /** There is none. */
        static final Direct NONE = new Direct(NO_DESCRIPTOR, 1);
    }

    /**
     * @param descriptor through the page cache
     * @param past the way past it
     */
    UringFile(
            Path path,
            long length,
            boolean writable,
            int descriptor,
            Direct past,
            UringBackend backend,
            Traffic traffic) {
        super(path, length, writable, traffic);
        this.descriptor = descriptor;
        this.cached = new CachedReads(descriptor);
        this.past = past;
        this.direct = past.descriptor() != NO_DESCRIPTOR;
        this.backend = backend;
    }

    @Override
    public int alignment() {
        return direct ? past.alignment() : 1;
    }

    /** Through the page cache: for writes, syncs, and reads that may not be direct. */
    int descriptor() {
        return descriptor;
    }

    /** Past the page cache; only while {@link #isDirect}. */
    int directDescriptor() {
        return past.descriptor();
    }

    boolean isDirect() {
        return direct;
    }

    /** The file system took the flag and refuses the reads: it wants another alignment. */
    void refusesDirect() {
        direct = false;
    }

    @Override
    void start(Request request) {
        backend.start(request);
    }

    @Override
    boolean copyCached(long offset, ByteBuffer target) {
        return cached.copy(offset, target);
    }

    /** A read that is not aligned goes through a buffer of its own, which is larger. */
    @Override
    long extraBytes(Operation operation, long offset, ByteBuffer buffer) {
        return operation == Operation.READ && direct && !isAligned(offset, buffer)
                ? buffer.remaining() + 3L * past.alignment()
                : 0;
    }

    /** Whether a read of that range may go past the page cache as it is. */
    boolean isAligned(long offset, ByteBuffer buffer) {
        return ((offset | buffer.remaining() | Addresses.of(buffer)) & mask()) == 0;
    }

    /** The bits that are zero in what is aligned. */
    long mask() {
        return past.alignment() - 1L;
    }

    @Override
    void release() {
        Linux.close(descriptor);
        if (past.descriptor() != NO_DESCRIPTOR) {
            Linux.close(past.descriptor());
        }
    }
}
