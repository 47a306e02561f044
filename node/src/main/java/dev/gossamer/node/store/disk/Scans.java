package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import java.io.IOException;
import java.nio.file.Path;

final class Scans {
    private Scans() {}

    static SegmentIndex index(Path path, SegmentHeader header) throws IOException {
        throw new IOException("not yet");
    }
}
