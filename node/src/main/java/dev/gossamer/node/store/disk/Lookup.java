package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier.Loading;
import dev.gossamer.node.store.LowerTier.Rested;
import dev.gossamer.node.store.LowerTier.RestedItem;
import dev.gossamer.node.store.LowerTier.Validity;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.ValueSink;
import dev.gossamer.node.store.disk.DiskReader.Result;
import dev.gossamer.node.store.disk.Stamps.Stamp;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.io.DiskException;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds what rests on the SSD: asks the index, reads the record, and makes sure that it is the one.
 * What cannot be believed or read leaves the index, and the reader hears that there is nothing.
 * What is not read in time stays: a host that is short of time for a moment has lost nothing, and
 * members that copy from this one drop what it has not.
 *
 * <p><b>Threads.</b> Any.
 */
final class Lookup {
    /** A place moves when its segment is given up; twice in a row means something else. */
    private static final int ATTEMPTS = 4;

    /**
     * How many times as long as a request's those reads may take that no request waits for: other
     * members wait for what they find, and ask again if they have to.
     */
    private static final int PATIENCE = 8;

    private final DiskIndex index;
    private final Shelf shelf;
    private final Staging staging;
    private final DiskReader reader;
    private final Pinner pinner;
    private final ReaderCounts counts;
    private final Health health;
    private final LongSupplier wallMillis;
    private final AwakeClock awakeClock;
    private final DiskWatch loaderWatch;

    /** What was not answered at once, for those that take too long. */
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    /** Those for whom there was no room; no more than those who wait. */
    private final Queue<Waiting> delayed = new ConcurrentLinkedQueue<>();

    /** Done when the index is complete. */
    private volatile CompletableFuture<Void> complete = CompletableFuture.completedFuture(null);

    Lookup(
            DiskIndex index,
            Shelf shelf,
            Staging staging,
            DiskReader reader,
            Pinner pinner,
            Health health,
            DiskWatches watches,
            Around around) {
        this.index = index;
        this.shelf = shelf;
        this.staging = staging;
        this.reader = reader;
        this.pinner = pinner;
        this.counts = reader.counts();
        this.health = health;
        this.awakeClock = watches.clock();
        this.loaderWatch = watches.loader();
        this.wallMillis = around.wallMillis();
    }

    /** Who asks for what is not in the index waits for that. */
    void completes(CompletableFuture<Void> loading) {
        complete = loading;
    }

    /** Takes what was looked for. */
    private interface Heard {
        void found(@Nullable RestedItem item);

        void late();
    }

    /** One reader, who hears of it once. */
    private final class Waiting {
        private final int slot;
        private final long position;
        private final @Nullable Bytes key;

        /** See {@link #PATIENCE}; 1 for requests. */
        private final int patience;

        private final Heard then;

        /** Since when it waits for the disk, or for the index, which may take long. */
        private volatile long sinceNanos;

        private volatile boolean awaitsIndex;
        private final AtomicBoolean told = new AtomicBoolean();
        private int attempts;

        Waiting(int slot, long position, @Nullable Bytes key, int patience, Heard then) {
            this.slot = slot;
            this.position = position;
            this.key = key;
            this.patience = patience;
            this.then = then;
        }

        void tell(@Nullable RestedItem item) {
            if (told.compareAndSet(false, true)) {
                boolean waited = waiting.remove(this);
                if (item == null) {
                    counts.missed();
                } else {
                    counts.hit();
                    if (waited) {
                        health.answered();
                    }
                }
                then.found(item);
            }
        }

        void look() {
            long where = -1;
            Version version = Version.NONE;
            Change staged = null;
            boolean unknown = false;
            synchronized (index.lock(slot)) {
                byte[] rows = index.rowsOrNull(slot);
                int row = rows == null ? -1 : SlotTable.find(rows, position);
                int marks = rows == null || row < 0 ? 0 : SlotTable.marks(rows, row);
                if (rows == null || row < 0) {
                    unknown = shelf.isLoading();
                } else if ((marks & Marks.VOID) == 0
                        && !(Marks.expires(marks) && Marks.isOver(marks, wallMillis.getAsLong()))) {
                    SlotTable.setMarks(rows, row, marks | Marks.USED);
                    version = index.version(rows, row);
                    if ((marks & Marks.STAGED) != 0) {
                        staged = staging.findOrNull(Change.placeOf(slot, position));
                    } else {
                        where = SlotTable.where(rows, row);
                    }
                }
            }
            if (unknown) {
                awaitsIndex = true;
                waits();
                complete.whenComplete((_, _) -> lookAgain());
            } else if (staged != null) {
                tell(stagedOrNull(staged));
            } else if (where >= 0) {
                read(where, version);
            } else {
                tell(null);
            }
        }

