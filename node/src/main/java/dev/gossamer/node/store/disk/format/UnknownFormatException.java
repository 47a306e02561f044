package dev.gossamer.node.store.disk.format;

import java.io.IOException;

/**
 * A file is of a version of the format that this release does not read, and is left as it is. The
 * message names the file and both versions, and says what to do.
 */
public final class UnknownFormatException extends IOException {
    private static final String NEWER =
            "Run the release that wrote it, or a later one; or remove the folder: the tier is"
                    + " filled again from the mesh.";
    private static final String OLDER =
            "Set disk.older-format to discard, or remove the folder: the tier is filled again from"
                    + " the mesh.";

    private final String file;
    private final int version;

    private UnknownFormatException(String file, int version, String hint) {
        super(
                "%s is of format %d, and this release reads format %d. %s"
                        .formatted(file, version, DiskFormat.VERSION, hint));
        this.file = file;
        this.version = version;
    }

    /**
     * @param file its path or name
     * @param version that was found there
     */
    public static UnknownFormatException of(String file, int version) {
        return new UnknownFormatException(
                file, version, version > DiskFormat.VERSION ? NEWER : OLDER);
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
