package dev.gossamer.node.store.disk.io;

import java.nio.ByteBuffer;

/**
 * Reads of one file from the page cache that never wait. Any thread.
 *
 * <p>To ask the kernel first what it has costs a third of a hit; not to ask costs a needless fetch
 * from the disk when it is a miss. So the question is left out after {@value #HITS_TO_TRUST} hits
 * in a row, until the next miss: hot files are read by one call, and at most one miss of so many
 * fetches a page in vain.
 */
final class CachedReads {
    private static final int HITS_TO_TRUST = 64;

    private final int descriptor;

    /** Hits still to be seen; threads lose one another's counts, which does no harm. */
    private int askFor = HITS_TO_TRUST;

    CachedReads(int descriptor) {
        this.descriptor = descriptor;
    }

    boolean copy(long offset, ByteBuffer direct) {
        int left = askFor;
        boolean hit = Linux.readCached(descriptor, offset, direct, left > 0);
        if (!hit) {
            askFor = HITS_TO_TRUST;
        } else if (left > 0) {
            askFor = left - 1;
        }
        return hit;
    }

    void close() {
        Linux.close(descriptor);
    }
}
