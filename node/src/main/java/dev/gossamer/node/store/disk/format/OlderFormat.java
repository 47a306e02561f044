package dev.gossamer.node.store.disk.format;

/**
 * What is to become of a folder that an older release wrote, in a version that is not read any
 * more.
 */
public enum OlderFormat {
    /** It is emptied, and filled again from the mesh and the origin. */
    DISCARD,

    /** It is left as it is, and the node does not use it. */
    REFUSE;

    /**
     * Decides about a file of another version than this release's.
     *
     * @param file its path or name, for the message
     * @param version of the file
     * @return normally if the file, and all of the folder, is to be discarded
     * @throws UnknownFormatException when the file is to be left as it is: always if it is newer
     */
    public void judge(String file, int version) throws UnknownFormatException {
        if (version > DiskFormat.VERSION) {
            throw new UnknownFormatException(
                    file,
                    version,
                    "Run the release that wrote it, or a later one; or remove the folder: the tier"
                            + " is filled again from the mesh.");
        }
        if (this == REFUSE) {
            throw new UnknownFormatException(
                    file,
                    version,
                    "Set disk.older-format to discard, or remove the folder: the tier is filled"
                            + " again from the mesh.");
        }
    }
}
