package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier.Rested;
import dev.gossamer.node.store.LowerTier.RestedPage;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What memory tells the SSD's tier, and what becomes of it: which entries are admitted, what is
 * staged for the log, and how the index changes. Nothing here touches the disk.
 *
 * <p>Whatever changes under a key makes what rests here of its place void, and if the log may have
 * a record of the place, then the log is told: by the value or the tombstone that follows, or by an
 * erasure where nothing follows. So the last record of a place is always the truth about it.
 *
 * <p><b>Threads.</b> Any, event loops too: a look-up and a few words under a short lock.
 */
final class Shelf {
    private static final int ERASURE_BYTES = 200;

    /** Beyond every position: where the erasure of a whole slot is staged. */
    private static final long SLOT_PLACE = 1L << Integer.SIZE;

    private final DiskIndex index;
    private final Staging staging;
    private final Intents intents;
    private final DiskCaches caches;
    private final Weakest weakest;
    private final LongSupplier wallMillis;
    private final Breaker breaker;
    private final long entryBytesMax;
    private final long indexBytesMax;
    private final ShelfCounts counts = new ShelfCounts();

    /** Whether the log takes changes. Read under the slot's lock by whoever changes rows. */
    private volatile boolean open;

    /** By slot 1 where everything that recovery may still find was dropped. */
    private final AtomicIntegerArray emptied = new AtomicIntegerArray(Slot.COUNT);

    /** Whether places may have records that the index does not know yet. */
    private volatile boolean loading;

    /** Whether the log may have records that the index has let go of. */
    private volatile boolean reclaiming;

    Shelf(
            DiskIndex index,
            Staging staging,
            Intents intents,
            DiskCaches caches,
            Weakest weakest,
            LongSupplier wallMillis,
            Breaker breaker,
            DiskSettings settings) {
        this.index = index;
        this.staging = staging;
        this.intents = intents;
        this.caches = caches;
        this.weakest = weakest;
        this.wallMillis = wallMillis;
        this.breaker = breaker;
        this.entryBytesMax = settings.segmentBytes() / 2;
        this.indexBytesMax = settings.indexBytesMax();
    }

