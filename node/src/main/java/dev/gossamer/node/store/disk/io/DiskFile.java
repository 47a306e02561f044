package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file of fixed length.
 *
 * <p><b>Threads.</b> All methods by any thread; only {@link #close} and {@link #copy} may block.
 * Operations under way at a time end in any order, also on overlapping ranges: who needs an order
 * awaits the completion.
 *
 * <p><b>Buffers</b> are direct, and the range is from their position to their limit, which no
 * method but {@link #copy} moves. A buffer belongs to the operation until its completion was
 * called.
 *
 * <p><b>Durability.</b> What a write reported done is seen by every later read, and outlives the
 * process; it outlives the machine after the next {@link #sync} that reported done. After a sync
 * that failed, everything written since the one before is in doubt: the kernel may have dropped it
 * and say nothing a second time.
 */
public interface DiskFile extends AutoCloseable {

    /** Bytes, as when the file was opened. */
    long length();

    /**
     * Reads and buffers at multiples of this (offset, length and memory address) need no copy on
     * their way; all others work as well. 1 where it makes no difference.
     */
    int alignment();

    /**
     * Copies bytes if the kernel has all of them in memory; false otherwise, or where that cannot
     * be known, and then the buffer's content is undefined. Costs a system call or two and a copy,
     * and neither waits nor starts to read from the disk where the kernel can tell what it has in
     * memory (Linux 6.5).
     */
    boolean readNow(long offset, ByteBuffer direct);

    /** Reads all the bytes of the range, or fails. */
    void read(long offset, ByteBuffer direct, Completion completion);

    /** Writes all the bytes, or fails; a file does not grow. */
    void write(long offset, ByteBuffer direct, Completion completion);

    /** What was reported written before this call outlives the machine when it is done. */
    void sync(Completion completion);

    /**
     * Copies what the file has of a range, through the page cache. Waits for the disk.
     *
     * @param direct from its position to its limit; the position moves behind what was copied,
     *     which is less than asked for where the file ends before
     * @throws IOException when it cannot be read, or is closed
     */
    void copy(long offset, ByteBuffer direct) throws IOException;

    /** Takes nothing more; what is under way ends as it would have, and then the file is closed. */
    @Override
    void close();
}
