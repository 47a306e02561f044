package dev.gossamer.node.store.disk.io;

import java.io.IOException;
import java.nio.file.Path;

/** What the kernel has of a file in memory. */
public final class PageCache {
    private PageCache() {}

    /** Lets go of it, except of what is not on the device yet. */
    public static void drop(Path file) throws IOException {
        int descriptor = Linux.open(file, false, false);
        try {
            Linux.dropCached(descriptor);
        } finally {
            Linux.close(descriptor);
        }
    }
}
