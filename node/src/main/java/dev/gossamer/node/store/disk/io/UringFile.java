package dev.gossamer.node.store.disk.io;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file by its descriptors, read and written on the rings. */
final class UringFile extends TrackedFile {
    /** What every file system is content with today. */
    static final int ALIGNMENT = 4096;

    static final int NO_DESCRIPTOR = -1;

    private final int descriptor;
    private final CachedReads cached;
    private final int directDescriptor;
    private final UringBackend backend;

    /** Cleared by the first direct read that the file system refuses. */
    private volatile boolean direct;

    /**
     * @param descriptor through the page cache
     * @param directDescriptor past it, or {@link #NO_DESCRIPTOR}
     */
    UringFile(
            Path path,
            long length,
            boolean writable,
            int descriptor,
            int directDescriptor,
            UringBackend backend,
            Traffic traffic) {
        super(path, length, writable, traffic);
        this.descriptor = descriptor;
        this.cached = new CachedReads(descriptor);
        this.directDescriptor = directDescriptor;
        this.direct = directDescriptor != NO_DESCRIPTOR;
        this.backend = backend;
    }

    @Override
    public int alignment() {
        return direct ? ALIGNMENT : 1;
    }

    /** Through the page cache: for writes, syncs, and reads that may not be direct. */
    int descriptor() {
        return descriptor;
    }

    /** Past the page cache; only while {@link #isDirect}. */
    int directDescriptor() {
        return directDescriptor;
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
                ? buffer.remaining() + 3L * ALIGNMENT
                : 0;
    }

    static boolean isAligned(long offset, ByteBuffer buffer) {
        return ((offset | buffer.remaining() | Addresses.of(buffer)) & (ALIGNMENT - 1)) == 0;
    }

    @Override
    void release() {
        Linux.close(descriptor);
        if (directDescriptor != NO_DESCRIPTOR) {
            Linux.close(directDescriptor);
        }
    }
}
