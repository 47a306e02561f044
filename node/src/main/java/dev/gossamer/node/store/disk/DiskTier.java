package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerAccounts;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
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
    private final DiskSettings settings;
    private final DiskIndex index;
    private final Frames frames;
    private final Staging staging;
    private final Shelf shelf;
    private final Lookup lookup;
    private final Milestones durable;
    private final DiskLife life;
    private final WriterCounts writerCounts = new WriterCounts();
    private final ReaderCounts readerCounts = new ReaderCounts();
    private final Intents intents;
    private int swept;

    /**
     * Opens the folder; what is in it is brought into the index in the background, once {@link
     * #start} was called.
     *
     * @param member whose folder it is
     * @param accounts of the memory above
     * @param nanoClock monotonic
     * @throws IOException when the folder cannot be used, or has a format that is not to be touched
     */
    public DiskTier(
            DiskSettings settings,
            Backend backend,
            DiskCaches caches,
            MemberId member,
            LowerAccounts accounts,
            LongSupplier wallMillis,
            LongSupplier nanoClock,
            RandomGenerator random,
            MeterRegistry registry)
            throws IOException {
        this.settings = settings;
        this.frames = new Frames(settings.frames(), settings.segmentBytes());
        this.index = new DiskIndex(caches, accounts, frames);
        this.staging = new Staging(settings.stagingBytesMax());
        this.durable = new Milestones();
        LogFolder folder = new LogFolder(settings, backend, frames, member, random, wallMillis);
        LogFolder.Found found = folder.open();
        this.intents = Intents.open(settings.folder());
        this.life = new DiskLife(settings, found, nanoClock);
        this.shelf =
                new Shelf(
                        index,
                        staging,
                        intents,
                        caches,
                        wallMillis,
                        () -> life.breaks("it is too slow for what must be erased"));
        Health health = new Health(nanoClock, life::breaks);
        DiskReader reader =
                new DiskReader(frames, new Buffers(settings.io().pendingBytesMax()), readerCounts);
        this.lookup =
                new Lookup(
                        index, shelf, staging, reader, readerCounts, health, wallMillis, nanoClock);
        Reclaimer reclaimer = new Reclaimer(folder, frames, index, writerCounts, wallMillis);
        LogWriter writer =
                new LogWriter(
                        folder,
                        index,
                        staging,
                        intents,
                        caches,
                        durable,
                        reclaimer,
                        writerCounts,
                        wallMillis,
                        nanoClock,
                        settings);
        life.runs(
                new DiskLife.Parts(
                        folder,
                        index,
                        frames,
                        staging,
                        shelf,
                        intents,
                        caches,
                        writer,
                        lookup,
                        durable,
                        readerCounts,
                        reader,
                        health,
                        wallMillis));
        new DiskMeters(registry).register(this, shelf.counts(), writerCounts, readerCounts);
        backend.register(registry);
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

    /** Begins to write, and to bring in what the log has. To be called once. */
    public void start(Recovered recovered) {
        life.start(recovered);
    }

    /** Done when everything that the log had is in the index, or the tier has been given up. */
    @Override
    public CompletableFuture<Void> loaded() {
        return life.loaded();
    }

    /** Tries again and gives up reads, every few tens of milliseconds; by no event loop. */
    public void tick() {
        lookup.tick(settings.readTimeout().toNanos());
    }

    /** Lets go of what has expired, a part of the slots at a time; by no event loop. */
    public void cleanUp(long nowMillis) {
        for (int i = 0; i < Slot.COUNT / 64; i++) {
            shelf.sweep(swept, nowMillis);
            swept = (swept + 1) & (Slot.COUNT - 1);
        }
    }

    /**
     * Runs {@code then} once all that was written up to now is on the device, where the policy is
     * to acknowledge nothing before; else at once. On any thread; must not wait.
     */
    public void whenDurable(Runnable then) {
        if (settings.fsync() instanceof DiskSettings.Fsync.Always && shelf.isOpen()) {
            durable.when(staging.lastAdded(), then);
        } else {
            then.run();
        }
    }

    /** How the tier is. */
    public DiskStatus status() {
        return new DiskStatus(
                life.state(),
                life.trouble(),
                frames.bytes(),
                settings.bytesMax(),
                frames.liveBytes(),
                index.rows(),
                index.heapBytes(),
                staging.bytes(),
                writerCounts.amplification(),
                readerCounts.quarantinedCount().sum(),
                life.loadedPart());
    }

    long stagedBytesMax() {
        return settings.stagingBytesMax();
    }

    /** Writes what is staged, and leaves a snapshot of the index. May wait. */
    @Override
    public void close() {
        life.stop();
        intents.close();
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
    public void load(int slot, Bytes key, Consumer<@Nullable Entry> then) {
        lookup.load(slot, key, then);
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
        return index.counted(slot);
    }

    @Override
    public long liveCount() {
        return index.counted();
    }
}
