package dev.gossamer.node.store.disk.io;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens files that are read and written at positions, many operations at a time.
 *
 * <p><b>Threads.</b> Any thread, except that {@link #create}, {@link #open} and {@link #close}
 * block and so have no place on an event loop.
 *
 * <p><b>Bounds.</b> {@link IoSettings}: so many operations under way, so many bytes asked for; what
 * is beyond is refused at once (C12).
 */
public interface Backend extends AutoCloseable {

    /** How operations reach the kernel. */
    enum Kind {
        /** On the rings of the event loops. */
        URING,
        /** {@link java.nio.channels.FileChannel} on virtual threads. */
        PORTABLE
    }

    Kind kind();

    /** Why it is this kind, in words for a log line. */
    String why();

    /**
     * Makes a file of a fixed length, open for reading and writing. Its bytes are zero, and its
     * space is reserved: a disk without room says so here.
     *
     * @throws DiskException.Full when there is no room; no file is left behind
     * @throws java.nio.file.FileAlreadyExistsException when there is one
     */
    DiskFile create(Path path, long bytes) throws IOException;

    /** Opens a file as long as it is now. */
    DiskFile open(Path path, boolean writable) throws IOException;

    /**
     * Memory that never leaves, for what of the files is read most. None of it is taken yet.
     *
     * @param bytesMax that are locked at most
     * @param placeBytes of one place: a multiple of a page
     */
    default LockedMemory lockedMemory(long bytesMax, int placeBytes) {
        return new LockedMemory(bytesMax, placeBytes, Linux::lock);
    }

    /** What is under way now and has been counted since the start. */
    IoStats stats();

    /** Exports counts, bounds and latencies as {@code gossamer.disk.io.*}; call it once. */
    void register(MeterRegistry registry);

    /**
     * Takes nothing more, fails what waits, and returns when what the kernel has is done, or after
     * five seconds. Comes before the event loops are closed. An operation that the kernel still has
     * then never completes, and its buffer is never freed: the kernel may write into it yet.
     */
    @Override
    void close();
}
