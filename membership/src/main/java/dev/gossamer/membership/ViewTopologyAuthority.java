package dev.gossamer.membership;

import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Topology;

/**
 * Takes each topology, and its epoch, from the view alone: the members of one view agree without
 * saying a word.
 *
 * <p><b>The epoch is the view's id plus one</b>: plus one, because 0 is the epoch of the topology
 * before any. It does not depend on what a member went by before, for the members of one view may
 * come from different pasts. One exception keeps epochs from going backwards on a member: when its
 * own is already past that of a view that changes something (it comes from the side of a partition
 * that had more views, and the mesh did not count on from there), it takes the next after its own.
 * Then it differs from the others until a view whose id is greater, which the merge of the sides
 * brings: JGroups gives a merged view an id greater than those of all its parts.
 *
 * <p><b>What this does not give.</b> A view is no quorum. Two sides of a partition may each have a
 * topology of the same epoch, with different owners; whoever compares epochs across them learns
 * nothing. The next version has a majority of the members agree on each epoch, behind the same
 * face.
 *
 * <p><b>Threads.</b> Stateless: any. <b>Cost.</b> At most one {@link Placement#place}.
 */
public final class ViewTopologyAuthority implements TopologyAuthority {
    private final int replication;

    /**
     * @param replication how many copies of a slot are wanted, at least 1
     */
    public ViewTopologyAuthority(int replication) {
        if (replication < 1) {
            throw new IllegalArgumentException("replication " + replication + " is less than 1");
        }
        this.replication = replication;
    }

    @Override
    public Topology next(Topology current, MeshView view) {
        boolean same =
                current.members().equals(view.members()) && current.replication() == replication;
        long granted = view.id() + 1;
        if (same && granted <= current.epoch()) {
            return current;
        }
        long epoch = Math.max(granted, current.epoch() + (same ? 0 : 1));
        short[][] owners = Placement.place(view.members(), replication);
        return new Topology(epoch, replication, view.members(), owners);
    }
}
