package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskSettings.Fsync;
import dev.gossamer.node.store.disk.format.LogRecord;
import dev.gossamer.node.store.disk.format.StoredValue;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is staged to the log, in order, and tells the index where it is. When a segment is
 * full it is sealed, the next one begun, and the oldest given up to make room for the one after
 * that.
 *
 * <p><b>Threads.</b> Everything by the one writer thread, which waits for the disk.
 */
final class LogWriter {
    private static final long BATCH_BYTES = 4L << 20;

    private final LogFolder folder;
    private final DiskIndex index;
    private final Staging staging;
    private final Intents intents;
    private final DiskCaches caches;

    /** What the log has, as far as the process is concerned. */
    private final Milestones written = new Milestones();

    /** What is on the device. */
    private final Milestones durable;

    private final Reclaimer reclaimer;
    private final Room room;
    private final WriterCounts counts;
    private final LongSupplier wallMillis;
    private final LongSupplier nanoClock;
    private final DiskSettings settings;
    private final DiskWatch watch;
    private final ByteBuffer buffer = LogTail.newBuffer();
    private @Nullable LogTail tail;
    private long syncedNanos;
    private boolean dirty;

    /** Up to where the log has to be on the device, whatever the policy says. */
    private final AtomicLong wanted = new AtomicLong();

    /** Up to where it is. */
    private long synced;

    LogWriter(
            LogFolder folder,
            DiskIndex index,
            Staging staging,
            Intents intents,
            Milestones durable,
            Reclaimer reclaimer,
            Room room,
            WriterCounts counts,
            DiskWatches watches,
            DiskSettings settings,
            Around around) {
        this.folder = folder;
        this.index = index;
        this.staging = staging;
        this.intents = intents;
        this.caches = around.caches();
        this.durable = durable;
        this.reclaimer = reclaimer;
        this.room = room;
        this.counts = counts;
        this.wallMillis = around.wallMillis();
        this.nanoClock = around.nanoClock();
        this.settings = settings;
        this.watch = watches.writer();
        this.syncedNanos = nanoClock.getAsLong();
    }

    /** Begins the first segment of this run. */
    void begin() throws IOException {
        next();
    }

    /** Writes what is staged, and waits for something at most so long. */
    void step(long waitNanos) throws IOException, InterruptedException {
        List<Change> batch = staging.take(BATCH_BYTES, waitNanos);
        long taken = staging.lastTaken();
        watch.begins();
        try {
            write(batch, taken);
        } finally {
            watch.ends();
        }
    }

    private void write(List<Change> batch, long taken) throws IOException {
        if (!batch.isEmpty()) {
            write(batch);
        }
        dirty |= !batch.isEmpty();
        if (dirty && mustSync()) {
            tail().sync();
            dirty = false;
            syncedNanos = nanoClock.getAsLong();
        }
        publish(batch);
        reclaimer.look(tail());
        room.look();
        if (!batch.isEmpty()) {
            intents.reached(taken, tail().segment().number(), tail().end());
        }
        written.reached(taken);
        if (!dirty) {
            synced = taken;
            durable.reached(taken);
        }
    }

    /** Makes sure, with its next steps, that the log is on the device up to there. Any thread. */
    void wantDurable(long sequence) {
        wanted.accumulateAndGet(sequence, Math::max);
    }

    private boolean mustSync() {
        return wanted.get() > synced || isDue();
    }

    private boolean isDue() {
        return switch (settings.fsync()) {
            case Fsync.Never() -> false;
            case Fsync.Always() -> true;
            case Fsync.Every(var interval) ->
                    nanoClock.getAsLong() - syncedNanos >= interval.toNanos();
        };
    }

    private void write(List<Change> batch) throws IOException {
        for (Change change : batch) {
            if (change.isAlwaysWritten() || staging.isCurrent(change)) {
                append(change);
            }
        }
        tail().flush();
    }

    private void append(Change change) throws IOException {
        DiskCaches.Named cache = caches.all().get(change.cache);
        LogRecord record = recordOf(change, cache.rules());
        // More than once where what goes on of old segments, which comes first, fills the next.
        while (!tail().hasRoomFor(record.head(), cache.name())) {
            next();
        }
        long address = tail().append(record, cache.name());
        change.where = Where.of(address, record.recordBytes());
        counts.appended(record.recordBytes());
    }

    private static LogRecord recordOf(Change change, DiskRules rules) {
        int position = (int) change.position;
        Entry entry = change.entry;
        return switch (change.kind) {
            case VALUE -> {
                Entry value = present(entry);
                StoredValue stored = StoredValue.of(value.value(), rules.compression());
                yield LogRecord.value(change.slot, position, change.key, value, stored);
            }
            case TOMBSTONE ->
                    LogRecord.tombstone(change.slot, position, change.key, present(entry));
            case ERASE -> LogRecord.erase(change.slot, position, Version.NONE);
            case ERASE_SLOT -> LogRecord.eraseSlot(change.slot);
        };
    }

    private static Entry present(@Nullable Entry entry) {
        if (entry == null) {
            throw new IllegalStateException("a value or tombstone without an entry");
        }
        return entry;
    }

    /** What was written is found where it is now, unless it has been replaced meanwhile. */
    private void publish(List<Change> batch) {
        for (Change change : batch) {
            synchronized (index.lock(change.slot)) {
                int row = index.find(change.slot, change.position);
                if (row >= 0
                        && (index.table(change.slot).marks(row) & Marks.STAGED) != 0
                        && staging.isCurrent(change)) {
                    index.move(change.slot, row, change.where);
                }
                staging.written(change);
            }
        }
    }

    /** Seals the segment that is full, and begins another. */
    private void next() throws IOException {
        LogTail full = tail;
        if (full != null) {
            reclaimer.mustHaveRoom(full);
            full.seal(wallMillis.getAsLong());
            if (folder.isSynced()) {
                full.sync();
            }
        }
        LogTail fresh = new LogTail(room.take(folder::create), buffer, counts.diskBytes(), watch);
        fresh.begin();
        tail = fresh;
        reclaimer.makeRoom(fresh);
        fresh.flush();
    }

    private LogTail tail() {
        LogTail present = tail;
        if (present == null) {
            throw new IllegalStateException("the log has not been begun");
        }
        return present;
    }

    /** Writes all that is staged and seals the log; for a clean stop. */
    void end() throws IOException, InterruptedException {
        while (staging.lastTaken() < staging.lastAdded()) {
            step(0);
        }
        tail().seal(wallMillis.getAsLong());
        tail().sync();
    }

    /** Runs {@code then} once the log has everything up to the sequence. */
    void whenWritten(long sequence, Runnable then) {
        written.when(sequence, then);
    }

    /**
     * Makes sure that what was written can be made durable, and read, in time.
     *
     * @param patience that writes may take
     */
    void probe(Duration patience) throws IOException {
        long began = nanoClock.getAsLong();
        tail().sync();
        long kept = nanoClock.getAsLong();
        if (kept - began > patience.toNanos()) {
            throw new IOException("a sync took longer than " + patience.toSeconds() + " s");
        }
        tail().readBack();
        if (nanoClock.getAsLong() - kept > settings.readTimeout().toNanos()) {
            throw new IOException("a read took longer than disk.read-timeout");
        }
    }

    /** The log is given up, and nobody waits for it any more. Any thread. */
    void releaseWaiting() {
        written.giveUp();
    }

    /** The log is given up: what was open is closed by {@link LogFolder}. */
    void abandon() {
        tail = null;
        dirty = false;
        written.resume(staging.lastAdded());
    }
}
