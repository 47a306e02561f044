package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.mesh.coherence.NearCopies;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Topology;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this node has of some keys, for whoever compares it with what others have. Nobody is asked,
 * nothing counts as used, and the answer is given under every epoch.
 *
 * <p><b>Threads.</b> Any; never waits.
 */
final class Inspection {
    private final Keyspace keyspace;
    private final NearCopies near;

    Inspection(Keyspace keyspace, NearCopies near) {
        this.keyspace = keyspace;
        this.near = near;
    }

    Reply.Inspected answer(Request.Inspect asked, Holding holding) {
        List<Sighting> sightings = new ArrayList<>(asked.keys().size());
        for (Bytes key : asked.keys()) {
            sightings.add(look(key, asked.events(), holding));
        }
        return new Reply.Inspected(holding.epoch(), sightings);
    }

    private Sighting look(Bytes key, boolean events, Holding holding) {
        int slot = key.slotIndex();
        return new Sighting(
                holding.topology().isEmpty() ? -1 : holding.rankHere(slot),
                holding.isDone(slot),
                heldOrNull(key),
                nearOrNull(key, slot, holding),
                events ? near.eventsOf(key) : List.of());
    }

    private Sighting.@Nullable Held heldOrNull(Bytes key) {
        Entry entry = keyspace.peekOrNull(key);
        if (entry != null) {
            return new Sighting.Held(
                    entry.version(),
                    false,
                    entry.isTombstone(),
                    near.isValid(key, entry),
                    entry.expiresAtMillis(),
                    entry.valueLength());
        }
        Entry resting = keyspace.standingOrNull(key);
        return resting == null ? null : Sighting.Held.resting(resting.version());
    }

    /** Only what a reader may be answered from: see {@link NearReads}. */
    private Sighting.@Nullable Near nearOrNull(Bytes key, int slot, Holding holding) {
        Topology topology = holding.topology();
        if (topology.isEmpty() || topology.isProvisional() || holding.isPrimary(slot)) {
            return null;
        }
        Sighting.Near copy = near.peekOrNull(key);
        return copy == null || topology.indexOf(copy.origin()) < 0 ? null : copy;
    }
}
