package dev.gossamer.node.store.disk.format;

import java.io.IOException;

/**
 * A file is of a version of the format that this release does not read, and is left as it is. The
 * message names the file and both versions, and says what to do.
 */
public final class UnknownFormatException extends IOException {
    private final String file;
    private final int version;

    UnknownFormatException(String file, int version, String hint) {
        super(
                "%s is of format %d, and this release reads format %d. %s"
                        .formatted(file, version, DiskFormat.VERSION, hint));
        this.file = file;
        this.version = version;
    }

    /** The file's path or name. */
    public String file() {
        return file;
    }

    /** The version that was found. */
    public int version() {
        return version;
    }
}
