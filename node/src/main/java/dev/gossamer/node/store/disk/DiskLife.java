package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.DiskStatus.State;
import dev.gossamer.node.store.disk.DiskTier.Recovered;
import dev.gossamer.node.store.disk.io.Fullness;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
    private volatile boolean isLoaded;
    private volatile boolean stops;
    private volatile boolean continues;

    /** Whether the index has all that the log has: only then is it worth a snapshot. */
    private volatile boolean knowsAll;

    /** Held while the tier is emptied or opened anew, by the writer or by who watches it. */
    private final ReentrantLock turning = new ReentrantLock();

    /** Whether nobody waits for the disk any more; guarded by the lock. */
    private boolean released;

    private volatile @Nullable Recovery bringing;
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
        if (isLoaded) {
            return 1;
        }
        Recovery recovery = bringing;
        return recovery == null ? 0 : recovery.part();
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
        if (!loads) {
            parts.folder().wipe();
            parts.intents().begin(parts.folder().logId(), parts.folder().nextSegment());
        }
        Recovery recovery = new Recovery(parts, nanoClock, recovered, this::isOver);
        try {
            if (loads) {
                recovery.open(parts.found().manifest().orElseThrow());
            }
            parts.room().take(parts.folder()::writing);
            parts.lookup().completes(loaded);
            parts.shelf().open(loads);
            parts.writer().begin();
        } catch (IOException | RuntimeException e) {
            recovery.close();
            throw e;
        }
        if (loads) {
            bringing = recovery;
            loader = Thread.ofPlatform().name("gossamer-disk-loader").start(() -> bring(recovery));
        } else {
            knowsAll = true;
            complete();
        }
    }

    private void complete() {
        parts.shelf().loaded();
        isLoaded = true;
        state.compareAndSet(State.LOADING, State.CLOSED);
        loaded.complete(null);
    }

    private void bring(Recovery recovery) {
        try (recovery) {
            knowsAll = recovery.run();
        } catch (RuntimeException e) {
            LOG.error("the disk's loader met with what should not be", e);
            parts.breaker().breaks("a defect: " + e);
        }
        complete();
    }

    private boolean isOver() {
        return stops || parts.breaker().isBroken();
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
        parts.index().loseAll();
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
            isLoaded = true;
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
        parts.pinner().close();
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
