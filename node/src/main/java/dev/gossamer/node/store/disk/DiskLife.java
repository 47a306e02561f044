package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.DiskReader.Result;
import dev.gossamer.node.store.disk.DiskStatus.State;
import dev.gossamer.node.store.disk.DiskTier.Recovered;
import dev.gossamer.node.store.disk.io.Fullness;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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

    /**
     * How long one operation of the writer or the loader may take. Where acknowledgements wait for
     * the device it is well below what a request waits for; else nothing waits for it, and a device
     * that is slow for a while is not to cost all that rests on it.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration PATIENCE_WHEN_ACKNOWLEDGING = Duration.ofSeconds(3);

    private final Parts parts;
    private final LongSupplier nanoClock;
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.LOADING);

    private volatile String trouble = "";
    private volatile double loadedPart;
    private volatile boolean stops;
    private volatile boolean continues;

    /** Whether the index has all that the log has: only then is it worth a snapshot. */
    private volatile boolean knowsAll;

    /** Held while the tier is emptied or opened anew, by the writer or by who watches it. */
    private final ReentrantLock turning = new ReentrantLock();

    /** Whether nobody waits for the disk any more; guarded by the lock. */
    private boolean released;

    private @Nullable Thread writer;
    private @Nullable Thread loader;

    DiskLife(Parts parts, LongSupplier nanoClock) {
        this.parts = parts;
        this.nanoClock = nanoClock;
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

    /** Whether what an earlier run left is taken up. */
    boolean continues() {
        return continues;
    }

    /**
     * @param believed whether what an earlier run left may be taken up, as far as others know
     */
    void start(Recovered recovered, boolean believed) {
        try {
            boolean trusted = believed && canBeTrusted();
            begin(recovered, trusted);
            continues = trusted;
        } catch (IOException e) {
            parts.breaker().breaks(String.valueOf(e.getMessage()));
        }
        writer = Thread.ofPlatform().name("gossamer-disk").start(() -> write(recovered));
        parts.pinner().start();
    }

    private void write(Recovered recovered) {
        while (!stops) {
            turn();
        }
        end(recovered);
    }

    /** Whether there is a log, and it is known which of it may be older than it should be. */
    private boolean canBeTrusted() throws IOException {
        LogFolder folder = parts.folder();
        Intents intents = parts.intents();
        if (parts.found().manifest().isEmpty()) {
            return false;
        }
        if (intents.gaveUp(folder.logId())) {
            LOG.warn("what is on the disk cannot be trusted: the log was given up");
            return false;
        }
        if (!parts.found().sameBoot()) {
            intents.begin(folder.logId(), folder.nextSegment());
            return true;
        }
        if (!intents.belongTo(folder.logId())) {
            LOG.warn("what is on the disk cannot be trusted: its notes are gone");
            return false;
        }
        intents.suspect(
                folder.holes(intents.firstSegment(), parts.caches()::nameOf), folder.nextSegment());
        return true;
    }

    private void begin(Recovered recovered, boolean loads) throws IOException {
        List<Segment> before = parts.frames().inOrder();
        if (!loads) {
            parts.folder().wipe();
            parts.intents().begin(parts.folder().logId(), parts.folder().nextSegment());
        }
        boolean fromSnapshot = loads && parts.found().manifest().orElseThrow().isClean();
        if (fromSnapshot) {
            fromSnapshot =
                    IndexSnapshot.restore(parts, parts.found().manifest().orElseThrow(), recovered);
        }
        parts.room().take(parts.folder()::writing);
        parts.lookup().completes(loaded);
        parts.shelf().open(loads && !fromSnapshot);
        parts.writer().begin();
        if (loads && !fromSnapshot) {
            loader =
                    Thread.ofPlatform()
                            .name("gossamer-disk-loader")
                            .start(() -> load(before, recovered));
        } else {
            knowsAll = true;
            complete();
        }
    }

    private void complete() {
        parts.shelf().loaded();
        loadedPart = 1;
        state.compareAndSet(State.LOADING, State.CLOSED);
        loaded.complete(null);
    }

    private void load(List<Segment> segments, Recovered recovered) {
        try {
            bring(segments, recovered);
        } catch (RuntimeException e) {
            LOG.error("the disk's loader met with what should not be", e);
            parts.breaker().breaks("a defect: " + e);
            complete();
        }
    }

    private void bring(List<Segment> segments, Recovered recovered) {
        long began = nanoClock.getAsLong();
        Loader brings = new Loader(parts, this::isOver);
        int done = 0;
        for (Segment segment : segments.reversed()) {
            try {
                brings.load(segment);
            } catch (NoSuchFileException e) {
                if (!segment.retired().get()) {
                    cannotRead(segment, e);
                }
            } catch (IOException e) {
                cannotRead(segment, e);
            }
            if (isOver()) {
                break; // in the midst of it, perhaps
            }
            loadedPart = (double) ++done / segments.size();
        }
        parts.readerCounts().quarantined(brings.quarantined());
        restore(brings.removals(), recovered);
        recovered.clock(brings.latestClock());
        brings.finish();
        knowsAll = done == segments.size();
        complete();
        long millis = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - began);
        LOG.info(
                "the disk has {} entries in {} segments ({} ms); {} dropped, for the log may lack"
                        + " what came after them",
                brings.entries(),
                done,
                millis,
                brings.suspects());
        if (!isOver()) {
            parts.writer().whenWritten(parts.staging().lastAdded(), parts.intents()::cleared);
        }
    }

    private boolean isOver() {
        return stops || parts.breaker().isBroken();
    }

    /** What it says of places is not known, so nothing that is older can be believed. */
    private void cannotRead(Segment segment, IOException why) {
        parts.readerCounts().quarantined(1);
        parts.breaker()
                .breaks(segment.path().getFileName() + " cannot be read: " + why.getMessage());
    }

    /** Reads the tombstones, many at a time. */
    private void restore(List<Loader.Removal> removals, Recovered recovered) {
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

    /**
     * Opens the breaker when the device does not answer those who wait for it. To be called often,
     * by any thread that may hold a slot's lock for a moment.
     */
    void tick() {
        if (!isHanging()) {
            return;
        }
        turning.lock();
        try {
            // Again, for it may have answered, and may even have been tried anew meanwhile.
            if (isHanging()) {
                parts.breaker().breaks("it has not answered for " + patience().toSeconds() + " s");
                release();
            }
        } finally {
            turning.unlock();
        }
    }

    private boolean isHanging() {
        return parts.watches().longestNanos() > patience().toNanos();
    }

    private Duration patience() {
        return parts.settings().fsync() instanceof DiskSettings.Fsync.Always
                ? PATIENCE_WHEN_ACKNOWLEDGING
                : PATIENCE;
    }

    /** One turn of the writer. */
    private void turn() {
        try {
            if (parts.breaker().isBroken()) {
                giveUp();
                heal();
            } else {
                parts.writer().step(STEP_NANOS);
            }
        } catch (IOException e) {
            if (Fullness.isToldBy(e)) {
                parts.room().wasMissing();
            }
            parts.breaker().breaks(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            stops = true;
        } catch (RuntimeException e) {
            LOG.error("the disk's writer met with what should not be", e);
            parts.breaker().breaks("a defect: " + e);
        }
    }

    /** By the writer, who does not wait for the disk now. */
    private void giveUp() {
        turning.lock();
        try {
            release();
            state.set(State.OPEN);
            parts.writer().abandon();
        } finally {
            turning.unlock();
        }
    }

    /**
     * Nothing rests on the disk any more, and nobody waits for it. The writer and the loader may
     * yet: what they come back with finds no row and no change that it is about. The caller holds
     * the lock.
     */
    private void release() {
        String why = parts.breaker().reasonOrNull();
        if (released || why == null) {
            return;
        }
        released = true;
        if (state.getAndSet(State.OPEN) != State.OPEN) {
            LOG.error("the disk is given up, the node serves on without it: {}", why);
            trouble = why;
        }
        parts.intents().giveUp();
        parts.shelf().shut();
        parts.index().clear(true);
        parts.staging().clear();
        parts.writer().releaseWaiting();
        parts.durable().giveUp();
        loaded.complete(null);
    }

    private void heal() throws InterruptedException {
        pause();
        Thread busy = loader;
        if (stops || (busy != null && busy.isAlive())) {
            return;
        }
        state.set(State.HALF_OPEN);
        try {
            parts.folder().wipe();
            parts.intents().begin(parts.folder().logId(), parts.folder().nextSegment());
            parts.durable().resume(parts.staging().lastAdded());
            parts.writer().begin();
            parts.writer().probe(patience());
            closeBreaker();
            LOG.info("the disk works again; a new log begins");
        } catch (IOException e) {
            trouble = String.valueOf(e.getMessage());
            state.set(State.OPEN);
        }
    }

    private void closeBreaker() {
        turning.lock();
        try {
            parts.health().healed();
            parts.breaker().mend();
            released = false;
            trouble = "";
            knowsAll = true;
            loadedPart = 1;
            parts.shelf().open(false);
            state.set(State.CLOSED);
        } finally {
            turning.unlock();
        }
    }

    private synchronized void pause() throws InterruptedException {
        long until = nanoClock.getAsLong() + parts.settings().probeInterval().toNanos();
        while (!stops && until - nanoClock.getAsLong() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, until - nanoClock.getAsLong());
        }
    }

    private void end(Recovered recovered) {
        join(loader);
        boolean whole = !parts.breaker().isBroken() && state.get() == State.CLOSED;
        parts.shelf().shut();
        try {
            if (whole) {
                parts.writer().end();
            }
            if (whole && knowsAll) {
                leaveSnapshot(recovered);
            }
        } catch (IOException e) {
            LOG.warn("the disk was not left in order: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        parts.staging().close();
        parts.durable().giveUp();
        parts.folder().close();
        state.set(State.STOPPED);
    }

    private void leaveSnapshot(Recovered recovered) {
        try {
            IndexSnapshot.write(parts, recovered);
        } catch (IOException e) {
            LOG.warn(
                    "no snapshot of the index, the next start reads the log instead: {}",
                    e.getMessage());
        }
    }

    /** Ends it in order; waits until all is written. */
    void stop() {
        stops = true;
        parts.pinner().stop();
        parts.staging().hurry();
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
