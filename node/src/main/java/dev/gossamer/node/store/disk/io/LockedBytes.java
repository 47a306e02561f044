package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A part of a file that is in memory and cannot leave it: who reads it makes no call of the kernel
 * and never waits for a disk, not even for one that hangs.
 *
 * <p>It is the page cache's own memory, so what is written to the file later is seen here.
 *
 * <p><b>Threads.</b> Any; who reads while another closes it hears an {@link IllegalStateException}
 * and reads nothing of what comes after.
 *
 * <p><b>Sources.</b> mmap(2), mlock(2).
 */
public final class LockedBytes implements AutoCloseable {
    private final Arena arena;
    private final ByteBuffer bytes;

    private LockedBytes(Arena arena, ByteBuffer bytes) {
        this.arena = arena;
        this.bytes = bytes;
    }

    /** Waits until all of it was read from the disk. */
    static LockedBytes of(Path path, long offset, int length) throws IOException {
        if (!Linux.available()) {
            throw new FileSystemException(path.toString(), null, "no native calls on this machine");
        }
        Arena arena = Arena.ofShared();
        boolean locked = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment mapped =
                    channel.map(FileChannel.MapMode.READ_ONLY, offset, length, arena);
            int errno = Linux.lock(mapped);
            if (errno != 0) {
                throw new FileSystemException(path.toString(), null, Linux.describe(errno));
            }
            locked = true;
            return new LockedBytes(arena, mapped.asByteBuffer());
        } finally {
            if (!locked) {
                arena.close();
            }
        }
    }

    /** All of them, for looking at places: its position and limit are everybody's. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Lets go of the memory, once nobody reads it any more: a checksum that is under way ends. */
    @Override
    public void close() {
        while (arena.scope().isAlive()) {
            try {
                arena.close();
            } catch (IllegalStateException _) {
                Thread.onSpinWait();
            }
        }
    }
}
