package dev.gossamer.node.cli.disk;

import java.nio.file.Path;

/**
 * A segment file in a folder, as it was when the folder was listed.
 *
 * @param bytes its length then
 */
public record SegmentFile(Path path, long number, long bytes) {
    /** Its name, without the folder. */
    public String name() {
        return String.valueOf(path.getFileName());
    }
}
