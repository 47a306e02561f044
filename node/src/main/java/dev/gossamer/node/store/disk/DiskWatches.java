package dev.gossamer.node.store.disk;

/**
 * Who is watched while the disk is waited for, and by which clock.
 *
 * @param clock of everybody's patience
 */
record DiskWatches(AwakeClock clock, DiskWatch writer, DiskWatch loader) {
    static DiskWatches of(DiskSettings settings, Around around) {
        AwakeClock clock = new AwakeClock(around.nanoClock(), settings.readTimeout().toNanos());
        return new DiskWatches(clock, new DiskWatch(clock), new DiskWatch(clock));
    }

    /** How long the one has waited who has waited longest. */
    long longestNanos() {
        return Math.max(writer.longestNanos(), loader.longestNanos());
    }
}
