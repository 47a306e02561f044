package dev.gossamer.node.store;

import dev.gossamer.protocol.Slot;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Slots of which the tier below has lost something that nobody let go of: a record was damaged or
 * could not be read, or the disk was given up. What is missing here is then no reason for others to
 * drop what they have, until it is {@link #madeGood made good}. A loss is counted before the entry
 * is missing; so who finds something missing, and sees no loss when it looks afterwards, knows that
 * it was evicted, removed or over.
 *
 * <p><b>Threads.</b> Any; no locks. <b>Cost.</b> 64 KiB.
 */
public final class Losses {
    private final AtomicIntegerArray bySlot = new AtomicIntegerArray(Slot.COUNT);
    private final AtomicInteger slots = new AtomicInteger();

    void lost(int slot) {
        if (bySlot.getAndIncrement(slot) == 0) {
            slots.incrementAndGet();
        }
    }

    /** Losses of the slot that were not made good; 0 for none. */
    public int of(int slot) {
        return bySlot.get(slot);
    }

    /** How many slots have lost something. */
    public int slots() {
        return slots.get();
    }

    /**
     * All that could be had of the slot is here again.
     *
     * @param seen what {@link #of} said before anybody began to look; if more has been lost since,
     *     nothing is made good
     */
    public void madeGood(int slot, int seen) {
        if (seen != 0 && bySlot.compareAndSet(slot, seen, 0)) {
            slots.decrementAndGet();
        }
    }
}
