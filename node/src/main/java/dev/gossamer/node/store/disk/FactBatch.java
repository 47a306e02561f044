package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What some segments say, sorted by slot: of each place the newest fact only, in the order of the
 * positions.
 *
 * <p><b>Threads.</b> One. <b>Cost.</b> 12 bytes a fact, beside what the facts take themselves.
 */
final class FactBatch {
    private static final long FACT_MASK = (1L << Integer.SIZE) - 1;

    /** Newest first. */
    private final List<Segment> segments = new ArrayList<>();

    private final List<SegmentIndex> indexes = new ArrayList<>();

    /** By segment the number of its newest fact; facts are numbered from the newest of all on. */
    private final List<Integer> begins = new ArrayList<>();

    private int count;

    /** By slot where its facts begin, and one more for where the last one's end. */
    private final int[] starts = new int[Slot.COUNT + 1];

    /** Position, and below it the fact's number. */
    private long[] sorted = {};

    /** Takes a fact. */
    interface Visitor {
        void fact(Segment segment, SegmentIndex facts, int fact, long position);
    }

    /** How many facts there are. */
    int count() {
        return count;
    }

    /** Adds a segment that is older than those before. */
    void add(Segment segment, SegmentIndex facts) {
        segments.add(segment);
        indexes.add(facts);
        begins.add(count);
        count = Math.addExact(count, facts.count());
    }

    /**
     * Sorts; to be called once all are there.
     *
     * @param erased slots of which everything that is older is void; those that are met are added
     */
    void sort(BitSet erased) {
        int[] slots = slots(erased);
        for (int slot : slots) {
            if (slot >= 0) {
                starts[slot + 1]++;
            }
        }
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            starts[slot + 1] += starts[slot];
        }
        spread(slots);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            Arrays.sort(sorted, starts[slot], starts[slot + 1]);
        }
    }

    /** By fact its slot, or less than 0 for what does not count. */
    private int[] slots(BitSet erased) {
        int[] slots = new int[count];
        int number = 0;
        for (SegmentIndex facts : indexes) {
            for (int fact = facts.count() - 1; fact >= 0; fact--) {
                int slot = facts.slot(fact);
                if (facts.kind(fact) == RecordKind.ERASE_SLOT) {
                    erased.set(slot);
                }
                slots[number++] = erased.get(slot) ? -1 : slot;
            }
        }
        return slots;
    }

    private void spread(int[] slots) {
        int[] next = starts.clone();
        sorted = new long[starts[Slot.COUNT]];
        int number = 0;
        for (SegmentIndex facts : indexes) {
            for (int fact = facts.count() - 1; fact >= 0; fact--, number++) {
                int slot = slots[number];
                if (slot >= 0) {
                    sorted[next[slot]++] = sortable(facts.position(fact), number);
                }
            }
        }
    }

    /** In the order of unsigned positions, and of a position the newest first. */
    private static long sortable(int position, int number) {
        return ((long) position << Integer.SIZE | number) ^ Long.MIN_VALUE;
    }

    boolean isEmpty(int slot) {
        return starts[slot] == starts[slot + 1];
    }

    /** Tells the newest fact of each place of the slot. */
    void each(int slot, Visitor visitor) {
        long before = -1;
        for (int at = starts[slot]; at < starts[slot + 1]; at++) {
            long item = sorted[at] ^ Long.MIN_VALUE;
            long position = item >>> Integer.SIZE;
            if (position != before) {
                before = position;
                tell((int) (item & FACT_MASK), position, visitor);
            }
        }
    }

    private void tell(int number, long position, Visitor visitor) {
        int segment = segments.size() - 1;
        while (begins.get(segment) > number) {
            segment--;
        }
        SegmentIndex facts = indexes.get(segment);
        int fact = facts.count() - 1 - (number - begins.get(segment));
        visitor.fact(segments.get(segment), facts, fact, position);
    }
}
