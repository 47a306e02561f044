package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.mesh.link.LoopLinks;
import dev.gossamer.protocol.Slot;
import java.util.List;

/**
 * Drops the slots that this node holds and does not own any more, when everyone who owns them has
 * them. A few at a time, on an event loop: a new topology is not served before this loop has seen
 * it, so nothing that comes under the new one is dropped.
 */
final class Leftovers {
    private static final int SLOTS_PER_PASS = 256;

    private final Epochs epochs;
    private final Keyspace keyspace;
    private final LoopLinks links;

    /** The epoch whose leftovers are dropped or being dropped. Belongs to the thread of rounds. */
    private long droppedEpoch;

    Leftovers(Epochs epochs, Keyspace keyspace, List<LoopLinks> loops) {
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.links = loops.getFirst();
    }

    /** Begins to drop, once per topology. */
    void drop(Holding holding) {
        if (holding.isMember() && holding.epoch() > droppedEpoch) {
            droppedEpoch = holding.epoch();
            links.loop().execute(() -> pass(holding, 0));
        }
    }

    private void pass(Holding holding, int from) {
        if (epochs.latest() != holding) {
            return;
        }
        int end = Math.min(Slot.COUNT, from + SLOTS_PER_PASS);
        for (int slot = from; slot < end; slot++) {
            if (holding.rankHere(slot) < 0) {
                keyspace.dropSlot(slot);
            }
        }
        if (end < Slot.COUNT) {
            links.loop().execute(() -> pass(holding, end));
        }
    }
}
