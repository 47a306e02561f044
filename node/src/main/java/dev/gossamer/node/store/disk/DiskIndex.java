package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.EntryMix;
import dev.gossamer.node.store.LowerAccounts;
import dev.gossamer.node.store.disk.Stamps.Stamp;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What rests on the SSD: for each place, that is, for each slot and position, at most one row.
 *
 * <p>Keys are not kept: of two keys at one place, the later written ousts the other, which counts
 * as an eviction. A slot has as many places as there are 32-bit numbers, so with 300 keys in each
 * slot it happens to one key in fourteen million. The key on disk decides what a read finds.
 *
 * <p>Rows that are not {@link Marks#SHADOWED} count here: for the number of entries, the digests,
 * and, when they leave, for what the slot has let go of.
 *
 * <p><b>Threads.</b> Whoever touches rows of a slot holds {@link #lock} of it. The locks come after
 * those of the memory tier's map and before that of {@link Staging} and {@link Stamps}.
 *
 * <p><b>Cost.</b> At most 24 bytes a row and a few tens a slot; a look-up is a binary search of the
 * slot's rows.
 */
final class DiskIndex {
    private static final int LOCKS = 1024;

    private final Object[] locks = new Object[LOCKS];
    private final @Nullable SlotTable[] tables = new @Nullable SlotTable[Slot.COUNT];

    /** What each of them keeps. */
    private final byte[] @Nullable [] rowsOfSlots = new byte[Slot.COUNT] @Nullable [];

    private final Stamps stamps = new Stamps();
    private final DiskCaches caches;
    private final LowerAccounts accounts;
    private final Pointed pointed;

    /** By slot the rows that count here. */
    private final AtomicIntegerArray counted = new AtomicIntegerArray(Slot.COUNT);

    private final LongAdder rows = new LongAdder();
    private final LongAdder heapBytes = new LongAdder();

    /** By cache the bytes of its records that rows point to. */
    private final AtomicLongArray cacheBytes;

    /** Hears which bytes of the frames are live. Called under a slot's lock. */
    interface Pointed {
        /** A row begins to point at that many bytes there, or, where negative, ceases to. */
        void pointed(long address, long bytes);
    }

    DiskIndex(DiskCaches caches, LowerAccounts accounts, Pointed pointed) {
        this.caches = caches;
        this.accounts = accounts;
        this.pointed = pointed;
        this.cacheBytes = new AtomicLongArray(caches.all().size());
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    Object lock(int slot) {
        return locks[slot & (LOCKS - 1)];
    }

    /** Returns once everybody who holds a lock now has let go of it. */
    void awaitHolders() {
        for (Object lock : locks) {
            synchronized (lock) {
                // held for a moment only
            }
        }
    }

    /** The slot's rows, or null while it has none. */
    @Nullable SlotTable tableOrNull(int slot) {
        return tables[slot];
    }

    /** As {@link SlotTable#rows}, or null while the slot has none. */
    byte @Nullable [] rowsOrNull(int slot) {
        return rowsOfSlots[slot];
    }

    /** To be called after each change of which rows there are. */
    private void changed(int slot, SlotTable table) {
        if (table.size() == 0) {
            heapBytes.add(-table.bytes());
            tables[slot] = null;
            rowsOfSlots[slot] = null;
        } else {
            tables[slot] = table;
            rowsOfSlots[slot] = table.rows();
        }
    }

    /** The row of a place, or less than 0. */
    int find(int slot, long position) {
        SlotTable table = tables[slot];
        return table == null ? -1 : table.find(position);
    }

    /** The slot's rows, of which there is one. */
    SlotTable table(int slot) {
        SlotTable table = tables[slot];
        if (table == null) {
            throw new IllegalStateException("slot " + slot + " has no rows");
        }
        return table;
    }

    Version version(int slot, int row) {
        return version(table(slot).rows(), row);
    }

    /** The same for one of {@link #rowsOrNull}. */
    Version version(byte[] rows, int row) {
        Stamp stamp = stamps.of(SlotTable.stamp(rows, row));
        return new Version(stamp.epoch(), SlotTable.clock(rows, row), new MemberId(stamp.member()));
    }

    /** What the version and cache are of one of {@link #rowsOrNull}, but for the clock. */
    Stamp stamp(byte[] rows, int row) {
        return stamps.of(SlotTable.stamp(rows, row));
    }

    /** The cache of a row, by its number. */
    int cache(int slot, int row) {
        return stamps.of(table(slot).stamp(row)).cache();
    }

    boolean hasVersion(int slot, int row, Version version) {
        SlotTable table = table(slot);
        Stamp stamp = stamps.of(table.stamp(row));
        return table.clock(row) == version.clock()
                && stamp.epoch() == version.epoch()
                && stamp.member() == version.member().value();
    }

    /**
     * Makes or replaces the row of a place.
     *
     * @param where see {@link Where}; with {@link Marks#STAGED} it says nothing
     * @return false when the version cannot be kept, and the place has no row now
     */
    boolean put(int slot, long position, Version version, int cache, long where, int marks) {
        SlotTable table = tables[slot];
        if (table == null) {
            table = new SlotTable();
        }
        int found = table.find(position);
        if (found >= 0) {
            leave(slot, table, found);
        }
        int stamp = stamps.take(version.epoch(), version.member().value(), cache);
        if (stamp < 0) {
            if (found >= 0) {
                cut(slot, table, found);
            }
            return false;
        }
        int row = found >= 0 ? found : insert(slot, table, found, position);
        table.setVersion(row, version.clock(), (char) stamp);
        table.setWhere(row, where);
        table.setMarks(row, marks);
        enter(slot, table, row);
        return true;
    }

    /**
     * A number for rows of that kind, which counts as one row itself until it is {@link #released}.
     *
     * @return −1 when there is none left
     */
    int held(long epoch, long member, int cache) {
        return stamps.take(epoch, member, cache);
    }

    void released(int stamp) {
        stamps.give((char) stamp);
    }

    /**
     * Adds rows of places that have none; their stamps are {@link #held}. For many at a time: each
     * row of the slot is moved once.
     */
    void addAll(int slot, SlotTable added) {
        if (added.size() == 0) {
            return;
        }
        SlotTable table = tables[slot];
        if (table == null) {
            table = new SlotTable();
        }
        int before = table.bytes();
        table.merge(added);
        changed(slot, table);
        rows.add(added.size());
        heapBytes.add(table.bytes() - before);
        new Entering(slot).enter(added);
    }

    /** Counts rows that come together: neighbours mostly share their stamp. */
    private final class Entering {
        private final int slot;
        private int counting;
        private int copies = 1;
        private long mix;

        Entering(int slot) {
            this.slot = slot;
        }

        void enter(SlotTable added) {
            int run = 0;
            for (int row = 0; row < added.size(); row++) {
                char number = added.stamp(row);
                enter(added, row, stamps.of(number));
                run++;
                if (row + 1 == added.size() || added.stamp(row + 1) != number) {
                    stamps.takeMore(number, run);
                    run = 0;
                }
            }
            counted.addAndGet(slot, counting);
            accounts.mixed(slot, copies, mix);
        }

        private void enter(SlotTable added, int row, Stamp stamp) {
            point(added, row, 1);
            if ((added.marks(row) & (Marks.SHADOWED | Marks.VOID)) != 0) {
                return;
            }
            counting++;
            int wanted = caches.all().get(stamp.cache()).copies();
            if (wanted != copies) {
                accounts.mixed(slot, copies, mix);
                copies = wanted;
                mix = 0;
            }
            mix ^=
                    EntryMix.of(
                            slot,
                            added.position(row),
                            stamp.epoch(),
                            added.clock(row),
                            stamp.member());
        }
    }

    /** Removes the places of a slot where nothing stands. */
    void removeVoid(int slot) {
        SlotTable table = tables[slot];
        if (table == null) {
            return;
        }
        int size = table.size();
        int bytes = table.bytes();
        for (int row = 0; row < size; row++) {
            if ((table.marks(row) & Marks.VOID) != 0) {
                stamps.give(table.stamp(row));
            }
        }
        table.removeMarked(Marks.VOID);
        rows.add(table.size() - size);
        heapBytes.add(table.bytes() - bytes);
        changed(slot, table);
    }

    private int insert(int slot, SlotTable table, int missing, long position) {
        int before = table.bytes();
        int row = table.insert(missing, position);
        changed(slot, table);
        rows.increment();
        heapBytes.add(table.bytes() - before);
        return row;
    }

    /**
     * Removes the row.
     *
     * @param gone whether the version leaves without a successor
     */
    void remove(int slot, int row, boolean gone) {
        SlotTable table = table(slot);
        if (gone && (table.marks(row) & (Marks.SHADOWED | Marks.VOID)) == 0) {
            accounts.letGo(slot, table.clock(row));
        }
        leave(slot, table, row);
        cut(slot, table, row);
    }

    /**
     * What the row stands for cannot be had any more. To be said before the row is removed; the
     * caller holds the slot's lock.
     */
    void lost(int slot, int row) {
        if ((table(slot).marks(row) & (Marks.SHADOWED | Marks.VOID)) == 0) {
            accounts.lost(slot);
        }
    }

    private void cut(int slot, SlotTable table, int row) {
        int before = table.bytes();
        table.remove(row);
        rows.decrement();
        heapBytes.add(table.bytes() - before);
        changed(slot, table);
    }

    /** The row's entry counts in memory from now on, or here. */
    void shadow(int slot, int row, boolean shadowed) {
        SlotTable table = table(slot);
        int marks = table.marks(row);
        if (((marks & Marks.SHADOWED) != 0) != shadowed) {
            count(slot, table, row, shadowed ? -1 : 1);
            table.setMarks(row, marks ^ Marks.SHADOWED);
        }
    }

    /** The row's record is in a segment now, or in another place there. */
    void move(int slot, int row, long where) {
        SlotTable table = table(slot);
        point(table, row, -1);
        table.setWhere(row, where);
        table.setMarks(row, table.marks(row) & ~Marks.STAGED);
        point(table, row, 1);
    }

    private void enter(int slot, SlotTable table, int row) {
        point(table, row, 1);
        if ((table.marks(row) & (Marks.SHADOWED | Marks.VOID)) == 0) {
            count(slot, table, row, 1);
        }
    }

    private void leave(int slot, SlotTable table, int row) {
        point(table, row, -1);
        if ((table.marks(row) & (Marks.SHADOWED | Marks.VOID)) == 0) {
            count(slot, table, row, -1);
        }
        stamps.give(table.stamp(row));
    }

    private void count(int slot, SlotTable table, int row, int delta) {
        counted.addAndGet(slot, delta);
        Stamp stamp = stamps.of(table.stamp(row));
        int copies = caches.all().get(stamp.cache()).copies();
        Version version =
                new Version(stamp.epoch(), table.clock(row), new MemberId(stamp.member()));
        accounts.mixed(slot, copies, table.position(row), version);
    }

    private void point(SlotTable table, int row, int sign) {
        if ((table.marks(row) & (Marks.STAGED | Marks.VOID)) == 0) {
            long where = table.where(row);
            long bytes = sign * Where.length(where);
            pointed.pointed(Where.address(where), bytes);
            cacheBytes.addAndGet(stamps.of(table.stamp(row)).cache(), bytes);
        }
    }

    /** Nothing of all this can be had any more. */
    void loseAll() {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            synchronized (lock(slot)) {
                if (counted.get(slot) > 0) {
                    accounts.lost(slot);
                }
                while (tables[slot] != null) {
                    remove(slot, table(slot).size() - 1, true);
                }
            }
        }
    }

    /** Rows of the slot that count here: what rests here and not in memory. */
    int counted(int slot) {
        return counted.get(slot);
    }

    long counted() {
        long sum = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            sum += counted.get(slot);
        }
        return sum;
    }

    long rows() {
        return rows.sum();
    }

    long heapBytes() {
        return heapBytes.sum();
    }

    long cacheBytes(int cache) {
        return cacheBytes.get(cache);
    }
}
