package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes files of zeros whose space is theirs from the start. Blocks. */
final class NewFile {
    private static final int STEP_BYTES = 1 << 20;

    private NewFile() {}

    /**
     * @param nativeCalls whether {@link Linux} may be asked; otherwise, and where a file system
     *     reserves nothing, zeros are written
     */
    static void make(Path path, long bytes, boolean nativeCalls) throws IOException {
        if (bytes < 1) {
            throw new IllegalArgumentException("a file of " + bytes + " bytes");
        }
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            reserve(path, bytes, nativeCalls, channel);
        } catch (DiskException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    private static void reserve(Path path, long bytes, boolean nativeCalls, FileChannel channel)
            throws IOException {
        if (!nativeCalls || !reserved(path, bytes)) {
            writeZeros(path, bytes, channel);
        }
    }

    private static boolean reserved(Path path, long bytes) throws IOException {
        int descriptor = Linux.open(path, true, false);
        try {
            int errno = Linux.allocate(descriptor, bytes);
            if (errno == 0) {
                return true;
            }
            if (Linux.cannotReserve(errno)) {
                return false;
            }
            throw Linux.isFull(errno)
                    ? new DiskException.Full(Operation.WRITE, path, Linux.describe(errno))
                    : new DiskException.Failed(Operation.WRITE, path, 0, Linux.describe(errno));
        } finally {
            Linux.close(descriptor);
        }
    }

    private static void writeZeros(Path path, long bytes, FileChannel channel)
            throws DiskException {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(STEP_BYTES, bytes));
        long written = 0;
        try {
            while (written < bytes) {
                zeros.position(0).limit((int) Math.min(zeros.capacity(), bytes - written));
                written += channel.write(zeros, written);
            }
        } catch (IOException e) {
            throw Fullness.isToldBy(e)
                    ? new DiskException.Full(Operation.WRITE, path, String.valueOf(e.getMessage()))
                    : new DiskException.Failed(Operation.WRITE, path, written, e);
        }
    }
}
