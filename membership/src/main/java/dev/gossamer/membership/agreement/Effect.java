package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;

/** What an {@link Agreement} wants done, in the order in which it says so. */
public sealed interface Effect {

    /**
     * Tell a member, best effort.
     *
     * @param message see {@link Message#encode}
     */
    record Send(MemberId to, Message message) implements Effect {}

    /**
     * Write this durably before anything that comes after it is done. When that fails the process
     * must stop: it would break its word.
     */
    record Persist(AcceptorState state) implements Effect {}

    /**
     * Act under this topology from now on. Its epoch is greater than that of every one installed
     * before; this member need not be in it. It never names an earlier run of this process.
     */
    record Install(Topology topology) implements Effect {}

    /**
     * This was agreed on, and names an earlier run of this process: it is never to be installed,
     * and the next one follows it.
     */
    record Bygone(Topology topology) implements Effect {}

    /**
     * Comes right before an {@link Install}: the mesh that this member was in gives way to an older
     * one. All that is held here, whatever its epoch, counts as written on the smaller side of a
     * partition.
     *
     * @param lastEpoch of the mesh that gives way
     */
    record Estranged(long lastEpoch) implements Effect {}

    /**
     * This member may answer as primary while its clock is before {@code untilNanos}: from now on
     * only this counts, whether it is sooner or later than what was said before.
     */
    record LeaseChanged(long untilNanos) implements Effect {}

    /** Said once: this member owns nothing, and everything it had is where it shall be. */
    record Drained() implements Effect {}
}