        /** The index has the place by now, or all that it will have. */
        private void lookAgain() {
            sinceNanos = awakeClock.getAsLong();
            if (ceasesToAwaitIndex() && !told.get()) {
                look();
            }
        }

        private synchronized boolean ceasesToAwaitIndex() {
            boolean awaited = awaitsIndex;
            awaitsIndex = false;
            return awaited;
        }

        boolean isKnownByNow() {
            synchronized (index.lock(slot)) {
                return index.find(slot, position) >= 0;
            }
        }

        private @Nullable RestedItem stagedOrNull(Change change) {
            Entry entry = change.entry;
            if (change.kind != RecordKind.VALUE || entry == null) {
                return null;
            }
            boolean isIt = key == null || key.equals(change.key);
            return isIt ? new RestedItem(change.key, entry) : null;
        }

        private void read(long where, Version version) {
            attempts++;
            reader.read(where, key, version, result -> heard(where, result));
            if (!told.get()) {
                waits();
            }
        }

        /** Who is answered at once is not counted among those who wait: that costs more. */
        private void waits() {
            if (waiting.contains(this)) {
                return;
            }
            sinceNanos = awakeClock.getAsLong();
            waiting.add(this);
            if (told.get()) {
                waiting.remove(this);
            }
        }

        private void heard(long where, Result result) {
            switch (result) {
                case Result.Found(var found, var entry) ->
                        tell(
                                entry.expiredAt(wallMillis.getAsLong()) || entry.isTombstone()
                                        ? null
                                        : new RestedItem(found, entry));
                case Result.Other() -> tell(null);
                case Result.Gone() -> {
                    if (attempts < ATTEMPTS) {
                        look();
                    } else {
                        leave(where);
                        tell(null);
                    }
                }
                case Result.Damaged(_) -> {
                    counts.quarantined(1);
                    leave(where);
                    tell(null);
                }
                case Result.Failed(DiskException.Busy _) -> delayed.add(this);
                case Result.Failed(var why) -> {
                    counts.failed();
                    health.readFailed(why);
                    leave(where);
                    tell(null);
                }
            }
        }

        /** It is lost, and must not come back with a restart. */
        private void leave(long where) {
            synchronized (index.lock(slot)) {
                int row = index.find(slot, position);
                if (row >= 0
                        && (index.table(slot).marks(row) & (Marks.STAGED | Marks.VOID)) == 0
                        && index.table(slot).where(row) == where) {
                    int cache = index.cache(slot, row);
                    index.lost(slot, row);
                    shelf.leave(slot, row, true);
                    shelf.erase(slot, position, cache);
                }
            }
        }

        void tooLate() {
            if (told.compareAndSet(false, true)) {
                waiting.remove(this);
                counts.missed();
                if (!awaitsIndex) {
                    counts.failed();
                    health.readTooSlow();
                }
                then.late();
            }
        }
    }

    /** As {@link dev.gossamer.node.store.LowerTier#load}. */
    void load(int slot, Bytes key, Loading then) {
        long position = MemoryTier.positionOf(key);
        Entry pinned = pinner.isOn() ? pinnedOrNull(slot, position, key) : null;
        if (pinned != null) {
            counts.pinned();
            then.found(pinned);
            return;
        }
        Heard heard =
                new Heard() {
                    @Override
                    public void found(@Nullable RestedItem item) {
                        then.found(item == null ? null : item.entry());
                    }

                    @Override
                    public void late() {
                        then.late();
                    }
                };
        new Waiting(slot, position, key, 1, heard).look();
    }

    /**
     * What rests there, if it is in memory that is locked and all is well; what else there is to
     * know finds out who reads it from the disk. Nothing is made for it but the entry.
     */
    private @Nullable Entry pinnedOrNull(int slot, long position, Bytes key) {
        long where;
        long clock;
        Stamp stamp;
        synchronized (index.lock(slot)) {
            byte[] rows = index.rowsOrNull(slot);
            int row = rows == null ? -1 : findUsed(rows, position);
            if (rows == null || row < 0) {
                return null;
            }
            where = SlotTable.where(rows, row);
            clock = SlotTable.clock(rows, row);
            stamp = index.stamp(rows, row);
        }
        Entry entry = reader.pinnedOrNull(where, key, clock, stamp);
        return entry == null || isOver(entry.expiresAtMillis()) ? null : entry;
    }

