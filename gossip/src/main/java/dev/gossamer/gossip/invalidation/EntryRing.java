package dev.gossamer.gossip.invalidation;

import org.jspecify.annotations.Nullable;

/**
 * Invalidations by sequence, in one array of longs that grows by doubling up to its bound; then a
 * later one takes the place of the one {@code capacity} before it. Not thread-safe.
 *
 * <p>Invariant: an entry's place is its sequence modulo the capacity, and it carries its sequence,
 * so that whether one is here is a single look. Sequence 0 marks an empty place.
 */
final class EntryRing {
    static final int ENTRY_BYTES = 48;
    private static final int STRIDE = 6;
    private static final int CAPACITY_MIN = 16;

    private int capacityMax;
    private int capacity;
    private long[] cells = {};

    EntryRing(int capacityMax) {
        this.capacityMax = Math.max(CAPACITY_MIN, capacityMax);
    }

    /** How many entries fit into {@code bytes}, as far as an array goes. */
    static int capacityOf(long bytes) {
        return (int) Math.min(bytes / ENTRY_BYTES, Integer.MAX_VALUE / 2 / STRIDE);
    }

    int capacityMax() {
        return capacityMax;
    }

    long bytes() {
        return 8L * cells.length;
    }

    /** From now on at most so many; the earlier ones go first. */
    void limit(int newCapacityMax) {
        capacityMax = Math.max(CAPACITY_MIN, newCapacityMax);
        if (capacity > capacityMax) {
            resize(capacityMax);
        }
    }

    boolean has(long sequence) {
        return capacity > 0 && cells[at(sequence)] == sequence;
    }

    private int at(long sequence) {
        return (int) (sequence % capacity) * STRIDE;
    }

    /** Puts it in, unless a later one has its place. */
    void put(long sequence, long head, long hash, long epoch, long clock, long member) {
        makeRoom(sequence);
        int at = at(sequence);
        if (cells[at] > sequence) {
            return;
        }
        cells[at] = sequence;
        cells[at + 1] = head;
        cells[at + 2] = hash;
        cells[at + 3] = epoch;
        cells[at + 4] = clock;
        cells[at + 5] = member;
    }

    private void makeRoom(long sequence) {
        if (capacity == 0) {
            resize(CAPACITY_MIN);
        }
        while (capacity < capacityMax
                && cells[at(sequence)] != 0
                && cells[at(sequence)] != sequence) {
            resize((int) Math.min(2L * capacity, capacityMax));
        }
    }

    private void resize(int newCapacity) {
        long[] before = cells;
        capacity = newCapacity;
        cells = new long[newCapacity * STRIDE];
        for (int from = 0; from < before.length; from += STRIDE) {
            long sequence = before[from];
            if (sequence > 0 && cells[at(sequence)] < sequence) {
                System.arraycopy(before, from, cells, at(sequence), STRIDE);
            }
        }
    }

    void clear() {
        capacity = 0;
        cells = new long[0];
    }

    /**
     * Those from {@code first} on that are here without a gap, at most {@code countMax}.
     *
     * @return null when not even the first is here
     */
    @Nullable Invalidations runOrNull(long first, long last, int countMax) {
        int count = 0;
        while (count < countMax && first + count <= last && has(first + count)) {
            count++;
        }
        if (count == 0) {
            return null;
        }
        long[] fields = new long[count * Invalidations.FIELDS];
        for (int i = 0; i < count; i++) {
            System.arraycopy(
                    cells,
                    at(first + i) + 1,
                    fields,
                    i * Invalidations.FIELDS,
                    Invalidations.FIELDS);
        }
        return new Invalidations(first, fields);
    }

    /** The first in [from, to] that is here; {@code to + 1} when none is. */
    long nextHeld(long from, long to) {
        for (long sequence = Math.max(from, to - capacityMax); sequence <= to; sequence++) {
            if (has(sequence)) {
                return sequence;
            }
        }
        return to + 1;
    }

    /** Whether the entry at {@code sequence}, which is here, concerns this key or tag. */
    boolean concerns(long sequence, Kind kind, int slot, long hash) {
        long head = cells[at(sequence) + 1];
        if (kind == Kind.KEY && head == Invalidations.head(Kind.SLOT, slot)) {
            return true;
        }
        return head == Invalidations.head(kind, slot) && cells[at(sequence) + 2] == hash;
    }
}
