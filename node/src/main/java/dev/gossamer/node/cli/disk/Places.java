package dev.gossamer.node.cli.disk;

import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import dev.gossamer.protocol.Slot;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Which places were seen in a log that is replayed from its end: the first record that is seen for
 * a place is the one that counts. Eight bytes a place and as much to spare; for one thread.
 */
final class Places {
    private static final long FREE = -1;
    private static final int CAPACITY_INITIAL = 1 << 12;

    private final BitSet erasedSlots = new BitSet(Slot.COUNT);
    private long[] table = new long[CAPACITY_INITIAL];
    private int size;

    Places() {
        Arrays.fill(table, FREE);
    }

    /** Whether this fact says what its place holds, because nothing later does. */
    boolean decides(SegmentIndex index, int fact) {
        int slot = index.slot(fact);
        if (erasedSlots.get(slot)) {
            return false;
        }
        if (index.kind(fact) == RecordKind.ERASE_SLOT) {
            erasedSlots.set(slot);
            return true;
        }
        return add((long) slot << 32 | Integer.toUnsignedLong(index.position(fact)));
    }

    private boolean add(long place) {
        if (size * 2 >= table.length) {
            grow();
        }
        int at = spot(table, place);
        if (table[at] == place) {
            return false;
        }
        table[at] = place;
        size++;
        return true;
    }

    /** Positions are parts of hashes already. */
    private static int spot(long[] table, long place) {
        int mask = table.length - 1;
        int at = (int) (place ^ place >>> 32) & mask;
        while (table[at] != FREE && table[at] != place) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(2, table.length)];
        Arrays.fill(larger, FREE);
        for (long place : table) {
            if (place != FREE) {
                larger[spot(larger, place)] = place;
            }
        }
        table = larger;
    }
}
