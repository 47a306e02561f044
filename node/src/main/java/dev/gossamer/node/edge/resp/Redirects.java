package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.Request;

/**
 * What the clustered port answers when a command's keys are not this node's: MOVED, CROSSSLOT or
 * CLUSTERDOWN, as Redis Cluster words them.
 *
 * <p><b>Threads.</b> One event loop; remembers this node's place in the last topology it saw.
 */
final class Redirects {
    private static final int NO_SLOT = -1;
    private final Mesh mesh;
    private long epochKnown = -1;
    private int selfIndex = -1;

    Redirects(Mesh mesh) {
        this.mesh = mesh;
    }

    /** Throws unless this node may serve the command for a clustered client. */
    void check(Command command, Request request, boolean readOnlyClient) {
        int slot = slotOf(command.keys(), request);
        if (slot == NO_SLOT) {
            return;
        }
        Topology topology = mesh.topology();
        if (topology.isEmpty()) {
            throw new Refusal("CLUSTERDOWN Hash slot not served");
        }
        int self = selfIn(topology);
        if (topology.ownerIndex(slot, 0) == self) {
            return;
        }
        boolean fromBackup =
                readOnlyClient && command.has("readonly") && topology.rankOf(slot, self) > 0;
        if (!fromBackup) {
            Member primary = topology.primary(slot);
            throw new Refusal(
                    "MOVED " + slot + " " + primary.host() + ":" + primary.ports().clustered());
        }
    }

    private int selfIn(Topology topology) {
        if (topology.epoch() != epochKnown) {
            epochKnown = topology.epoch();
            selfIndex = topology.indexOf(mesh.self().id());
        }
        return selfIndex;
    }

    /** The one slot of all keys. */
    static int slotOf(Command.Keys keys, Request request) {
        if (keys.first() == 0) {
            return NO_SLOT;
        }
        int slot = NO_SLOT;
        int last = keys.last(request.count());
        for (int i = keys.first(); i <= last; i += keys.step()) {
            int other = Slot.indexOf(request.array(), request.offset(i), request.length(i));
            if (slot != NO_SLOT && other != slot) {
                throw crossSlot();
            }
            slot = other;
        }
        return slot;
    }

    static Refusal crossSlot() {
        return new Refusal("CROSSSLOT Keys in request don't hash to the same slot");
    }
}
