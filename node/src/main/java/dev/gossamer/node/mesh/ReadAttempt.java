package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A read that this node's memory alone cannot answer, or not yet. */
final class ReadAttempt extends Attempt implements ReplyHandler {
    private static final int WEIGHT_BYTES = 128;

    /** Takes the answer of one read. */
    interface Answer {
        /**
         * @param from the member that answered, or null for this one
         */
        void found(@Nullable Entry entry, @Nullable Member from);

        void failed(ErrorCode code, String message);

        /** Only where forwarding is not allowed: this node is not the slot's primary. */
        default void notHere(long epoch) {
            failed(ErrorCode.WRONGEPOCH, Holding.notPrimaryText(epoch));
        }
    }

    private final Bytes key;
    private final Freshness freshness;
    private final boolean forwards;
    private final Answer answer;
    private @Nullable Member asked;

    ReadAttempt(
            LoopRouter router,
            int slot,
            long deadlineNanos,
            Bytes key,
            Freshness freshness,
            boolean forwards,
            Answer answer) {
        super(router, slot, deadlineNanos);
        this.key = key;
        this.freshness = freshness;
        this.forwards = forwards;
        this.answer = answer;
    }

    @Override
    void step() {
        Holding holding = router.shared.epochs().latest();
        if (router.mayAnswer(holding, slot, key, freshness)) {
            stepHere();
        } else if (router.shared.isRefused(holding, key)) {
            failed(ErrorCode.NOQUORUM, "this node is on the smaller side of a partition");
        } else if (holding.isPrimary(slot)) {
            retryLater(holding.whyNotServing(slot));
        } else if (!forwards) {
            router.finished(this);
            answer.notHere(holding.epoch());
        } else if (holding.topology().isEmpty()) {
            router.park(this);
        } else {
            Member primary = holding.topology().primary(slot);
            asked = primary;
            router.begin(this, holding.epoch());
            router.lane.send(primary, new Request.Read(key), holding.epoch(), deadlineNanos, this);
        }
    }

    private void stepHere() {
        if (router.isUnderWay(slot)) {
            router.park(this);
            return;
        }
        Entry entry = router.shared.keyspace().findOrNull(key);
        if (freshness instanceof Freshness.Any || !router.shared.pending().isPending(slot, key)) {
            found(entry, null);
        } else {
            // What was found may be answered once it can be lost no more; later writes don't
            // matter.
            PendingWait.start(this, List.of(key), () -> found(entry, null));
        }
    }

    private void found(@Nullable Entry entry, @Nullable Member from) {
        router.finished(this);
        answer.found(entry, from);
    }

    @Override
    public void replied(Reply reply) {
        router.end(this);
        switch (reply) {
            case Reply.Found(var entry) -> found(entry, asked);
            case Reply.WrongEpoch(var epoch, _) -> retryLater(Holding.otherEpochText(epoch));
            case Reply.Failed(var code, var message) -> failed(code, message);
            case Reply.Done _,
                    Reply.Stored _,
                    Reply.Bumped _,
                    Reply.Alive _,
                    Reply.Fetched _,
                    Reply.Synced _,
                    Reply.Keys _,
                    Reply.Counted _,
                    Reply.SomeKey _ ->
                    failed(ErrorCode.INTERNAL, "a read was answered with " + reply);
        }
    }

    @Override
    public void lost(ErrorCode code, boolean maybeSent, String message) {
        router.end(this);
        if (code == ErrorCode.UNREACHABLE) {
            retryLater(message);
        } else {
            failed(code, message);
        }
    }

    @Override
    void answerFailed(ErrorCode code, String message) {
        answer.failed(code, message);
    }

    @Override
    Bytes key() {
        return key;
    }

    @Override
    int weightBytes() {
        return WEIGHT_BYTES + key.length();
    }
}
