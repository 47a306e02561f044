package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.mesh.coherence.NearCopies;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.NearCopy.Question;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A read that this node's memory alone cannot answer, or not yet. */
final class ReadAttempt extends Attempt implements ReplyHandler {
    private static final int WEIGHT_BYTES = 128;
    private static final int JOINED_MAX = 1_024;

    /** Takes the answer of one read. */
    interface Answer {
        void found(@Nullable Entry entry, Whence whence);

        void failed(ErrorCode code, String message);

        /** As {@link Mesh.Callback#takerOrNull}. */
        default Mesh.@Nullable ValueTaker takerOrNull() {
            return null;
        }

        /** Only where forwarding is not allowed: this node is not the slot's primary. */
        default void notHere(long epoch) {
            failed(ErrorCode.WRONGEPOCH, notPrimaryText(epoch));
        }
    }

    private final Bytes key;
    private final Freshness freshness;
    private final boolean forwards;
    private final Answer answer;

    /** Who asked for the same since, and gets the same answer. */
    private final List<Answer> joined = new ArrayList<>(0);

    private @Nullable Member asked;
    private @Nullable Question question;

    /** Read before anything else of a try: see {@link OwnChanges}. */
    private @Nullable Position at;

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
        at = router.positionOrNull(forwards);
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
            retryLater(NO_TOPOLOGY_TEXT);
        } else if (router.shared.isCutOff(holding, key)) {
            retryLater(CUT_OFF_TEXT);
        } else {
            ask(holding.topology().primary(slot), holding.epoch());
        }
    }

    private void ask(Member primary, long epoch) {
        asked = primary;
        question = router.shared.near().question(key, slot, primary.id());
        router.begin(this, epoch);
        router.asks(this);
        router.lane.send(primary, new Request.Read(key), epoch, deadlineNanos, this);
    }

    /**
     * Whether somebody who asks now, and wants what was current less than {@code bound} ago, may
     * have the answer that is under way.
     */
    boolean mayBeJoined(Duration bound) {
        Question open = question;
        return open != null
                && joined.size() < JOINED_MAX
                && router.nanoTime() - open.askedNanos() < NearCopies.nanosOf(bound)
                && router.shared.near().mayBeShared(open);
    }

    void join(Answer another) {
        joined.add(another);
    }

    private void stepHere() {
        if (router.isUnderWay(slot)) {
            router.park(this);
            return;
        }
        if (router.warming().delays(this, List.of(key), true)) {
            return;
        }
        Entry entry = router.shared.keyspace().findOrNull(key);
        if (freshness instanceof Freshness.Any || !router.shared.pending().isPending(slot, key)) {
            found(entry, Whence.here(at));
        } else {
            // What was found may be answered once it can be lost no more; later writes don't
            // matter.
            Whence here = Whence.here(at);
            PendingWait.start(this, List.of(key), () -> found(entry, here));
        }
    }

    private void found(@Nullable Entry entry, Whence whence) {
        found(entry, whence, whence);
    }

    /**
     * @param forJoined what those are told who asked later than the owner was asked
     */
    private void found(@Nullable Entry entry, Whence whence, Whence forJoined) {
        router.finished(this);
        answer.found(entry, whence);
        if (router.shared.near().isValid(key, entry)) {
            joined.forEach(each -> each.found(entry, forJoined));
        } else {
            // They may have asked after the invalidation that the owner had not heard of.
            joined.forEach(each -> router.read(key, freshness, forwards, each));
        }
    }

    private void foundElsewhere(@Nullable Entry entry, @Nullable Position position) {
        Member owner = Objects.requireNonNull(asked);
        Question answered = Objects.requireNonNull(question);
        router.shared.near().answered(answered, entry, position);
        long age = router.nanoTime() - answered.askedNanos();
        found(entry, Whence.owner(owner), Whence.owner(owner, age));
    }

    @Override
    public void replied(Reply reply) {
        router.answered(this);
        router.end(this);
        switch (reply) {
            case Reply.Found(var entry, var position) -> foundElsewhere(entry, position);
            case Reply.WrongEpoch(var epoch, _) -> retryLater(otherEpochText(epoch));
            case Reply.Failed(var code, var message) -> failed(code, message);
            case Reply.Done _,
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
                    failed(ErrorCode.INTERNAL, "a read was answered with " + reply);
        }
    }

    @Override
    public void lost(ErrorCode code, boolean maybeSent, String message) {
        router.answered(this);
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
        joined.forEach(each -> each.failed(code, message));
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
