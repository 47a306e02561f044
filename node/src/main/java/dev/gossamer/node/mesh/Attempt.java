package dev.gossamer.node.mesh;

import dev.gossamer.protocol.ErrorCode;

/**
 * One request that could not be answered at once: it is under way to another member, or parked
 * until it can go on. Belongs to one {@link LoopRouter} and its loop.
 */
abstract class Attempt {
    final LoopRouter router;
    final int slot;
    final long deadlineNanos;

    /** The order of arrival on this loop; requests of one slot are carried out in it. */
    final long order;

    /** Why it waits, for the message when it has waited too long. */
    private String trouble = "no topology is known yet";

    /** Whether an earlier try may have been carried out. */
    private boolean maybeDone;

    Attempt(LoopRouter router, int slot, long deadlineNanos) {
        this.router = router;
        this.slot = slot;
        this.deadlineNanos = deadlineNanos;
        this.order = router.nextOrder();
    }

    /** Goes as far as it can: answers, asks another member, or parks itself. */
    abstract void step();

    abstract void failed(ErrorCode code, String message);

    /** Tries again when the topology has changed, or a little later. */
    final void retryLater(String why, boolean mayHaveBeenDone) {
        trouble = why;
        maybeDone |= mayHaveBeenDone;
        router.park(this);
    }

    /** Its time is over while it was parked. */
    final void tooLate() {
        failed(
                maybeDone ? ErrorCode.TIMEOUT : ErrorCode.CLUSTERDOWN,
                "slot " + slot + " could not be served in time: " + trouble);
    }
}
