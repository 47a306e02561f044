package dev.gossamer.node.mesh.coherence;

import dev.gossamer.node.mesh.link.NearEvent;
import dev.gossamer.node.mesh.link.NearEvent.What;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The last {@value #EVENTS} events that concern near copies on this node, for whoever wants to know
 * how an old one could stand here.
 *
 * <p><b>Threads.</b> Any; each holds the lock for a few stores. <b>Cost.</b> 45 bytes an event,
 * {@value #EVENTS} of them from the start on.
 */
final class NearTrail {
    static final int EVENTS = 1 << 14;

    /** Stands for every slot. */
    static final int MANY = Slot.COUNT;

    /** The most that is told of one key. */
    static final int TOLD_MAX = 64;

    private final LongSupplier nanoClock;
    private final long[] atNanos = new long[EVENTS];
    private final What[] whats = new What[EVENTS];
    private final int[] slots = new int[EVENTS];
    private final long[] hashes = new long[EVENTS];
    private final long[] origins = new long[EVENTS];
    private final long[] sequences = new long[EVENTS];
    private final long[] clocks = new long[EVENTS];

    /** How many there have been. */
    private long count;

    /**
     * @param nanoClock monotonic
     */
    NearTrail(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Of one key. */
    void add(What what, int slot, long hash, long origin, long sequence, long clock) {
        long now = nanoClock.getAsLong();
        synchronized (this) {
            int at = (int) (count++ & (EVENTS - 1));
            atNanos[at] = now;
            whats[at] = what;
            slots[at] = slot;
            hashes[at] = hash;
            origins[at] = origin;
            sequences[at] = sequence;
            clocks[at] = clock;
        }
    }

    /** Of so many slots. */
    void addMany(What what, long origin, int slotCount) {
        add(what, MANY, 0, origin, slotCount, 0);
    }

    /** What concerned the key of this hash in this slot, the oldest first; the last ones. */
    synchronized List<NearEvent> of(int slot, long hash) {
        long now = nanoClock.getAsLong();
        List<NearEvent> found = new ArrayList<>();
        long first = Math.max(0, count - EVENTS);
        for (long i = count - 1; i >= first && found.size() < TOLD_MAX; i--) {
            int at = (int) (i & (EVENTS - 1));
            if (concerns(at, slot, hash)) {
                found.add(
                        new NearEvent(
                                Math.max(0, now - atNanos[at]),
                                whats[at],
                                new MemberId(origins[at]),
                                sequences[at],
                                clocks[at]));
            }
        }
        Collections.reverse(found);
        return found;
    }

    private boolean concerns(int at, int slot, long hash) {
        return switch (whats[at]) {
            case OVERRUN, OWNERS_CHANGED -> true;
            case SLOT_VOIDED -> slots[at] == slot;
            case KEPT, OVERTAKEN, MISSED, WRITTEN, VOIDED, HEARD, UNHEEDED -> hashes[at] == hash;
        };
    }
}
