package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Epoch;
import java.util.function.IntPredicate;

/** For how long without a break a node is the primary of a slot. */
final class Tenure {
    private Tenure() {}

    /**
     * The slots of which this node is not the primary before and after, or may not have been in
     * between: it did not go by an epoch that it has missed, and on either side of a partition
     * there was perhaps another primary.
     */
    static IntPredicate broken(Holding before, Holding next) {
        boolean direct =
                !before.topology().isProvisional()
                        && !next.topology().isProvisional()
                        && !next.mustReconcile()
                        && Epoch.number(next.epoch()) == Epoch.number(before.epoch()) + 1;
        return slot -> !(direct && before.isPrimary(slot) && next.isPrimary(slot));
    }
}
