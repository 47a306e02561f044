package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.Slot;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/** Some of the {@value Slot#COUNT} slots: an immutable bitmap of 2 KiB. */
public final class SlotSet {
    /** Every slot. */
    public static final SlotSet ALL = of(_ -> true);

    private final BitSet slots;

    private SlotSet(BitSet slots) {
        this.slots = slots;
    }

    /** The slots whose index {@code isIn} accepts. */
    public static SlotSet of(IntPredicate isIn) {
        BitSet slots = new BitSet(Slot.COUNT);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            slots.set(slot, isIn.test(slot));
        }
        return new SlotSet(slots);
    }

    /** The slots with these indexes, each in [0, {@value Slot#COUNT}). */
    static SlotSet of(char[] indexes) {
        BitSet slots = new BitSet(Slot.COUNT);
        for (char index : indexes) {
            slots.set(index);
        }
        return new SlotSet(slots);
    }

    public boolean contains(int slot) {
        return slots.get(slot);
    }

    /** How many slots are in it. */
    public int size() {
        return slots.cardinality();
    }

    /** Calls {@code action} with the index of each, ascending. */
    public void forEach(IntConsumer action) {
        slots.stream().forEach(action);
    }

    /** The indexes, ascending. */
    char[] indexes() {
        char[] indexes = new char[size()];
        int next = 0;
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            indexes[next++] = (char) slot;
        }
        return indexes;
    }

    /** {@value Slot#COUNT} bits, slot 0 the lowest of the first byte. */
    byte[] bits() {
        return Arrays.copyOf(slots.toByteArray(), Slot.COUNT / 8);
    }

    /** What {@link #bits} gave. */
    static SlotSet ofBits(byte[] bits) {
        return new SlotSet(BitSet.valueOf(bits));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotSet set && set.slots.equals(slots);
    }

    @Override
    public int hashCode() {
        return slots.hashCode();
    }

    @Override
    public String toString() {
        return size() == Slot.COUNT ? "all slots" : "slots " + slots;
    }
}
