package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import java.util.List;

/**
 * One request that could not be answered at once: it is under way to another member, or parked
 * until it can go on. Belongs to one {@link LoopRouter} and its loop.
 */
abstract class Attempt {
    static final String NO_TOPOLOGY_TEXT = "no topology is known yet";

    /**
     * Why another primary is not asked for a consistent cache: what is sent from here may get
     * through to nobody, and its outcome would never be known. What is not sent is refused, and may
     * be sent again (C9).
     */
    static final String CUT_OFF_TEXT = "this node is cut off from the majority";

    final LoopRouter router;
    final int slot;
    final long deadlineNanos;
    final long bornNanos;

    /** The order of arrival on this loop; requests of one slot are carried out in it. */
    final long order;

    /** Whether its bytes are counted as pending. */
    boolean isCounted;

    /** As whose they are counted. */
    List<Member> waitsFor = List.of();

    /** Why it waits, for the message when it has waited too long. */
    private String trouble = "requests before it wait for the slot";

    /** Whether an earlier try may have been carried out. */
    private boolean maybeDone;

    Attempt(LoopRouter router, int slot, long deadlineNanos) {
        this.router = router;
        this.slot = slot;
        this.deadlineNanos = deadlineNanos;
        this.bornNanos = router.nanoTime();
        this.order = router.nextOrder();
    }

    /** Goes as far as it can: answers, asks another member, waits, or parks itself. */
    abstract void step();

    /** Answers that it failed. */
    abstract void answerFailed(ErrorCode code, String message);

    /** Whether it changes what stands under its keys, and must know it for that. */
    boolean buildsOnWhatStands() {
        return false;
    }

    abstract Bytes key();

    abstract int weightBytes();

    /** What was tried before may have been carried out. */
    final void mayHaveBeenDone() {
        maybeDone = true;
    }

    final boolean mayHaveBeenApplied() {
        return maybeDone;
    }

    /** Tries again when the topology has changed, or a little later. */
    final void retryLater(String why) {
        trouble = why;
        router.park(this);
    }

    /**
     * It is over. What may have been carried out is never reported as safe to send again as another
     * operation.
     */
    final void failed(ErrorCode code, String message) {
        router.finished(this);
        if (maybeDone && code.retryable()) {
            answerFailed(ErrorCode.TIMEOUT, "the outcome is unknown: " + message);
        } else {
            answerFailed(code, message);
        }
    }

    /** Its time is over while it waited. */
    final void tooLate() {
        boolean cutOff = router.shared.isCutOff(router.shared.epochs().latest(), key());
        failed(
                cutOff ? ErrorCode.NOQUORUM : ErrorCode.CLUSTERDOWN,
                "slot " + slot + " could not be served in time: " + trouble);
    }

    /** Whether there is no point in waiting longer. */
    final boolean isTooLate(long now) {
        return now - deadlineNanos >= 0
                || (now - bornNanos >= router.shared.leaseNanos()
                        && router.shared.isCutOff(router.shared.epochs().latest(), key()));
    }

    static String notPrimaryText(long epoch) {
        return "not the primary in epoch " + Epoch.text(epoch);
    }

    static String otherEpochText(long epoch) {
        return "a member went by epoch " + Epoch.text(epoch);
    }
}
