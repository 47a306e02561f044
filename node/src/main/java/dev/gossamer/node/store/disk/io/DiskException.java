package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.nio.file.Path;

/** An operation on a file of the SSD tier that did not work, and what that says about the disk. */
public abstract sealed class DiskException extends IOException {

    private DiskException(String message) {
        super(message);
    }

    private DiskException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Too much was waiting; nothing was done, and the same may work a little later. */
    public static final class Busy extends DiskException {
        Busy(Operation operation, Path file, long pendingBytes, long pendingBytesMax) {
            super(
                    operation.word()
                            + " of "
                            + file
                            + " refused: "
                            + pendingBytes
                            + " of "
                            + pendingBytesMax
                            + " bytes are waiting for the disk");
        }
    }

    /** The file or its backend was closed before; nothing was done. */
    public static final class Closed extends DiskException {
        Closed(Operation operation, Path file) {
            super(operation.word() + " of " + file + " refused: it is closed");
        }
    }

    /** The range reaches beyond the end of the file, or the file is shorter than it was. */
    public static final class PastEnd extends DiskException {
        PastEnd(Operation operation, Path file, long offset, long bytes, long fileBytes) {
            super(
                    operation.word()
                            + " of "
                            + bytes
                            + " bytes at "
                            + offset
                            + " of "
                            + file
                            + " goes beyond its end at "
                            + fileBytes);
        }
    }

    /** The disk, its quota or the process's limit has no room left. */
    public static final class Full extends DiskException {
        public Full(Operation operation, Path file, String reason) {
            super(operation.word() + " of " + file + ": " + reason);
        }
    }

    /** The disk did not do it: its data and what was written since the last sync are in doubt. */
    public static final class Failed extends DiskException {
        public Failed(Operation operation, Path file, long offset, String reason) {
            super(operation.word() + " of " + file + " at " + offset + ": " + reason);
        }

        Failed(Operation operation, Path file, long offset, Throwable cause) {
            super(operation.word() + " of " + file + " at " + offset + ": " + cause, cause);
        }
    }
}
