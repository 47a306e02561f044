package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;

/**
 * What a run of a member's process knows of the run before it: under which topology that one stood
 * when it wrote down, last, what it held; and so whether what it held can still be everything that
 * was acknowledged.
 *
 * <p><b>Why it can be.</b> While a topology is in force nothing is acknowledged in a slot but what
 * all of its owners have stored, each of them in the run that the topology names. So who was an
 * owner under a topology, and has on its disk what it held then, has everything that was ever
 * acknowledged under it, however long ago that was; and likewise under the very next topology, if
 * that names the same run among the owners still. Under any other one, writes may have been
 * acknowledged without it.
 *
 * @param epoch of that topology, an agreed one; {@link Epoch#NONE} when nothing is known
 * @param incarnation of the run before
 */
public record Returning(long epoch, long incarnation) {
    public static final Returning NONE = new Returning(Epoch.NONE, 0);

    public boolean isKnown() {
        return epoch != Epoch.NONE;
    }

    /**
     * What it is worth when {@code next} is known to be agreed on: {@link #NONE} unless that is the
     * topology it stands on, or directly follows it and names the same run.
     */
    public Returning through(Topology next, MemberId self) {
        boolean named =
                next.member(self)
                        .map(Member::incarnation)
                        .filter(it -> it == incarnation)
                        .isPresent();
        if (!isKnown() || !named || !(next.epoch() == epoch || isDirectlyBefore(next))) {
            return NONE;
        }
        return new Returning(next.epoch(), incarnation);
    }

    /** Whether nothing can have been agreed on between its topology and that one. */
    public boolean isDirectlyBefore(Topology next) {
        return isKnown()
                && !next.isProvisional()
                && Epoch.number(next.epoch()) == Epoch.number(epoch) + 1;
    }
}
