package dev.gossamer.membership.agreement;

/**
 * When this member begins a round. The first in view does as soon as there is a plan; each after it
 * stands by for a while longer, in case the first does nothing: two that propose at once only hold
 * each other up.
 */
final class Turn {
    private static final long PATIENCE_LEASES = 4;

    private final Outlook outlook;
    private final long patienceNanos;
    private long unsettledSince;
    private long plannedSince;

    Turn(Outlook outlook, AgreementSettings settings) {
        this.outlook = outlook;
        this.patienceNanos = PATIENCE_LEASES * settings.lease().toNanos();
        reset();
    }

    /** What was waited for has come about. */
    void reset() {
        unsettledSince = Long.MAX_VALUE;
        plannedSince = Long.MAX_VALUE;
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
        if (outlook.plan().isEmpty()) {
            plannedSince = Long.MAX_VALUE;
            return false;
        }
        plannedSince = Math.min(plannedSince, nowNanos);
        return nowNanos - plannedSince >= patience;
    }
}
