package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.MemberId;
import java.util.Optional;
import java.util.Set;

/**
 * When this member begins a round. The first in view does as soon as there is a plan; each after it
 * stands by for a while longer, in case the first does nothing: two that propose at once only hold
 * each other up. A topology that gives up what nobody in view has a copy of waits for those who may
 * still have one, and so does the first topology after a restart of all.
 */
final class Turn implements Proposer.Purpose {
    private static final long PATIENCE_LEASES = 4;
    private static final long LAST_COPY_LEASES = 6;

    private final Outlook outlook;
    private final long patienceNanos;
    private long unsettledSince;
    private long plannedSince;
    private final long lastCopyNanos;
    private long givingUpSince;
    private final long returnNanos;
    private long returningSince;

    Turn(Outlook outlook, AgreementSettings settings) {
        this.outlook = outlook;
        this.patienceNanos = PATIENCE_LEASES * settings.lease().toNanos();
        this.lastCopyNanos = LAST_COPY_LEASES * settings.lease().toNanos();
        this.returnNanos = settings.returnWait().toNanos();
        reset();
    }

    /** What was waited for has come about. */
    void reset() {
        unsettledSince = Long.MAX_VALUE;
        plannedSince = Long.MAX_VALUE;
        givingUpSince = Long.MAX_VALUE;
        returningSince = Long.MAX_VALUE;
    }

    /** Whether something is to be changed, and this member is the one to say so now. */
    boolean hasCome(long nowNanos) {
        int turn = outlook.turn();
        if (turn < 0 || !outlook.isUnsettled()) {
            reset();
            return false;
        }
        long patience = turn * patienceNanos;
        unsettledSince = Math.min(unsettledSince, nowNanos);
        if (nowNanos - unsettledSince < patience) {
            return false; // without so much as a plan, which costs the most
        }
        if (mustWait(nowNanos) || outlook.plan().isEmpty()) {
            plannedSince = Long.MAX_VALUE;
            return false;
        }
        plannedSince = Math.min(plannedSince, nowNanos);
        return nowNanos - plannedSince >= patience;
    }

    @Override
    public Set<MemberId> dropping() {
        return outlook.dropping();
    }

    /**
     * A round takes as long as leases do, and views change meanwhile: who is not in a majority any
     * more would give everything to the few that it sees.
     */
    @Override
    public Optional<Decree> plan(long nowNanos) {
        return outlook.turn() < 0 || mustWait(nowNanos) ? Optional.empty() : outlook.plan();
    }

    private boolean mustWait(long nowNanos) {
        boolean forOwners = mustWaitForOwners(nowNanos);
        return mustWaitForCopies(nowNanos) || forOwners;
    }

    private boolean mustWaitForOwners(long nowNanos) {
        if (outlook.awaited().isEmpty()) {
            returningSince = Long.MAX_VALUE;
            return false;
        }
        returningSince = Math.min(returningSince, nowNanos);
        return nowNanos - returningSince < returnNanos;
    }

    private boolean mustWaitForCopies(long nowNanos) {
        if (!outlook.givesUpSlots()) {
            givingUpSince = Long.MAX_VALUE;
            return false;
        }
        givingUpSince = Math.min(givingUpSince, nowNanos);
        return nowNanos - givingUpSince < lastCopyNanos;
    }
}