    /** The row of what is in the log, which counts as read now; −1 where there is none. */
    private static int findUsed(byte[] rows, long position) {
        int row = SlotTable.find(rows, position);
        if (row < 0) {
            return -1;
        }
        int marks = SlotTable.marks(rows, row);
        if ((marks & (Marks.VOID | Marks.STAGED)) != 0) {
            return -1;
        }
        if ((marks & Marks.USED) == 0) {
            SlotTable.setMarks(rows, row, marks | Marks.USED);
        }
        return row;
    }

    /** Most never expire, and to ask for the time costs something. */
    private boolean isOver(long expiresAtMillis) {
        return expiresAtMillis != Entry.NEVER && expiresAtMillis <= wallMillis.getAsLong();
    }

    /** As {@link dev.gossamer.node.store.LowerTier#lend}. */
    boolean lend(int slot, Bytes key, Validity validity, ValueSink sink) {
        // Rows that are left of a log that was given up are not told of what is written since.
        if (!pinner.isOn() || !shelf.isOpen()) {
            return false;
        }
        long position = MemoryTier.positionOf(key);
        long where;
        long clock;
        Stamp stamp;
        synchronized (index.lock(slot)) {
            byte[] rows = index.rowsOrNull(slot);
            int row = rows == null ? -1 : findUsed(rows, position);
            if (rows == null || row < 0) {
                return false;
            }
            where = SlotTable.where(rows, row);
            clock = SlotTable.clock(rows, row);
            stamp = index.stamp(rows, row);
        }
        if (!validity.isValid(key, clock)) {
            return false;
        }
        long expiresAtMillis = reader.lend(where, key, clock, stamp, sink);
        if (expiresAtMillis == DiskReader.NOT_LENT) {
            return false;
        }
        if (isOver(expiresAtMillis)) {
            sink.takeBack();
            return false;
        }
        counts.pinned();
        return true;
    }

    /** As {@link dev.gossamer.node.store.LowerTier#read(int, Bytes)}. */
    @Nullable Entry read(int slot, Bytes key) {
        Reading reading = new Reading();
        new Waiting(slot, MemoryTier.positionOf(key), key, PATIENCE, reading).look();
        RestedItem item = reading.orNull();
        return item == null ? null : item.entry();
    }

    /** As {@link dev.gossamer.node.store.LowerTier#read(int, List, boolean)}. */
    List<RestedItem> read(int slot, List<Rested> rested) {
        List<Reading> readings = new ArrayList<>(rested.size());
        for (Rested each : rested) {
            Reading reading = new Reading();
            readings.add(reading);
            new Waiting(slot, each.position(), null, PATIENCE, reading).look();
        }
        List<RestedItem> items = new ArrayList<>(rested.size());
        for (Reading reading : readings) {
            RestedItem item = reading.orNull();
            if (item != null) {
                items.add(item);
            }
        }
        return items;
    }

    /** Somebody who may wait. */
    private static final class Reading implements Heard {
        private final CompletableFuture<Optional<RestedItem>> read = new CompletableFuture<>();

        @Override
        public void found(@Nullable RestedItem item) {
            read.complete(Optional.ofNullable(item));
        }

        @Override
        public void late() {
            read.completeExceptionally(
                    new GossamerException(ErrorCode.BUSY, "the SSD does not answer in time"));
        }

        @Nullable RestedItem orNull() {
            try {
                return read.join().orElse(null);
            } catch (CompletionException e) {
                if (e.getCause() instanceof GossamerException late) {
                    throw late;
                }
                throw e;
            }
        }
    }

    /** Tries again what was delayed, and gives up what takes too long; to be called often. */
    void tick(long timeoutNanos) {
        awakeClock.look();
        long now = awakeClock.getAsLong();
        for (int left = delayed.size(); left > 0; left--) {
            Waiting again = delayed.poll();
            if (again != null) {
                again.look();
            }
        }
        boolean loaderHangs = loaderWatch.longestNanos() >= timeoutNanos;
        for (Waiting each : waiting) {
            if (each.awaitsIndex && each.isKnownByNow()) {
                each.lookAgain();
                continue;
            }
            if (now - each.sinceNanos < timeoutNanos * (each.awaitsIndex ? 1 : each.patience)) {
                continue;
            }
            // The loader may wait for the disk, too, nobody knows for how long.
            if (!each.awaitsIndex || loaderHangs) {
                each.tooLate();
            }
        }
    }

    long underWay() {
        return waiting.size();
    }
}
