package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import org.jspecify.annotations.Nullable;

/** One part of a message; a message is any number of them. */
sealed interface Section {

    /**
     * What an origin says of its whole log at one moment.
     *
     * @param sequence everything that was appended before that moment has at most this number
     * @param timed whether the origin had authority and says when that was
     * @param timeNanos by the origin's monotonic clock; 0 when not timed
     * @param epoch of the topology under which the origin acted
     */
    record Claim(long sequence, boolean timed, long timeNanos, long epoch) {}

    /**
     * News of an origin: its latest claim that the sender knows, and some invalidations or none.
     *
     * @param endOrNull where the arc ends that the receiver is to pass this on to; null when this
     *     is an answer to {@link Ask}
     * @param entriesOrNull null when there are none
     */
    record News(
            MemberId origin,
            @Nullable MemberId endOrNull,
            long incarnation,
            Claim claim,
            @Nullable Invalidations entriesOrNull)
            implements Section {}

    /**
     * "This is how far I am with that origin."
     *
     * @param tellMe whether to answer with the same when the receiver is further
     */
    record Have(MemberId origin, long incarnation, long sequence, boolean tellMe)
            implements Section {}

    /** "Send me what comes after this sequence." */
    record Ask(MemberId origin, long incarnation, long after) implements Section {}

    /** "I do not have what comes after this sequence." */
    record Lack(MemberId origin, long incarnation, long after) implements Section {}

    /** The sender's own log no longer has what came after {@code after}; these slots changed. */
    record Overrun(long incarnation, long after, long upTo, SlotSet slots) implements Section {}

    /** "It is this time here": asks for {@link Echo}. */
    record Ping(long incarnation, long askedNanos) implements Section {}

    /**
     * "When I wrote this I had read your ping, and it was this time here."
     *
     * @param askersIncarnation whose clock {@code askedNanos} is; that of an earlier life proves
     *     nothing
     */
    record Echo(long askersIncarnation, long askedNanos, long incarnation, long originNanos)
            implements Section {}
}
