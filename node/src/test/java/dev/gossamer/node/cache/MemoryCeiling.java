package dev.gossamer.node.cache;

import java.io.IOException;

/** A disk for clocks of tests: it forgets nothing, and fails when it is told to. */
public final class MemoryCeiling implements ClockCeiling {
    private volatile long remembered;
    private volatile boolean broken;

    @Override
    public long recall() {
        return remembered;
    }

    @Override
    public void remember(long clock) throws IOException {
        if (broken) {
            throw new IOException("the disk is gone");
        }
        remembered = clock;
    }

    public void setBroken(boolean broken) {
        this.broken = broken;
    }
}