    /**
     * @param isLoading whether recovery is to bring records yet
     */
    void open(boolean isLoading) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            emptied.set(slot, 0);
        }
        reclaiming = false;
        loading = isLoading;
        open = true;
    }

    /** Everything that recovery found is in the index. */
    void loaded() {
        loading = false;
    }

    boolean isOpen() {
        return open;
    }

    boolean isLoading() {
        return loading;
    }

    /**
     * Nothing is staged from now on. Waits for those who hold a slot's lock yet, which is short:
     * what they staged would otherwise outlive the log that it was meant for.
     */
    void shut() {
        open = false;
        loading = false;
        index.awaitHolders();
    }

    /**
     * While the oldest segment is given up its file has records that no row points to any more, and
     * a kill may leave it there: until it is gone, every place counts as if the log had a record.
     */
    void reclaims(boolean isReclaiming) {
        reclaiming = isReclaiming;
    }

    /** Whether recovery may bring records of the slot. The caller holds the slot's lock. */
    boolean takesFound(int slot) {
        return open && emptied.get(slot) == 0;
    }

    ShelfCounts counts() {
        return counts;
    }

    /** While it loads, the log may have records of a cache that was kept before. */
    private boolean concerns(DiskRules rules) {
        return open && (rules.isKept() || loading);
    }

    void written(int slot, Bytes key, Entry entry) {
        int cache = caches.indexOf(key);
        DiskRules rules = rules(cache);
        if (!concerns(rules)) {
            return;
        }
        long position = MemoryTier.positionOf(key);
        synchronized (index.lock(slot)) {
            if (!open) {
                return;
            }
            boolean admitted =
                    rules.policy() == DiskRules.Policy.WRITE_THROUGH
                            && admits(rules, cache, key, entry);
            if (!admitted || !stage(slot, position, key, entry, cache, Marks.SHADOWED)) {
                empty(slot, position, key, cache, false);
            }
        }
    }

    boolean takes(int slot, Bytes key, Entry entry) {
        int cache = caches.indexOf(key);
        DiskRules rules = rules(cache);
        if (!open || !rules.isKept()) {
            return false;
        }
        long position = MemoryTier.positionOf(key);
        synchronized (index.lock(slot)) {
            if (!open) {
                return false;
            }
            boolean isWorthIt = weakest.offered(Change.placeOf(slot, position));
            int row = index.find(slot, position);
            if (row >= 0 && isHere(slot, row) && index.hasVersion(slot, row, entry.version())) {
                index.shadow(slot, row, false);
                return true;
            }
            if (isWorthIt
                    && admits(rules, cache, key, entry)
                    && stage(slot, position, key, entry, cache, 0)) {
                return true;
            }
            if (!isWorthIt) {
                counts.refused();
            }
            empty(slot, position, key, cache, false);
            return false;
        }
    }

    void removed(int slot, Bytes key, Entry tombstone) {
        int cache = caches.indexOf(key);
        if (!concerns(rules(cache))) {
            return;
        }
        long position = MemoryTier.positionOf(key);
        synchronized (index.lock(slot)) {
            if (open) {
                boolean stood = clear(slot, position, cache, false);
                tell(RecordKind.TOMBSTONE, slot, position, key, tombstone, cache, stood);
            }
        }
    }

    boolean dropped(int slot, Bytes key) {
        int cache = caches.indexOf(key);
        if (!concerns(rules(cache))) {
            return false;
        }
        long position = MemoryTier.positionOf(key);
        synchronized (index.lock(slot)) {
            if (!open) {
                return false;
            }
            int row = index.find(slot, position);
            boolean rested = row >= 0 && counts(slot, row);
            empty(slot, position, key, cache, true);
            return rested;
        }
    }

    /** Its record says itself when it is over, so the log need not be told. */
    void expired(int slot, Bytes key, Entry entry) {
        if (open) {
            long position = MemoryTier.positionOf(key);
            synchronized (index.lock(slot)) {
                int row = index.find(slot, position);
                if (row >= 0 && isHere(slot, row) && index.hasVersion(slot, row, entry.version())) {
                    leave(slot, row, false);
                }
            }
        }
    }

    /**
     * The row goes. While recovery brings older records the place is void for them. The caller
     * holds the slot's lock.
     */
    void leave(int slot, int row, boolean gone) {
        long position = index.table(slot).position(row);
        int cache = index.cache(slot, row);
        index.remove(slot, row, gone);
        if (loading) {
            index.put(slot, position, Version.NONE, cache, 0, Marks.VOID);
        }
    }

    boolean raises(int slot, Bytes key, Entry entry) {
        long position = MemoryTier.positionOf(key);
        synchronized (index.lock(slot)) {
            int row = index.find(slot, position);
            if (row < 0
                    || !isHere(slot, row)
                    || !index.hasVersion(slot, row, entry.version())
                    || (index.table(slot).marks(row) & Marks.SHADOWED) != 0) {
                return false;
            }
            index.shadow(slot, row, true);
            return true;
        }
    }

    @Nullable Version versionOrNull(int slot, Bytes key) {
        long position = MemoryTier.positionOf(key);
        synchronized (index.lock(slot)) {
            int row = index.find(slot, position);
            return row < 0 || !counts(slot, row) ? null : index.version(slot, row);
        }
    }

    boolean mayHave(int slot, Bytes key) {
        if (!open) {
            return false;
        }
        long position = MemoryTier.positionOf(key);
        synchronized (index.lock(slot)) {
            int row = index.find(slot, position);
            return row < 0 ? loading : counts(slot, row);
        }
    }

    /** What rests here of the slot and not in memory, from a position on. */
    RestedPage restedFrom(int slot, long from, long to, int max, long bytesMax) {
        synchronized (index.lock(slot)) {
            SlotTable table = index.tableOrNull(slot);
            if (table == null) {
                return RestedPage.NONE;
            }
            List<Rested> found = new ArrayList<>();
            long bytes = 0;
            int row = table.find(from);
            row = row < 0 ? -1 - row : row;
            for (; row < table.size() && table.position(row) < to; row++) {
                if (counts(slot, row)) {
                    if (found.size() == max || (bytes >= bytesMax && !found.isEmpty())) {
                        return new RestedPage(found, table.position(row));
                    }
                    int copies = caches.all().get(index.cache(slot, row)).copies();
                    found.add(new Rested(table.position(row), index.version(slot, row), copies));
                    bytes += Where.length(table.where(row));
                }
            }
            return new RestedPage(found, MemoryTier.KeyPage.END);
        }
    }

    /**
     * As {@link dev.gossamer.node.store.LowerTier#drop}; of what memory has, too, just the record
     * here is dropped.
     */
    int drop(int slot, IntPredicate which, Predicate<Version> spared) {
        if (!open) {
            return 0;
        }
        synchronized (index.lock(slot)) {
            SlotTable table = index.tableOrNull(slot);
            int rows = table == null ? 0 : table.size();
            List<Integer> goes = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                if (isHere(slot, row)
                        && which.test(caches.all().get(index.cache(slot, row)).copies())
                        && !spared.test(index.version(slot, row))) {
                    goes.add(row);
                }
            }
            if (goes.isEmpty() && !loading) {
                return 0;
            }
            // Erasing many one by one could be more than there is room for.
            boolean all =
                    loading || goes.size() == rows || !staging.hasRoom(goes.size() * ERASURE_BYTES);
            if (all) {
                tell(RecordKind.ERASE_SLOT, slot, SLOT_PLACE, Bytes.EMPTY, null, 0, false);
                emptied.set(slot, loading ? 1 : 0);
            }
            return dropRows(slot, all ? allRows(rows) : goes, all);
        }
    }

    private static List<Integer> allRows(int rows) {
        return IntStream.range(0, rows).boxed().toList();
    }

    private int dropRows(int slot, List<Integer> goes, boolean all) {
        int dropped = 0;
        for (Integer row : goes.reversed()) {
            long position = index.table(slot).position(row);
            int cache = index.cache(slot, row);
            dropped += counts(slot, row) ? 1 : 0;
            leave(slot, row, true);
            if (all) {
                intents.note(Change.placeOf(slot, position), staging.lastAdded());
            } else {
                erase(slot, position, cache);
            }
        }
        return dropped;
    }

    /** Lets go of what is over; a little at a time, slot by slot. */
    void sweep(int slot, long nowMillis) {
        synchronized (index.lock(slot)) {
            SlotTable table = index.tableOrNull(slot);
            for (int row = table == null ? -1 : table.size() - 1; row >= 0; row--) {
                int marks = index.table(slot).marks(row);
                if ((marks & (Marks.VOID | Marks.SHADOWED)) == 0
                        && Marks.isOver(marks, nowMillis)) {
                    leave(slot, row, true);
                }
            }
        }
    }

    /** Whether the row's entry rests here and not in memory, and is not over. */
    private boolean counts(int slot, int row) {
        int marks = index.table(slot).marks(row);
        return (marks & (Marks.VOID | Marks.SHADOWED)) == 0
                && !Marks.isOver(marks, wallMillis.getAsLong());
    }

    private boolean isHere(int slot, int row) {
        return (index.table(slot).marks(row) & Marks.VOID) == 0;
    }

    private DiskRules rules(int cache) {
        return caches.all().get(cache).rules();
    }

    /** Whether the index has room for the row, or has it already. */
    private boolean isIndexable(int slot, long position) {
        return index.heapBytes() < indexBytesMax || index.find(slot, position) >= 0;
    }

    private boolean admits(DiskRules rules, int cache, Bytes key, Entry entry) {
        long bytes = (long) key.length() + entry.valueLength();
        long expiresAt = entry.expiresAtMillis();
        boolean fits =
                bytes <= Math.min(rules.entryBytesMax(), entryBytesMax)
                        && (expiresAt == Entry.NEVER
                                || expiresAt - wallMillis.getAsLong() >= rules.ttlMin().toMillis())
                        && (rules.bytesMax() == 0
                                || index.cacheBytes(cache) + bytes <= rules.bytesMax());
        if (!fits) {
            counts.refused();
            return false;
        }
        boolean hasPlace = isIndexable(key.slotIndex(), MemoryTier.positionOf(key));
        if (!hasPlace || !staging.hasRoom((int) Math.min(Integer.MAX_VALUE >> 1, bytes + 160))) {
            counts.dropped();
            return false;
        }
        return true;
    }

    /** Stages the value and makes the place's row. The caller holds the slot's lock. */
    private boolean stage(int slot, long position, Bytes key, Entry entry, int cache, int marks) {
        boolean stood = mayStand(index.find(slot, position));
        int noted =
                marks
                        | Marks.STAGED
                        | Marks.expiry(entry.expiresAtMillis(), wallMillis.getAsLong());
        if (!index.put(slot, position, entry.version(), cache, 0, noted)) {
            counts.dropped();
            if (stood) {
                erase(slot, position, cache);
            }
            return false;
        }
        counts.admitted(key.length() + entry.valueLength());
        tell(RecordKind.VALUE, slot, position, key, entry, cache, stood);
        return true;
    }

    /** Nothing rests here of the place any more. The caller holds the slot's lock. */
    private void empty(int slot, long position, Bytes key, int cache, boolean gone) {
        if (clear(slot, position, cache, gone)) {
            tell(RecordKind.ERASE, slot, position, key, null, cache, true);
        }
    }

    /**
     * @return whether the log may have a record of the place
     */
    private boolean clear(int slot, long position, int cache, boolean gone) {
        int row = index.find(slot, position);
        boolean stood = mayStand(row);
        if (loading) {
            // What recovery finds of the place is void from now on.
            index.put(slot, position, Version.NONE, cache, 0, Marks.VOID);
        } else if (row >= 0) {
            index.remove(slot, row, gone);
        }
        return stood;
    }

    /** Whether the log may have a record of the place whose row that is. */
    private boolean mayStand(int row) {
        return row >= 0 || loading || reclaiming;
    }

    /** What recovery found of the place cannot be believed. The caller holds the slot's lock. */
    void erase(int slot, long position, int cache) {
        tell(RecordKind.ERASE, slot, position, Bytes.EMPTY, null, cache, true);
    }

    private void tell(
            RecordKind kind,
            int slot,
            long position,
            Bytes key,
            @Nullable Entry entry,
            int cache,
            boolean stood) {
        Change change = new Change(kind, slot, position, key, entry, cache);
        // What waits already may be skipped for this one, and the log gets past its turn without
        // it.
        Change waiting = staging.findOrNull(change.place());
        change.isNoted = stood || (waiting != null && waiting.isNoted);
        long sequence = staging.add(change);
        if (sequence == 0) {
            // At once: the writer, who is to give the log up, may wait for the disk, and be killed.
            intents.giveUp();
            breaker.breaks("it is too slow for what must be erased");
        } else if (change.isNoted) {
            intents.note(change.place(), sequence);
        }
    }
}
