package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.OperationId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One slot that this node is about to serve, and what its other holders have said of it. */
final class Claim {
    final int slot;

    /** Holders that have not answered yet. */
    int unheard;

    /** Whether some holder has, or knows, something else than this node. */
    boolean differs;

    final List<Witness> witnesses = new ArrayList<>(2);

    /** Operations that some holder knows. */
    final List<RecentOperation> operations = new ArrayList<>(0);

    Claim(int slot, int holders) {
        this.slot = slot;
        this.unheard = holders;
    }

    /**
     * What one holder said.
     *
     * @param rank it vouches for the caches with more copies
     * @param after up to this clock both have everything, but for what was evicted or has expired
     * @param operations those later than that which it knows
     */
    record Witness(Member member, int rank, long after, Set<OperationId> operations) {}

    void hear(Witness witness, boolean otherwise, List<RecentOperation> known) {
        witnesses.add(witness);
        differs |= otherwise;
        operations.addAll(known);
        unheard--;
    }

    /** The holder answered that it holds nothing, for it has lost its memory. */
    void hearNothing() {
        unheard--;
    }

    /** Those that changed something later than a clock. */
    static List<RecentOperation> later(List<RecentOperation> operations, long after) {
        if (operations.isEmpty()) {
            return operations; // as in nearly all slots
        }
        return operations.stream()
                .filter(each ->
                        each.outcome() instanceof Outcome.Applied applied
                                && applied.version().clock() > after)
                .toList();
    }

    static Set<OperationId> ids(List<RecentOperation> operations) {
        if (operations.isEmpty()) {
            return Set.of();
        }
        Set<OperationId> ids = new LinkedHashSet<>();
        operations.forEach(each -> ids.add(each.id()));
        return ids;
    }
}
