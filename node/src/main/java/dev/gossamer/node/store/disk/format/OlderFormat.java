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
     * Decides about a file of another version than this release's: when this returns, the file, and
     * with it all of the folder, is to be discarded.
     *
     * @param file its path or name, for the message
     * @param version of the file
     * @throws UnknownFormatException when the file is to be left as it is: always if it is newer
     */
    public void judge(String file, int version) throws UnknownFormatException {
        if (version > DiskFormat.VERSION || this == REFUSE) {
            throw UnknownFormatException.of(file, version);
        }
    }
}
