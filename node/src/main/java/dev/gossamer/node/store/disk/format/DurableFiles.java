package dev.gossamer.node.store.disk.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are there whole or not at all, also after a loss of power: written beside their place,
 * forced, renamed, and the folder forced. Blocking.
 */
final class DurableFiles {
    private DurableFiles() {}

    /** Where a file is written that will take the place of {@code file}. */
    static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + DiskFormat.TEMPORARY_SUFFIX);
    }

    static FileChannel create(Path temporary) throws IOException {
        return FileChannel.open(
                temporary,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    /** Puts what was written and forced there in the place of the file. */
    static void publish(Path temporary, Path file) throws IOException {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(file);
    }

    static void replace(Path file, ByteBuffer content) throws IOException {
        Path temporary = temporary(file);
        try (FileChannel channel = create(temporary)) {
            writeAll(channel, content);
            channel.force(true);
        }
        publish(temporary, file);
    }

    /** Removes a file for good, if it is there. */
    static void remove(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            forceFolder(file);
        }
    }

    static void writeAll(FileChannel channel, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            channel.write(content);
        }
    }

    /** Fills the buffer from {@code position} on as far as the file goes; does not flip it. */
    static void read(FileChannel channel, ByteBuffer into, long position) throws IOException {
        long next = position;
        while (into.hasRemaining()) {
            int read = channel.read(into, next);
            if (read < 0) {
                return;
            }
            next += read;
        }
    }

    private static void forceFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
