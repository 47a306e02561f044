package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.Optional;

/** How far this member's data path is, and what its operator wants: what it reports of itself. */
final class Standing {
    private final Member self;
    private long sequence;
    private long acting;
    private long synced;
    private Returning returning = Returning.NONE;
    private boolean draining;
    private boolean drained;
    private boolean resigned;
    private Duration backWithin = Duration.ZERO;

    Standing(Member self) {
        this.self = self;
    }

    void acts(long epoch) {
        acting = Math.max(acting, epoch);
    }

    void synced(long epoch) {
        synced = Math.max(synced, epoch);
        acts(epoch);
    }

    void returned(Returning from) {
        returning = from;
    }

    /** The topology that was agreed on last, as far as is known here, is this one. */
    void knows(Topology agreed) {
        returning = returning.through(agreed, self.id());
    }

    void drain() {
        draining = true;
    }

    void restart(Duration within) {
        backWithin = within;
    }

    void resign() {
        resigned = true;
    }

    /** The latest epoch that the whole data path acts under. */
    long acting() {
        return acting;
    }

    boolean hasResigned() {
        return resigned;
    }

    /**
     * @param floor see {@link Report#floor}
     * @param cutOff see {@link Report#cutOff}
     */
    Report report(AcceptorState known, long floor, boolean cutOff, Links links, long nowNanos) {
        return new Report(
                self.incarnation(),
                ++sequence,
                known.chosen().map(Decree::genesis),
                known.epoch(),
                floor,
                acting,
                synced,
                returning.epoch(),
                known.accepted().isPresent(),
                cutOff,
                draining,
                resigned,
                backWithin,
                links.dead(nowNanos));
    }

    /** {@link Effect.Drained}, when it is to be said. */
    Optional<Effect> drained(Topology installed) {
        boolean now =
                draining
                        && !drained
                        && !installed.isEmpty()
                        && !installed.isProvisional()
                        && installed.phase() == Topology.Phase.STEADY
                        && ownsNothing(installed, installed.indexOf(self.id()));
        drained |= now;
        return now ? Optional.of(new Effect.Drained()) : Optional.empty();
    }

    private static boolean ownsNothing(Topology topology, int member) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (topology.rankOf(slot, member) >= 0) {
                return false;
            }
        }
        return true;
    }
}
