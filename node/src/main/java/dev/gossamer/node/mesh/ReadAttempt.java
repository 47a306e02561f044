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

/** A read that this node's memory alone cannot answer. */
final class ReadAttempt extends Attempt implements ReplyHandler {

    /** Takes the answer of one read. */
    interface Answer {
        /**
         * @param from the member that answered, or null for this one
         */
        void found(@Nullable Entry entry, @Nullable Member from);

        void failed(ErrorCode code, String message);

        /** Only where forwarding is not allowed: this node is not the slot's primary. */
        default void notHere(long epoch) {
            failed(ErrorCode.WRONGEPOCH, "not the primary in epoch " + epoch);
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
        Holding holding = router.epochs.latest();
        if (router.answers(holding, slot, key, freshness)) {
            if (router.isUnderWay(slot)) {
                router.park(this);
            } else {
                answerHere();
            }
        } else if (holding.isPrimary(slot)) {
            Fetching.start(this, holding, List.of(key), this::answerHere);
        } else if (!forwards) {
            router.finished();
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

    private void answerHere() {
        router.finished();
        answer.found(router.keyspace.findOrNull(key), null);
    }

    @Override
    public void replied(Reply reply) {
        router.end(this);
        switch (reply) {
            case Reply.Found(var entry) -> {
                router.finished();
                answer.found(entry, asked);
            }
            case Reply.WrongEpoch(var epoch) ->
                    retryLater("a member went by epoch " + epoch, false);
            case Reply.Failed(var code, var message) -> failed(code, message);
            case Reply.Done _,
                    Reply.Stored _,
                    Reply.Fetched _,
                    Reply.Page _,
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
            retryLater(message, false);
        } else {
            failed(code, message);
        }
    }

    @Override
    void failed(ErrorCode code, String message) {
        router.finished();
        answer.failed(code, message);
    }
}
