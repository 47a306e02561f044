package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.protocol.MemberId;
import java.util.List;
import java.util.Optional;

/**
 * What members tell one another about topologies and leases.
 *
 * <p>Those about an undecided topology name its place: the mesh, and the epoch that it follows.
 */
public sealed interface Message {

    /**
     * The bytes to send, at most {@link dev.gossamer.membership.Membership#PAYLOAD_BYTES_MAX}.
     *
     * @throws IllegalStateException when the topology in it is too large for a message
     */
    default byte[] encode() {
        return MessageCodec.encode(this);
    }

    /**
     * @throws IllegalArgumentException when these bytes are not a whole message, with what is wrong
     */
    static Message decode(byte[] bytes) {
        return MessageCodec.decode(bytes);
    }

    /**
     * Asks not to accept anything of a lower ballot.
     *
     * @param dropping whom the proposer means to leave out: their leases are not renewed any more,
     *     so that they run out soon
     */
    record Prepare(Optional<Genesis> genesis, long after, Ballot ballot, List<MemberId> dropping)
            implements Message {
        public Prepare {
            dropping = List.copyOf(dropping);
        }
    }

    /**
     * The word asked for.
     *
     * @param waitNanos how long the leases of those to be dropped still last, as far as this member
     *     knows
     */
    record Promise(long after, Ballot ballot, Optional<Proposal> accepted, long waitNanos)
            implements Message {}

    /** Asks to accept a decree. */
    record Accept(Ballot ballot, Decree decree) implements Message {}

    /** It is accepted, durably. */
    record Accepted(long after, Ballot ballot) implements Message {}

    /** The ballot is too low: {@code promised} was given since. */
    record Rejected(long after, Ballot ballot, Ballot promised) implements Message {}

    /** A majority has accepted this. */
    record Chosen(Decree decree) implements Message {}

    /** Asks for what was chosen later than {@code epoch}. */
    record Ask(Optional<Genesis> genesis, long epoch) implements Message {}

    /**
     * What a member knows and wants, and a request to renew its lease; sent every quarter of a
     * lease.
     */
    record Heartbeat(Report report, long round) implements Message {}

    /**
     * The answer to a {@link Heartbeat}.
     *
     * @param epoch the last one agreed on that the answering member knows
     * @param granted whether it will not help to drop the asking member for a lease's time
     */
    record HeartbeatAck(Optional<Genesis> genesis, long epoch, long round, boolean granted)
            implements Message {}
}
