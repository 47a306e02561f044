package dev.gossamer.membership.agreement;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;

/** What an {@link Agreement} hears of. */
public sealed interface Event {

    /**
     * What this run knows of the one before it. To be said before anything else, if it is said at
     * all.
     */
    record Returned(Returning returning) implements Event {}

    /** The failure detector sees these members, this one among them. */
    record ViewChanged(MeshView view) implements Event {}

    /**
     * Another member said something: late, doubled or overtaken as it may be.
     *
     * @param message see {@link Message#decode}
     */
    record Received(MemberId from, Message message) implements Event {}

    /** Time has passed; every {@link AgreementSettings#tick}. A long gap voids the lease. */
    record Ticked() implements Event {}

    /**
     * The data path acts under the topology of this epoch, in every thread, and under no earlier
     * one. Said soon after every {@link Effect.Install}: a member that has just come in has no
     * lease before it.
     */
    record Installed(long epoch) implements Event {}

    /**
     * The data path has done what the phase of this epoch asks for: while copying, everything that
     * this member owns or is told to copy is here; while handing over, everything is served by its
     * new owners and no operation of an earlier epoch is under way. Said by every member, also by
     * one that had nothing to do, once for each epoch that is not steady.
     */
    record Synced(long epoch) implements Event {}

    /** Data does not get through to a member, as seen here. */
    record LinkDown(MemberId peer) implements Event {}

    /** Data gets through to a member again. */
    record LinkUp(MemberId peer) implements Event {}

    /** This member shall own nothing any more. */
    record DrainRequested() implements Event {}

    /**
     * This member is about to stop, and to come back with what it has: it asks to be left out of
     * the next topology.
     *
     * @param backWithin how soon; more than zero
     */
    record RestartRequested(Duration backWithin) implements Event {}

    /** This member stops: it gives its lease back at once and will never ask for one again. */
    record Resigned() implements Event {}
}
