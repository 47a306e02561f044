package dev.gossamer.node.store.disk;

import java.util.HashMap;
import java.util.Map;

/**
 * Brings many rows into the index, slot by slot: those of one slot in the order of their positions,
 * and only where the slot has none of the place. That costs one look through the slot and one copy
 * of it, instead of one of each for every row.
 *
 * <p><b>Threads.</b> One. From {@link #begin} to {@link #end} it holds the slot's lock.
 */
final class SlotFill implements AutoCloseable {
    private final DiskIndex index;
    private final SlotTable added = new SlotTable();

    /** Numbers of row kinds that are in use by this. */
    private final Map<Stamps.Stamp, Integer> held = new HashMap<>();

    /** The kind that was asked for last, which is mostly the next one, too. */
    private long lastEpoch;

    private long lastMember;
    private int lastCache;
    private int lastNumber = -1;

    private int slot;
    private int row;

    SlotFill(DiskIndex index) {
        this.index = index;
    }

    void begin(int ofSlot) {
        slot = ofSlot;
        row = 0;
        added.clear();
    }

    /**
     * Whether the slot has no row of the place.
     *
     * @param position greater than all before
     */
    boolean isFree(long position) {
        SlotTable table = index.tableOrNull(slot);
        int size = table == null ? 0 : table.size();
        while (row < size && index.table(slot).position(row) < position) {
            row++;
        }
        return row == size || index.table(slot).position(row) != position;
    }

    /**
     * @param position one that {@link #isFree}
     * @return false when a row of that version cannot be kept
     */
    boolean add(
            long position, long epoch, long clock, long member, int cache, long where, int marks) {
        int number = number(epoch, member, cache);
        if (number >= 0) {
            added.append(position, clock, (char) number, where, marks);
        }
        return number >= 0;
    }

    /** The place is void for everything that is older. */
    void addVoid(long position) {
        add(position, 0, 0, 0, 0, 0, Marks.VOID);
    }

    void end() {
        index.addAll(slot, added);
    }

    private int number(long epoch, long member, int cache) {
        if (lastNumber < 0 || epoch != lastEpoch || member != lastMember || cache != lastCache) {
            lastEpoch = epoch;
            lastMember = member;
            lastCache = cache;
            lastNumber =
                    held.computeIfAbsent(
                            new Stamps.Stamp(epoch, member, cache),
                            kind -> index.held(kind.epoch(), kind.member(), kind.cache()));
        }
        return lastNumber;
    }

    /** Lets go of the numbers; rows have them by now. */
    @Override
    public void close() {
        held.values().stream().filter(number -> number >= 0).forEach(index::released);
        held.clear();
        lastNumber = -1;
    }
}
