package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.DiskReader.Result;
import dev.gossamer.node.store.disk.DiskStatus.State;
import dev.gossamer.node.store.disk.DiskTier.Recovered;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tier from its start to its end: who writes and who loads, what happens when the disk fails,
 * and how it is tried again.
 *
 * <p><b>Threads.</b> Two of its own: the writer, who waits for the disk, and the loader, which ends
 * when the index is complete. The rest by any.
 */
final class DiskLife {
    private static final Logger LOG = LoggerFactory.getLogger(DiskLife.class);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int READS_AT_ONCE = 256;

    private final DiskSettings settings;
    private final LogFolder.Found found;
    private final LongSupplier nanoClock;
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.LOADING);

    /** Why the tier is to be given up; the writer does it. */
    private final AtomicReference<@Nullable String> broken = new AtomicReference<>();

    private volatile String trouble = "";
    private volatile double loadedPart;
    private volatile boolean stops;
    private @Nullable Parts parts;
    private @Nullable Thread writer;
    private @Nullable Thread loader;

    /** What it moves. */
    record Parts(
            LogFolder folder,
            DiskIndex index,
            Frames frames,
            Staging staging,
            Shelf shelf,
            Intents intents,
            DiskCaches caches,
            LogWriter writer,
            Lookup lookup,
            Milestones durable,
            ReaderCounts counts,
            DiskReader reader,
            Health health,
            LongSupplier wallMillis) {}

    DiskLife(DiskSettings settings, LogFolder.Found found, LongSupplier nanoClock) {
        this.settings = settings;
        this.found = found;
        this.nanoClock = nanoClock;
    }

    void runs(Parts all) {
        parts = all;
    }

    private Parts parts() {
        Parts present = parts;
        if (present == null) {
            throw new IllegalStateException("the tier is not whole yet");
        }
        return present;
    }

    State state() {
        return state.get();
    }

    String trouble() {
        return trouble;
    }

    double loadedPart() {
        return loadedPart;
    }

    CompletableFuture<Void> loaded() {
        return loaded;
    }

    /** The tier is to be given up: called by whoever finds out, on any thread. */
    void breaks(String why) {
        broken.compareAndSet(null, why);
    }

    void start(Recovered recovered) {
        boolean hasLog = found.manifest().isPresent();
        boolean follows = parts().intents().follow(parts().folder().logId());
        if (hasLog && !follows && found.sameBoot()) {
            // Given up by the run before, or the notes are gone: nothing in the log can be proved.
            LOG.warn("what is on the disk cannot be trusted: its run gave the log up");
            hasLog = false;
        }
        if (!follows || !found.sameBoot()) {
            parts().intents().begin(parts().folder().logId());
        }
        try {
            begin(recovered, hasLog);
        } catch (IOException e) {
            breaks(String.valueOf(e.getMessage()));
        }
        writer = Thread.ofPlatform().name("gossamer-disk").start(() -> write(recovered));
    }

    private void write(Recovered recovered) {
        while (!stops) {
            turn();
        }
        end(recovered);
    }

    private void begin(Recovered recovered, boolean loads) throws IOException {
        Parts all = parts();
        List<Segment> before = all.frames().inOrder();
        if (!loads) {
            all.folder().wipe();
            all.intents().begin(all.folder().logId());
        }
        boolean fromSnapshot = loads && found.manifest().orElseThrow().isClean();
        if (fromSnapshot) {
            fromSnapshot = IndexSnapshot.restore(all, found.manifest().orElseThrow(), recovered);
        }
        all.folder().writing();
        all.lookup().completes(loaded);
        all.shelf().open(loads && !fromSnapshot);
        all.writer().begin();
        if (loads && !fromSnapshot) {
            loader =
                    Thread.ofPlatform()
                            .name("gossamer-disk-loader")
                            .start(() -> load(before, recovered));
        } else {
            complete();
        }
    }

    private void complete() {
        parts().shelf().loaded();
        loadedPart = 1;
        state.compareAndSet(State.LOADING, State.CLOSED);
        loaded.complete(null);
    }

    private void load(List<Segment> segments, Recovered recovered) {
        Parts all = parts();
        long began = nanoClock.getAsLong();
        Loader brings =
                new Loader(
                        all.folder(),
                        all.index(),
                        all.shelf(),
                        all.intents(),
                        all.caches(),
                        all.wallMillis());
        int done = 0;
        for (Segment segment : segments.reversed()) {
            if (stops || broken.get() != null) {
                break;
            }
            try {
                brings.load(segment);
            } catch (IOException e) {
                LOG.warn("{} could not be read: {}", segment.path().getFileName(), e.getMessage());
                all.counts().quarantined(1);
            }
            loadedPart = (double) ++done / segments.size();
        }
        all.counts().quarantined(brings.quarantined());
        restore(brings.removals(), recovered);
        recovered.clock(brings.latestClock());
        brings.finish();
        complete();
        long millis = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - began);
        LOG.info(
                "the disk has {} entries in {} segments ({} ms); {} dropped, for the log may lack"
                        + " what came after them",
                brings.entries(),
                done,
                millis,
                brings.suspects());
        if (!stops && broken.get() == null) {
            all.writer().whenWritten(all.staging().lastAdded(), all.intents()::cleared);
        }
    }

    /** Reads the tombstones, many at a time. */
    private void restore(List<Loader.Removal> removals, Recovered recovered) {
        Semaphore room = new Semaphore(READS_AT_ONCE);
        for (Loader.Removal each : removals) {
            room.acquireUninterruptibly();
            parts().reader()
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
    }

    /** One turn of the writer. */
    private void turn() {
        try {
            String why = broken.get();
            if (why != null) {
                giveUp(why);
                heal();
            } else {
                parts().writer().step(STEP_NANOS);
            }
        } catch (IOException e) {
            breaks(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            stops = true;
        }
    }

    /** Nothing rests on the disk any more, and nobody waits for it. */
    private void giveUp(String why) {
        if (state.getAndSet(State.OPEN) != State.OPEN) {
            LOG.error("the disk is given up, the node serves on without it: {}", why);
        }
        trouble = why;
        Parts all = parts();
        all.intents().giveUp();
        all.shelf().shut();
        all.staging().clear();
        all.index().clear();
        all.writer().abandon();
        all.durable().giveUp();
        loaded.complete(null);
    }

    private void heal() throws InterruptedException {
        Parts all = parts();
        pause();
        Thread busy = loader;
        if (stops || (busy != null && busy.isAlive())) {
            return;
        }
        state.set(State.HALF_OPEN);
        try {
            all.folder().wipe();
            all.intents().begin(all.folder().logId());
            all.durable().resume(all.staging().lastAdded());
            all.writer().begin();
            all.writer().probe();
            all.health().healed();
            broken.set(null);
            trouble = "";
            all.shelf().open(false);
            state.set(State.CLOSED);
            LOG.info("the disk works again; a new log begins");
        } catch (IOException e) {
            trouble = String.valueOf(e.getMessage());
            state.set(State.OPEN);
        }
    }

    private synchronized void pause() throws InterruptedException {
        long until = nanoClock.getAsLong() + settings.probeInterval().toNanos();
        while (!stops && until - nanoClock.getAsLong() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, until - nanoClock.getAsLong());
        }
    }

    private void end(Recovered recovered) {
        Parts all = parts();
        boolean whole = broken.get() == null && loaded.isDone();
        all.shelf().shut();
        try {
            if (whole) {
                all.writer().end();
                IndexSnapshot.write(all, settings, recovered);
            }
        } catch (IOException e) {
            LOG.warn("the disk was not left in order: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.staging().close();
        all.durable().giveUp();
        all.folder().close();
        state.set(State.STOPPED);
    }

    /** Ends it in order; waits until all is written. */
    void stop() {
        stops = true;
        synchronized (this) {
            notifyAll();
        }
        join(loader);
        join(writer);
    }

    private static void join(@Nullable Thread thread) {
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
