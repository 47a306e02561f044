package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Epoch;
import java.util.Optional;

/**
 * What a member must not forget, for others rely on it.
 *
 * @param chosen the last decree known to be agreed on
 * @param promised nothing of a lower ballot is accepted as its successor
 * @param accepted what was accepted last as its successor
 */
public record AcceptorState(Optional<Decree> chosen, Ballot promised, Optional<Proposal> accepted) {

    /** A decree under the ballot that it was proposed with. */
    public record Proposal(Ballot ballot, Decree decree) {}

    public AcceptorState {
        accepted.ifPresent(proposal -> check(chosen, promised, proposal));
    }

    private static void check(Optional<Decree> chosen, Ballot promised, Proposal accepted) {
        if (accepted.ballot().compareTo(promised) > 0) {
            throw new IllegalArgumentException("accepted more than was promised");
        }
        if (accepted.decree().after() != chosen.map(Decree::epoch).orElse(Epoch.NONE)) {
            throw new IllegalArgumentException("accepted no successor of what was chosen");
        }
    }

    /** Of a member that never took part in anything. */
    public static AcceptorState none() {
        return new AcceptorState(Optional.empty(), Ballot.NONE, Optional.empty());
    }

    /** The epoch of the last decree known to be agreed on. */
    long epoch() {
        return chosen.map(Decree::epoch).orElse(Epoch.NONE);
    }

    AcceptorState withPromise(Ballot ballot) {
        return new AcceptorState(chosen, ballot, accepted);
    }

    AcceptorState withAccepted(Proposal proposal) {
        return new AcceptorState(chosen, proposal.ballot(), Optional.of(proposal));
    }

    /** What was promised about an older decree's successor is settled by this. */
    static AcceptorState after(Decree chosen) {
        return new AcceptorState(Optional.of(chosen), Ballot.NONE, Optional.empty());
    }
}
