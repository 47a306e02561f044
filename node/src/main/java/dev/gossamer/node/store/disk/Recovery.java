package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.DiskReader.Result;
import dev.gossamer.node.store.disk.DiskTier.Recovered;
import dev.gossamer.node.store.disk.format.Manifest;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what an earlier run left into the index, while the node serves: from the snapshot of a
 * stop in order, else, or where that turns out damaged, from the segments.
 *
 * <p><b>Threads.</b> One, which may wait; {@link #part} by any.
 */
final class Recovery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int READS_AT_ONCE = 256;

    private final Parts parts;
    private final LongSupplier nanoClock;
    private final Recovered recovered;
    private final BooleanSupplier isOver;

    /** Those of the earlier run. */
    private final List<Segment> segments;

    private volatile @Nullable SnapshotLoader snapshot;
    private volatile int segmentsDone;

    Recovery(Parts parts, LongSupplier nanoClock, Recovered recovered, BooleanSupplier isOver) {
        this.parts = parts;
        this.nanoClock = nanoClock;
        this.recovered = recovered;
        this.isOver = isOver;
        this.segments = parts.frames().inOrder();
    }

    /** To be called before the log is written again: then there is no snapshot any more. */
    void open(Manifest manifest) {
        if (!manifest.isClean()) {
            return;
        }
        try {
            snapshot = SnapshotLoader.open(parts, manifest);
        } catch (IOException e) {
            LOG.info("the snapshot of the index cannot be read: {}", e.getMessage());
        }
    }

    /** How much is there, from 0 to 1. */
    double part() {
        SnapshotLoader reads = snapshot;
        return reads == null ? (double) segmentsDone / Math.max(1, segments.size()) : reads.part();
    }

    /**
     * Brings everything.
     *
     * @return whether that was all that there is
     */
    boolean run() {
        long began = nanoClock.getAsLong();
        SnapshotLoader reads = snapshot;
        if (reads != null && reads.load(recovered)) {
            parts.shelf().loaded();
            LOG.info(
                    "the disk has {} entries, by the snapshot of their index ({} ms)",
                    reads.entries(),
                    millisSince(began));
            return true;
        }
        close();
        return bringSegments(began);
    }

    private long millisSince(long began) {
        return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - began);
    }

    private boolean bringSegments(long began) {
        Loader brings = new Loader(parts, isOver);
        int done = 0;
        for (Segment segment : segments.reversed()) {
            bring(segment, brings);
            if (isOver.getAsBoolean()) {
                break; // in the midst of it, perhaps
            }
            segmentsDone = ++done;
        }
        brings.flush();
        parts.readerCounts().quarantined(brings.quarantined());
        restore(brings.removals());
        recovered.clock(brings.latestClock());
        parts.shelf().loaded(); // or places would be made void while they are gone through
        brings.finish();
        LOG.info(
                "the disk has {} entries in {} segments ({} ms); {} dropped, for the log may lack"
                        + " what came after them",
                brings.entries(),
                done,
                millisSince(began),
                brings.suspects());
        if (!isOver.getAsBoolean()) {
            parts.writer().whenWritten(parts.staging().lastAdded(), parts.intents()::cleared);
        }
        return done == segments.size() && brings.isWhole();
    }

    private void bring(Segment segment, Loader brings) {
        try {
            brings.load(segment);
        } catch (NoSuchFileException e) {
            if (!segment.retired().get()) {
                cannotRead(segment, e);
            }
        } catch (IOException e) {
            cannotRead(segment, e);
        }
    }

    /** What it says of places is not known, so nothing that is older can be believed. */
    private void cannotRead(Segment segment, IOException why) {
        parts.readerCounts().quarantined(1);
        parts.breaker()
                .breaks(segment.path().getFileName() + " cannot be read: " + why.getMessage());
    }

    /** Reads the tombstones, many at a time. */
    private void restore(List<Loader.Removal> removals) {
        Semaphore room = new Semaphore(READS_AT_ONCE);
        parts.watches().loader().begins();
        for (Loader.Removal each : removals) {
            room.acquireUninterruptibly();
            parts.watches().loader().answered();
            parts.reader()
                    .read(
                            each.where(),
                            null,
                            each.version(),
                            result -> {
                                room.release();
                                if (result instanceof Result.Found(var key, var entry)) {
                                    recovered.tombstone(each.slot(), key, entry);
                                }
                            });
        }
        room.acquireUninterruptibly(READS_AT_ONCE);
        parts.watches().loader().ends();
    }

    /** Lets go of the snapshot. */
    @Override
    public void close() {
        SnapshotLoader reads = snapshot;
        snapshot = null;
        if (reads != null) {
            reads.close();
        }
    }
}
