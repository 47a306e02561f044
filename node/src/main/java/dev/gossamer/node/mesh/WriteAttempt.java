package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;

/**
 * A write that this node cannot apply at once: another is the primary, or this one does not serve
 * the slot yet or may not now. It is tried until its deadline, always under one operation id, so
 * that trying again after a lost link is safe.
 */
final class WriteAttempt extends Attempt implements ReplyHandler {

    /** Takes the answer of one write. */
    interface Answer extends Mesh.Callback<Outcome> {
        /**
         * Only where forwarding is not allowed: this node is not the slot's primary.
         *
         * @param maybeDone whether it was until just now, and has applied the write; the next
         *     primary decides what becomes of it
         */
        void notHere(long epoch, boolean maybeDone);
    }

    private final WriteCall call;

    WriteAttempt(LoopRouter router, WriteCall call) {
        super(router, call.slot(), call.deadlineNanos());
        this.call = call;
    }

    @Override
    void step() {
        Holding holding = router.shared.epochs().latest();
        if (router.shared.isRefused(holding, key())) {
            failed(ErrorCode.NOQUORUM, "this node is on the smaller side of a partition");
        } else if (holding.isPrimary(slot)) {
            stepHere(holding);
        } else if (!call.forwards()) {
            notHere(holding.epoch());
        } else if (holding.topology().isEmpty()) {
            retryLater(NO_TOPOLOGY_TEXT);
        } else if (router.shared.isCutOff(holding, key())) {
            retryLater(CUT_OFF_TEXT);
        } else {
            Member primary = holding.topology().primary(slot);
            router.begin(this, holding.epoch());
            router.lane.send(primary, call.request(), holding.epoch(), deadlineNanos, this);
        }
    }

    private void stepHere(Holding holding) {
        if (router.isUnderWay(slot)) {
            router.park(this);
        } else if (!router.mayApply(holding, slot, key())) {
            retryLater(holding.whyNotServing(slot));
        } else if (router.warming().delays(this, call.keys(), call.operation().looks())) {
            return;
        } else if (router.isCrowded(call)) {
            Crowd.wait(this, call.keys(), holding.epoch());
        } else {
            router.finished(this);
            router.apply(call, holding);
        }
    }

    private void notHere(long epoch) {
        router.finished(this);
        if (call.callback() instanceof Answer answer) {
            answer.notHere(epoch, mayHaveBeenApplied());
        } else {
            call.callback().failed(ErrorCode.WRONGEPOCH, notPrimaryText(epoch));
        }
    }

    @Override
    public void replied(Reply reply) {
        router.end(this);
        switch (reply) {
            case Reply.Done(var outcome) -> {
                router.carriedOut(call, outcome);
                done(outcome);
            }
            case Reply.WrongEpoch(var epoch, var maybeDone) -> {
                if (maybeDone) {
                    mayHaveBeenDone();
                }
                retryLater(otherEpochText(epoch));
            }
            case Reply.Failed(var code, var message) -> failed(code, message);
            case Reply.Found _,
                    Reply.Stored _,
                    Reply.Bumped _,
                    Reply.Alive _,
                    Reply.Fetched _,
                    Reply.Synced _,
                    Reply.Keys _,
                    Reply.Counted _,
                    Reply.SomeKey _,
                    Reply.Inspected _,
                    Reply.Recalled _,
                    Reply.LeaseOver _ ->
                    failed(ErrorCode.INTERNAL, "a write was answered with " + reply);
        }
    }

    void done(Outcome outcome) {
        router.finished(this);
        call.keys().forEach(router.shared.near()::written);
        call.callback().done(outcome);
    }

    @Override
    public void lost(ErrorCode code, boolean maybeSent, String message) {
        router.end(this);
        if (maybeSent) {
            mayHaveBeenDone();
        }
        if (code == ErrorCode.UNREACHABLE) {
            retryLater(message);
        } else {
            failed(code, message);
        }
    }

    @Override
    void answerFailed(ErrorCode code, String message) {
        call.keys().forEach(router.shared.near()::written);
        call.callback().failed(code, message);
    }

    /** Whoever loads a value anew needs none that is here. */
    @Override
    boolean buildsOnWhatStands() {
        return switch (call.operation()) {
            case Operation.TakeLease _, Operation.Fill _, Operation.EndLease _ -> false;
            case Operation.Put _,
                    Operation.Remove _,
                    Operation.Expire _,
                    Operation.Append _,
                    Operation.SetRange _,
                    Operation.Increment _,
                    Operation.IncrementDecimal _,
                    Operation.PutAllIfAbsent _ ->
                    mayHaveBeenApplied() || call.operation().looks();
        };
    }

    @Override
    Bytes key() {
        return call.key();
    }

    @Override
    int weightBytes() {
        return call.weightBytes();
    }
}
