package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.ValueSink;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * L2: what rests on this node's SSD, in a log of fixed segments with an index in memory (C11).
 *
 * <p><b>Truth.</b> All changes reach the log through one writer, in the order in which the index
 * changed. So the last record of a place is the truth about it, and whatever a crash leaves of the
 * log is a state that once was; what may be older than what was acknowledged is known from {@link
 * Intents} and dropped. Nothing is served before its checksums, its full key and its version hold.
 *
 * <p><b>Threads.</b> Any. Nothing here waits but what says so; one thread writes, event loops or
 * virtual threads read.
 *
 * <p><b>Bounds.</b> The folder never takes more than its budget: what has no frame is not written.
 * Values on their way are bounded; when the disk is slower than they come, they stay in memory
 * only. The index takes at most 24 bytes an entry.
 *
 * <p><b>When the disk fails</b> the tier empties itself and the node serves on without it; it tries
 * again every now and then, and begins a new log when that works.
 */
public final class DiskTier implements LowerTier, AutoCloseable {
    private static final long FLUSH_SECONDS = 30;

    private final Parts parts;
    private final Shelf shelf;
    private final Lookup lookup;
    private final DiskLife life;
    private int swept;

    /**
     * Opens the folder; what is in it is brought into the index in the background, once {@link
     * #start} was called.
     *
     * @throws IOException when the folder cannot be used, or has a format that is not to be touched
     */
    public DiskTier(DiskSettings settings, Around around, MeterRegistry registry)
            throws IOException {
        this.parts = Parts.open(settings, around);
        this.shelf = parts.shelf();
        this.lookup = parts.lookup();
        this.life = new DiskLife(parts, around.nanoClock());
        new DiskMeters(registry)
                .register(this, shelf.counts(), parts.writerCounts(), parts.readerCounts());
        around.backend().register(registry);
    }

    /** What lies above, as far as a restart is concerned. Called on threads of the tier. */
    public interface Recovered {
        /** A removal was found that is remembered yet. */
        void tombstone(int slot, Bytes key, Entry tombstone);

        /** The latest clock of anything that was found. */
        void clock(long clock);

        /** Names all removals that are remembered now, for the snapshot. */
        void tombstones(TombstoneVisitor visitor) throws IOException;
    }

    /** Takes tombstones. */
    public interface TombstoneVisitor {
        void tombstone(int slot, Bytes key, Entry tombstone) throws IOException;
    }

    /**
     * Begins to write, and to bring in what the log has. To be called once.
     *
     * @param believed whether what the log has may be valid, as far as is known elsewhere; else it
     *     is thrown away
     */
    public void start(Recovered recovered, boolean believed) {
        life.start(recovered, believed);
    }

    /** Done when everything that the log had is in the index, or the tier has been given up. */
    @Override
    public CompletableFuture<Void> loaded() {
        return life.loaded();
    }

    /** Tries again and gives up what waits, every few tens of milliseconds; by no event loop. */
    public void tick() {
        life.tick();
        lookup.tick(parts.settings().readTimeout().toNanos());
    }

    /** Lets go of what has expired, a part of the slots at a time; by no event loop. */
    public void cleanUp(long nowMillis) {
        for (int i = 0; i < Slot.COUNT / 64; i++) {
            shelf.sweep(swept, nowMillis);
            swept = (swept + 1) & (Slot.COUNT - 1);
        }
    }

    /** In a segment's length less than the budget, for that much is freed at a time. */
    @Override
    public boolean hasRoom() {
        long used = parts.frames().liveBytes() + 2L * parts.frames().segmentBytes();
        return shelf.isOpen()
                && used < (long) parts.frames().limit() * parts.frames().segmentBytes();
    }

    @Override
    public boolean isGivenUp() {
        return !shelf.isOpen();
    }

    @Override
    public boolean acknowledgesDurable() {
        return parts.settings().fsync() instanceof DiskSettings.Fsync.Always && shelf.isOpen();
    }

    @Override
    public void whenDurable(Runnable then) {
        if (acknowledgesDurable()) {
            parts.durable().when(parts.staging().lastAdded(), then);
        } else {
            then.run();
        }
    }

    /** Whether what an earlier run left here is taken up. Known once {@link #start} was called. */
    public boolean continues() {
        return life.continues();
    }

