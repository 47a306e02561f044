package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.Fullness;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long the log may be on a file system that has less room than the budget says: as long as
 * there was room for. Where the next segment has none, the oldest ones give way and the log stays
 * that much shorter; every now and then it is tried whether there is more.
 *
 * <p>Giving the tier up instead would empty it, which makes room, so that it would heal and fill up
 * and be given up again, for ever.
 *
 * <p><b>Threads.</b> The writer; before there is one, who starts it.
 */
final class Room {
    /** With fewer segments there would be no log to speak of: the breaker opens. */
    static final int FEWEST = 3;

    /** So many segments at most are reserved to see whether it can be done. */
    private static final int TRIED_MAX = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Room.class);

    private final Frames frames;
    private final LogFolder folder;
    private final Reclaimer reclaimer;
    private final LongSupplier nanoClock;
    private final long intervalNanos;
    private long triedNanos;

    /** By how much it is made longer when that can be done: twice as much every time. */
    private int step = 1;

    Room(
            Frames frames,
            LogFolder folder,
            Reclaimer reclaimer,
            DiskSettings settings,
            LongSupplier nanoClock) {
        this.frames = frames;
        this.folder = folder;
        this.reclaimer = reclaimer;
        this.nanoClock = nanoClock;
        this.intervalNanos = settings.probeInterval().toNanos();
    }

    /** Something that takes room on the disk. */
    @FunctionalInterface
    interface Taking<T> {
        T take() throws IOException;
    }

    /**
     * Takes room; where there is none, the oldest segments give way.
     *
     * @throws IOException what {@code taking} throws, also when there are too few to give way
     */
    <T> T take(Taking<T> taking) throws IOException {
        int before = frames.limit();
        while (true) {
            try {
                T taken = taking.take();
                if (frames.limit() < before) {
                    LOG.warn(
                            "the file system has no room for the budget: the log has {} segments at"
                                    + " most until it has",
                            frames.limit());
                }
                return taken;
            } catch (IOException e) {
                if (!Fullness.isToldBy(e) || frames.filled() < FEWEST) {
                    throw e;
                }
                shorten(frames.filled());
                reclaimer.dropOldest();
            }
        }
    }

    /** A write found no room where it should have been reserved. */
    void wasMissing() {
        shorten(Math.max(FEWEST, frames.filled() - 1));
    }

    private void shorten(int segments) {
        step = 1;
        triedNanos = nanoClock.getAsLong();
        frames.limit(Math.min(segments, frames.limit()));
    }

    /** Makes the log longer again when there is room. To be called often. */
    void look() {
        int missing = frames.count() - frames.limit();
        long now = nanoClock.getAsLong();
        if (missing == 0 || now - triedNanos < intervalNanos) {
            return;
        }
        triedNanos = now;
        int more = Math.min(step, missing);
        int wanted = frames.free() + more;
        if (folder.hasRoomFor(wanted + 1, Math.min(wanted, TRIED_MAX))) {
            frames.limit(frames.limit() + more);
            step = Math.min(2 * step, frames.count());
            LOG.info("the file system has room again: {} segments at most", frames.limit());
        } else {
            step = 1;
        }
    }
}
