package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a member says about itself with each heartbeat.
 *
 * @param incarnation of its process
 * @param sequence grows with every report of one incarnation: an older one that comes late is
 *     passed over
 * @param genesis of the mesh it is in
 * @param epoch the last one agreed on that it knows
 * @param floor what it installs next has to be later: what it acts under, provisional or of a mesh
 *     that has given way as it may be
 * @param acting the one that all of its data path acts under
 * @param synced the last one whose phase it has completed
 * @param returned the last one agreed on, if this run has on its disk what an earlier run held as
 *     an owner under it; else 0. See {@link Returning}
 * @param unresolved whether it has accepted a topology of which it does not know what became
 * @param cutOff whether its own view holds no majority of those who agreed last: it acts under a
 *     provisional topology whatever others agree on, until its view is another
 * @param draining whether it wants to own nothing
 * @param resigned whether it has given up its lease for good
 * @param backWithin how soon it means to be back after a restart that it asks to be let go for;
 *     zero when it asks for none
 * @param unreachable whom its data has not reached for some time
 */
public record Report(
        long incarnation,
        long sequence,
        Optional<Genesis> genesis,
        long epoch,
        long floor,
        long acting,
        long synced,
        long returned,
        boolean unresolved,
        boolean cutOff,
        boolean draining,
        boolean resigned,
        Duration backWithin,
        List<MemberId> unreachable) {
    public Report {
        if (backWithin.isNegative()) {
            throw new IllegalArgumentException("back within " + backWithin);
        }
        unreachable = List.copyOf(unreachable);
    }

    /** Whether it asks to be let go, and means to come back with what it has. */
    boolean restarts() {
        return !backWithin.isZero();
    }

    /** Whether the two differ in nothing but when they were said. */
    boolean saysTheSame(Report other) {
        return incarnation == other.incarnation
                && genesis.equals(other.genesis)
                && epoch == other.epoch
                && floor == other.floor
                && acting == other.acting
                && synced == other.synced
                && returned == other.returned
                && unresolved == other.unresolved
                && cutOff == other.cutOff
                && draining == other.draining
                && resigned == other.resigned
                && backWithin.equals(other.backWithin)
                && unreachable.equals(other.unreachable);
    }
}
