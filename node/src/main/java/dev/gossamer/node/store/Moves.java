package dev.gossamer.node.store;

import dev.gossamer.protocol.Slot;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Changes that concern both tiers of a slot: an entry that goes from one to the other, or one that
 * replaces what rests below. While such a change is under way its key may be in both tiers, or in
 * neither; and who looks at one tier after the other may find it in neither, too, if it moved in
 * between. That would be taken for its absence: by members that copy, which drop what is not there,
 * and by writes, which compare versions with what is there. So whoever looks at both tiers does it
 * in a moment in which nothing is under way, and looks again if something has begun meanwhile, as
 * with a sequence lock (Hemminger, "fast reader/writer lock for gettimeofday", 2002), but with
 * several writers at once.
 *
 * <p><b>Threads.</b> Any. Who changes never waits here. Who looks waits for changes under way,
 * which wait for nothing but short locks; so nobody may look while they hold what a change needs:
 * the computation of a key of the memory tier, or a lock of the tier below.
 *
 * <p><b>Cost.</b> 128 KiB; looking, two volatile reads before and one after.
 */
final class Moves {
    private final AtomicIntegerArray begun = new AtomicIntegerArray(Slot.COUNT);
    private final AtomicIntegerArray ended = new AtomicIntegerArray(Slot.COUNT);

    /** Without a tier below nothing moves, and nobody need count it or wait for it. */
    private volatile boolean layered;

    /** There is a tier below, from now on; said before anything is kept. */
    void layered() {
        layered = true;
    }

    /** To be followed by {@link #end}. */
    void begin(int slot) {
        if (layered) {
            begun.incrementAndGet(slot);
        }
    }

    void end(int slot) {
        if (layered) {
            ended.incrementAndGet(slot);
        }
    }

    /** A moment in which nothing of the slot was under way. */
    int quiet(int slot) {
        while (true) {
            int over = ended.get(slot);
            if (begun.get(slot) == over) {
                return over;
            }
            Thread.yield();
        }
    }

    /** Whether nothing of the slot has begun since. */
    boolean isQuietSince(int slot, int moment) {
        return begun.get(slot) == moment;
    }
}
