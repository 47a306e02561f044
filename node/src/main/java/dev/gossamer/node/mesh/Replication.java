package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings one change to all who must have it. It is over when every owner of the topology that is in
 * force at that moment has it, so that an owner that came meanwhile is not left out. Copies are
 * states, not operations: sending one twice changes nothing.
 *
 * <p>Belongs to one loop.
 */
final class Replication extends DeadlineWheel.Deadline {
    private static final long RETRY_NANOS = 10_000_000;

    private final LoopRouter router;
    private final int slot;
    private final Keyspace.Change change;
    private final int copies;
    private final long deadlineNanos;
    private final Mesh.@Nullable Callback<Outcome> callback;
    private final Set<MemberId> stored = new HashSet<>(4);
    private int unanswered;
    private String trouble = "";

    /**
     * @param callback null when the caller has its answer already
     */
    Replication(
            LoopRouter router,
            int slot,
            Keyspace.Change change,
            int copies,
            long deadlineNanos,
            Mesh.@Nullable Callback<Outcome> callback) {
        this.router = router;
        this.slot = slot;
        this.change = change;
        this.copies = copies;
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
    }

    void start() {
        router.unfinished(this);
        round();
    }

    /** A topology has come into force: whoever waits goes on at once. */
    void resume() {
        if (unanswered == 0) {
            cancel();
            round();
        }
    }

    @Override
    protected void expired() {
        if (router.nanoTime() >= deadlineNanos) {
            failed();
        } else {
            round();
        }
    }

    private void round() {
        Holding holding = router.epochs.latest();
        trouble = "";
        List<Member> targets = holding.othersToStore(slot, copies);
        targets.removeIf(target -> stored.contains(target.id()));
        unanswered = targets.size() + 1;
        for (Member target : targets) {
            router.lane.send(
                    target,
                    new Request.Replicate(change.changed()),
                    holding.epoch(),
                    deadlineNanos,
                    new Answer(target));
        }
        oneLess(holding);
    }

    private final class Answer implements ReplyHandler {
        private final Member target;
        private final Holding holding;

        Answer(Member target) {
            this.target = target;
            this.holding = router.epochs.latest();
        }

        @Override
        public void replied(Reply reply) {
            if (reply instanceof Reply.Stored) {
                stored.add(target.id());
            } else {
                trouble = target.name() + " answered " + reply;
            }
            oneLess(holding);
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            trouble = message;
            oneLess(holding);
        }
    }

    private void oneLess(Holding holding) {
        if (--unanswered > 0) {
            return;
        }
        if (trouble.isEmpty() && router.epochs.latest() == holding) {
            router.finished(this);
            if (callback != null) {
                callback.done(change.outcome());
            }
        } else if (router.nanoTime() >= deadlineNanos) {
            failed();
        } else if (router.epochs.latest() == holding) {
            router.lane.wheel().add(this, router.nanoTime() + RETRY_NANOS);
        } else {
            round();
        }
    }

    private void failed() {
        router.finished(this);
        if (callback != null) {
            callback.failed(
                    ErrorCode.NOREPLICAS,
                    "stored here and on " + stored.size() + " others in time: " + trouble);
        }
    }
}
