package dev.gossamer.node.cache;

import java.io.IOException;

/**
 * Remembers, beyond the end of the process, a time that its clock has not passed.
 *
 * <p><b>Threads.</b> One at a time; both methods may wait for a disk.
 */
public interface ClockCeiling {
    /** What was remembered last; 0 when nothing was. */
    long recall() throws IOException;

    /** Returns when {@code clock} would survive the loss of power. */
    void remember(long clock) throws IOException;
}
