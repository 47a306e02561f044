package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.MemberId;
import java.util.List;
import java.util.Optional;

/**
 * How the agreement stands, as one member sees it; for people and metrics.
 *
 * @param epoch the last one agreed on that is known here
 * @param leader who proposes the next topology, when a majority is in view
 * @param inMajority whether more than half of the roster is in view
 * @param unsynced who has not yet done what the present phase asks for; empty when steady, and on
 *     members that lead nothing as good as the last heartbeats tell
 * @param leftOut who is in view but not in the topology since it cannot reach another member
 * @param rounds how many proposals this member has begun
 */
public record AgreementStatus(
        long epoch,
        Optional<MemberId> leader,
        boolean inMajority,
        List<MemberId> unsynced,
        List<MemberId> leftOut,
        long rounds) {
    public AgreementStatus {
        unsynced = List.copyOf(unsynced);
        leftOut = List.copyOf(leftOut);
    }
}
