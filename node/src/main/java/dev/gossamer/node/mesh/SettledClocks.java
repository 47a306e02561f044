package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Slot;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Up to which time this node is known to have, or to have had and let go, everything that was
 * written in each slot. What two nodes differ in below the earlier of their times was evicted or
 * has expired on one of them: it need not be settled before a new primary serves.
 *
 * <p>It grows when a slot is taken over or mirrored, and while nothing changes by the rounds in
 * which a primary sees that all it wrote so far has been stored everywhere ({@link Repair}). Only
 * under agreed topologies: what the sides of a partition wrote is not known to the others.
 *
 * <p><b>Threads.</b> Any. <b>Cost.</b> 128 KiB.
 */
final class SettledClocks {
    private final AtomicLongArray clocks = new AtomicLongArray(Slot.COUNT);

    long of(int slot) {
        return clocks.get(slot);
    }

    void raise(int slot, long clock) {
        clocks.accumulateAndGet(slot, clock, Math::max);
    }

    /** What this node has of the slot may be of any age. */
    void forget(int slot) {
        clocks.set(slot, 0);
    }
}
