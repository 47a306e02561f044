package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import java.util.List;

/** A write that this node cannot apply at once: another is the primary, or the slot is filling. */
final class WriteAttempt extends Attempt implements ReplyHandler {

    /** Takes the answer of one write. */
    interface Answer extends Mesh.Callback<Outcome> {
        /** Only where forwarding is not allowed: this node is not the slot's primary. */
        void notHere(long epoch);
    }

    private final Operation operation;
    private final boolean forwards;
    private final Mesh.Callback<Outcome> callback;

    WriteAttempt(
            LoopRouter router,
            int slot,
            long deadlineNanos,
            Operation operation,
            boolean forwards,
            Mesh.Callback<Outcome> callback) {
        super(router, slot, deadlineNanos);
        this.operation = operation;
        this.forwards = forwards;
        this.callback = callback;
    }

    @Override
    void step() {
        Holding holding = router.epochs.latest();
        if (holding.isPrimary(slot)) {
            if (!holding.isComplete(slot)) {
                Fetching.start(this, holding, keys(), this::applyHere);
            } else if (router.isUnderWay(slot)) {
                router.park(this);
            } else {
                applyHere();
            }
        } else if (!forwards) {
            notHere(holding.epoch());
        } else if (holding.topology().isEmpty()) {
            router.park(this);
        } else {
            Member primary = holding.topology().primary(slot);
            router.begin(this, holding.epoch());
            router.lane.send(
                    primary, new Request.Write(operation), holding.epoch(), deadlineNanos, this);
        }
    }

    private void notHere(long epoch) {
        router.finished();
        if (callback instanceof Answer answer) {
            answer.notHere(epoch);
        } else {
            callback.failed(ErrorCode.WRONGEPOCH, "not the primary in epoch " + epoch);
        }
    }

    private void applyHere() {
        router.finished();
        Holding holding = router.epochs.latest();
        router.applyHere(operation, slot, holding, deadlineNanos, callback);
    }

    private List<Bytes> keys() {
        return operation instanceof Operation.PutAllIfAbsent(var pairs)
                ? pairs.stream().map(Operation.Pair::key).toList()
                : List.of(operation.key());
    }

    @Override
    public void replied(Reply reply) {
        router.end(this);
        switch (reply) {
            case Reply.Done(var outcome) -> {
                router.finished();
                callback.done(outcome);
            }
            case Reply.WrongEpoch(var epoch) ->
                    retryLater("a member went by epoch " + epoch, false);
            case Reply.Failed(var code, var message) -> failed(code, message);
            case Reply.Found _,
                    Reply.Stored _,
                    Reply.Fetched _,
                    Reply.Page _,
                    Reply.Keys _,
                    Reply.Counted _,
                    Reply.SomeKey _ ->
                    failed(ErrorCode.INTERNAL, "a write was answered with " + reply);
        }
    }

    @Override
    public void lost(ErrorCode code, boolean maybeSent, String message) {
        router.end(this);
        if (code != ErrorCode.UNREACHABLE) {
            failed(code, message);
        } else if (!maybeSent || mayBeDoneTwice(operation)) {
            retryLater(message, maybeSent);
        } else {
            failed(ErrorCode.TIMEOUT, "the outcome is unknown: " + message);
        }
    }

    @Override
    void failed(ErrorCode code, String message) {
        router.finished();
        callback.failed(code, message);
    }

    /** Whether doing it twice leaves what doing it once does, and answers the same. */
    static boolean mayBeDoneTwice(Operation operation) {
        return switch (operation) {
            case Operation.Put(var _, var _, var expiry, var condition, var wantPrevious) ->
                    condition instanceof Condition.Always
                            && !wantPrevious
                            && !(expiry instanceof Expiry.Keep);
            case Operation.Remove(var _, var condition, var wantPrevious) ->
                    condition instanceof Condition.Always && !wantPrevious;
            case Operation.Expire(var _, var expiry, var condition, var wantPrevious) ->
                    expiry instanceof Expiry.At
                            && condition == ExpireCondition.ALWAYS
                            && !wantPrevious;
            case Operation.SetRange _,
                    Operation.Append _,
                    Operation.Increment _,
                    Operation.IncrementDecimal _,
                    Operation.PutAllIfAbsent _ ->
                    false;
        };
    }
}
