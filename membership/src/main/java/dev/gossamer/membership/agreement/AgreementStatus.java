package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the agreement stands, as one member sees it; for people and metrics.
 *
 * @param epoch the last one agreed on that is known here
 * @param leader who proposes the next topology, when a majority is in view
 * @param roster how many members the last agreed topology has
 * @param rosterInView how many of them are in view
 * @param inMajority whether more than half of the roster is in view
 * @param staying who is in view and neither drains, nor restarts, nor has resigned
 * @param restarting who is in view and asks to be let go for a restart, and how soon it will be
 *     back
 * @param unsynced who has not yet done what the present phase asks for; empty when steady, and on
 *     members that lead nothing as good as the last heartbeats tell
 * @param leftOut who is in view but not in the topology since it cannot reach another member
 * @param awaited whom a mesh that has restarted waits for before it gives anybody's slots to others
 * @param rounds how many proposals this member has begun
 */
public record AgreementStatus(
        long epoch,
        Optional<MemberId> leader,
        int roster,
        int rosterInView,
        boolean inMajority,
        List<MemberId> staying,
        Map<MemberId, Duration> restarting,
        List<MemberId> unsynced,
        List<MemberId> leftOut,
        List<Member> awaited,
        long rounds) {
    public AgreementStatus {
        staying = List.copyOf(staying);
        restarting = Map.copyOf(restarting);
        unsynced = List.copyOf(unsynced);
        leftOut = List.copyOf(leftOut);
        awaited = List.copyOf(awaited);
    }

    /** The same after so many rounds. */
    AgreementStatus after(long roundsBegun) {
        return new AgreementStatus(
                epoch,
                leader,
                roster,
                rosterInView,
                inMajority,
                staying,
                restarting,
                unsynced,
                leftOut,
                awaited,
                roundsBegun);
    }
}
