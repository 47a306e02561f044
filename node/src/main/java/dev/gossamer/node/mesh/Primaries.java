package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.BitSet;

/** Who the primaries are under one topology and under the next. */
final class Primaries {
    private Primaries() {}

    /**
     * Of which slots the same run of the same member is the primary under both. Members are
     * compared once each, and not for every slot.
     */
    static BitSet same(Topology before, Topology next) {
        BitSet same = new BitSet(Slot.COUNT);
        if (before.isEmpty() || next.isEmpty()) {
            return same;
        }
        int[] now = before.members().stream().mapToInt(next.members()::indexOf).toArray();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            same.set(slot, now[before.ownerIndex(slot, 0)] == next.ownerIndex(slot, 0));
        }
        return same;
    }
}
