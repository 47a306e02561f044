package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.protocol.Bytes;
import java.util.List;

/**
 * An attempt that knows its answer, and waits until the pending writes on which the answer rests
 * are on all who must have them. Belongs to the attempt's loop.
 */
final class PendingWait extends DeadlineWheel.Deadline implements PendingWrites.Waiter {
    private final Attempt attempt;
    private final Runnable answer;
    private boolean over;

    private PendingWait(Attempt attempt, Runnable answer) {
        this.attempt = attempt;
        this.answer = answer;
    }

    /**
     * @param answer run on the attempt's loop; where the writes' outcome became unknown, the
     *     attempt steps again instead
     */
    static void start(Attempt attempt, List<Bytes> keys, Runnable answer) {
        LoopRouter router = attempt.router;
        if (!router.count(attempt)) {
            return;
        }
        PendingWait wait = new PendingWait(attempt, answer);
        router.lane.wheel().add(wait, attempt.deadlineNanos);
        router.shared.pending().await(keys, wait);
    }

    @Override
    public void over(boolean stored) {
        attempt.router.lane.execute(() -> settle(stored));
    }

    private void settle(boolean stored) {
        if (over) {
            return;
        }
        over = true;
        cancel();
        if (stored) {
            answer.run();
        } else {
            attempt.retryLater("the slot has changed its primary");
        }
    }

    @Override
    protected void expired() {
        if (!over) {
            over = true;
            attempt.tooLate();
        }
    }
}
