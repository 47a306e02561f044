package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.protocol.Bytes;
import java.util.List;

/**
 * A write of a key on which many writes are pending, until those are over. Meanwhile it counts as
 * under way, so that later requests for the slot stay behind it. Belongs to its attempt's loop.
 *
 * <p><b>Why.</b> A copy must name every operation whose effect it has and that may not be
 * everywhere yet. With hundreds of writes of one key under way at once, each would name hundreds:
 * the work would grow with the square.
 */
final class Crowd extends DeadlineWheel.Deadline implements PendingWrites.Waiter {
    private final Attempt attempt;
    private boolean over;

    private Crowd(Attempt attempt) {
        this.attempt = attempt;
    }

    /** The attempt steps again when those are over, or is too late. */
    static void wait(Attempt attempt, List<Bytes> keys, long epoch) {
        LoopRouter router = attempt.router;
        if (!router.count(attempt)) {
            return;
        }
        Crowd crowd = new Crowd(attempt);
        router.begin(attempt, epoch);
        router.lane.wheel().add(crowd, attempt.deadlineNanos);
        router.shared.pending().await(keys, crowd);
    }

    @Override
    public void over(boolean stored) {
        attempt.router.lane.execute(this::goOn);
    }

    private void goOn() {
        if (!over) {
            over = true;
            cancel();
            attempt.router.end(attempt);
            attempt.step();
        }
    }

    @Override
    protected void expired() {
        if (!over) {
            over = true;
            attempt.router.end(attempt);
            attempt.retryLater("many writes of the key are pending");
        }
    }
}
