package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;

/**
 * Looks now and then whether this node, where it is a backup, still holds what the primaries hold,
 * and mirrors what it does not: whatever made them differ, it does not last (read repair without
 * readers). A slot whose digests differ is looked at again a little later, and mirrored only if
 * they differ still: a write that is under way or an entry that expires makes them differ for a
 * moment.
 *
 * <p>Where it is the primary, it takes note that all it wrote so far has reached everybody, when
 * nothing is pending; the backups learn it with the answers to their questions ({@link
 * SettledClocks}).
 *
 * <p><b>Threads.</b> One lane.
 */
final class Repair {
    private static final long SECOND_LOOK_NANOS = 2_000_000_000;

    private final Keyspace keyspace;
    private final SettledClocks settled;
    private final IntPredicate isQuiet;
    private final LongAdder repaired = new LongAdder();

    /** Makes a mirror for one errand. */
    interface Mirrors {
        Mirror mirror(Errand errand, Mirror.Listener listener);
    }

    private final Mirrors mirrors;

    /**
     * @param isQuiet whether every write of a slot that this node took as the primary has been
     *     stored by all who must have it
     */
    Repair(Keyspace keyspace, SettledClocks settled, IntPredicate isQuiet, Mirrors mirrors) {
        this.keyspace = keyspace;
        this.settled = settled;
        this.isQuiet = isQuiet;
        this.mirrors = mirrors;
    }

    /** Slots in which something was repaired, since the start. */
    long repaired() {
        return repaired.sum();
    }

    /** One round, under a topology that asks nothing more of this node. */
    void round(Errand errand) {
        Holding holding = errand.holding;
        if (!holding.isSynced() || holding.topology().isProvisional()) {
            return;
        }
        note(holding);
        List<Integer> differ = new ArrayList<>();
        mirrors.mirror(errand, new Look(differ)).start(holding.backedUp());
        errand.later(SECOND_LOOK_NANOS, () -> mirrors.mirror(errand, new Mend()).start(differ));
    }

    /** Only looks. */
    private record Look(List<Integer> differ) implements Mirror.Listener {
        @Override
        public boolean differs(int slot, long bytes) {
            differ.add(slot);
            return false;
        }

        @Override
        public boolean unknown(int slot) {
            return false; // There is another round.
        }

        @Override
        public void alike(int slot, boolean changed) {}
    }

    private final class Mend implements Mirror.Listener {
        @Override
        public boolean differs(int slot, long bytes) {
            return true;
        }

        @Override
        public boolean unknown(int slot) {
            return false;
        }

        @Override
        public void alike(int slot, boolean changed) {
            if (changed) {
                repaired.increment();
            }
        }
    }

    /** What is written from now on is later than the clock; what was before is not pending. */
    private void note(Holding holding) {
        long clock = keyspace.clock();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (holding.isServing(slot) && isQuiet.test(slot)) {
                settled.raise(slot, clock);
            }
        }
    }
}