    /**
     * Returns when all that was written, removed and dropped up to now is on the device, whatever
     * the policy. Waits for the disk.
     *
     * @throws IllegalStateException when the disk has been given up, or that takes longer than
     *     {@value #FLUSH_SECONDS} s
     */
    public void flush() {
        long sequence = parts.staging().lastAdded();
        CompletableFuture<@Nullable Void> flushed = new CompletableFuture<>();
        parts.durable().when(sequence, () -> flushed.complete(null));
        parts.writer().wantDurable(sequence);
        try {
            flushed.get(FLUSH_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the disk did not keep what it was given in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the disk", e);
        }
        if (!shelf.isOpen()) {
            throw new IllegalStateException("the disk is not used: " + life.trouble());
        }
    }

    /** Runs {@code then} once the log has all that was written up to now, as far as a kill goes. */
    void whenWritten(Runnable then) {
        parts.writer().whenWritten(parts.staging().lastAdded(), then);
    }

    /** How the tier is. */
    public DiskStatus status() {
        return new DiskStatus(
                life.state(),
                life.trouble(),
                parts.frames().bytes(),
                parts.settings().bytesMax(),
                parts.frames().lackingBytes(),
                parts.frames().liveBytes(),
                parts.index().rows(),
                parts.index().heapBytes(),
                parts.staging().bytes(),
                parts.writerCounts().amplification(),
                parts.readerCounts().quarantinedCount().sum(),
                life.loadedPart());
    }

    /** When what was written is on the device. */
    public DiskSettings.Fsync fsync() {
        return parts.settings().fsync();
    }

    long indexBytesMax() {
        return parts.settings().indexBytesMax();
    }

    long pinnedBytes() {
        return parts.pinner().bytes();
    }

    /** Locks in memory what is read most, without waiting for the time of it; how many parts. */
    int pinNow() {
        return parts.pinner().step();
    }

    long stagedBytesMax() {
        return parts.settings().stagingBytesMax();
    }

    /** Writes what is staged, and leaves a snapshot of the parts.index(). May wait. */
    @Override
    public void close() {
        life.stop();
        parts.intents().close();
    }

    @Override
    public void written(int slot, Bytes key, Entry entry) {
        shelf.written(slot, key, entry);
    }

    @Override
    public void removed(int slot, Bytes key, Entry tombstone) {
        shelf.removed(slot, key, tombstone);
    }

    @Override
    public boolean dropped(int slot, Bytes key) {
        return shelf.dropped(slot, key);
    }

    @Override
    public void expired(int slot, Bytes key, Entry entry) {
        shelf.expired(slot, key, entry);
    }

    @Override
    public boolean takes(int slot, Bytes key, Entry entry) {
        return shelf.takes(slot, key, entry);
    }

    @Override
    public boolean raises(int slot, Bytes key, Entry entry) {
        return shelf.raises(slot, key, entry);
    }

    @Override
    public @Nullable Version versionOrNull(int slot, Bytes key) {
        return shelf.versionOrNull(slot, key);
    }

    @Override
    public boolean mayHave(int slot, Bytes key) {
        return shelf.mayHave(slot, key);
    }

    @Override
    public void load(int slot, Bytes key, Loading then) {
        lookup.load(slot, key, then);
    }

    @Override
    public boolean lend(int slot, Bytes key, Validity validity, ValueSink sink) {
        return lookup.lend(slot, key, validity, sink);
    }

    @Override
    public @Nullable Entry read(int slot, Bytes key) {
        return lookup.read(slot, key);
    }

    @Override
    public RestedPage restedFrom(int slot, long from, long to, int max, long bytesMax) {
        return shelf.restedFrom(slot, from, to, max, bytesMax);
    }

    @Override
    public List<RestedItem> read(int slot, List<Rested> rested, boolean whole) {
        return lookup.read(slot, rested);
    }

    @Override
    public int drop(int slot, IntPredicate which, Predicate<Version> spared) {
        return shelf.drop(slot, which, spared);
    }

    @Override
    public int liveCount(int slot) {
        return parts.index().counted(slot);
    }

    @Override
    public long liveCount() {
        return parts.index().counted();
    }
}
