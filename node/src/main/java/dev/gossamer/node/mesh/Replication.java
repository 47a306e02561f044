package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings one change to all who must have it. It is over when everybody has it whom the topology
 * names that is in force at that moment, so that whoever came meanwhile is not left out. Copies are
 * states, not operations: sending one twice changes nothing.
 *
 * <p>It outlives its caller's patience: the change stands here, and nobody may hear of it before it
 * is everywhere. It ends early only when this node serves the slot no more. Then the next primary
 * decides what becomes of the change, and a caller that still waits is served by it, under the same
 * operation id. Where a partition has come, and this node is to serve the slot for its side of it,
 * it is the next one itself, and goes on when it does.
 *
 * <p>Belongs to one loop.
 */
final class Replication extends DeadlineWheel.Deadline {
    private static final long RETRY_NANOS = 10_000_000;

    private final LoopRouter router;
    private final WriteCall call;
    private Keyspace.Change change;
    private Request.Replicate request;
    private final int copies;
    private final PendingWrites.Write pending;

    /** As whose the call's bytes are counted. */
    private final List<Member> waitsFor;

    private final List<MemberId> stored = new ArrayList<>(2);

    /** Its neighbours among the {@link Unfinished}. */
    @Nullable Replication earlier;

    @Nullable Replication later;

    /** The topology of the present round of sending, and its number. */
    private Holding holding;

    private int round;
    private int unanswered;
    private String trouble = "";
    private boolean isPending = true;
    private boolean answered;
    private boolean over;

    /**
     * @param call its bytes are counted as pending until this is over, for {@code waitsFor}
     * @param pending ended with this, or before, when the caller need not wait for others
     */
    Replication(
            LoopRouter router,
            WriteCall call,
            Keyspace.Change change,
            PendingWrites.Write pending,
            List<Member> waitsFor) {
        this.router = router;
        this.call = call;
        this.change = change;
        this.pending = pending;
        this.request = new Request.Replicate(change.changed(), operations());
        this.copies = router.settingsOf(call).replication();
        this.waitsFor = waitsFor;
        this.holding = router.shared.epochs().latest();
    }

    /**
     * This operation, and those before it whose effect it has seen and which may not be everywhere
     * yet: a copy that holds their effect must know them, or it would apply them again.
     */
    private List<RecentOperation> operations() {
        List<RecentOperation> all = new ArrayList<>(1);
        all.add(new RecentOperation(call.id(), change.outcome()));
        for (PendingWrites.Write other : router.shared.pending().of(call.keys())) {
            if (other != pending) {
                other.id().flatMap(router.shared.keyspace()::operation).ifPresent(all::add);
            }
        }
        return all;
    }

    void start() {
        router.unfinished(this);
        restamp(holding.epoch());
        if (router.settingsOf(call).acks() == CacheSettings.Acks.PRIMARY) {
            endPending(true);
            answered = true;
            call.callback().done(change.outcome());
        }
        send();
    }

    private void endPending(boolean everywhere) {
        if (isPending) {
            isPending = false;
            router.shared.pending().end(pending, everywhere);
        }
    }

    /** Perhaps: another topology has come into force. */
    void topologyChanged() {
        if (over || router.shared.epochs().latest() == holding) {
            return;
        }
        cancel();
        Holding latest = router.shared.epochs().latest();
        if (isToServeItsSide(latest)) {
            waitUntilServed();
            return;
        }
        if (!latest.isServing(call.slot()) || router.shared.isRefused(latest, call.key())) {
            giveUp();
            return;
        }
        restamp(latest.epoch());
        send();
    }

    private boolean isToServeItsSide(Holding latest) {
        return latest.topology().isProvisional()
                && latest.isPrimary(call.slot())
                && !latest.isServing(call.slot())
                && !router.shared.isRefused(latest, call.key());
    }

    /** No answer of an earlier round counts any more. */
    private void waitUntilServed() {
        round++;
        trouble = "this node is taking the slot over for its side of a partition";
        answerIfLate();
        router.lane.wheel().add(this, router.nanoTime() + RETRY_NANOS);
    }

    /**
     * What was applied under one topology and goes on under the next may be acknowledged without
     * those who are in the former only: perhaps they are on the other side of a partition. Its
     * version says so from now on. Otherwise the smaller side would not offer it to the others
     * after the heal, and of what the larger side wrote it would seem that the smaller one had
     * known it: lost unlisted, either way (C9). With the same clock and the later epoch it is later
     * than it was, and earlier than whatever came after it. In consistent caches, which the smaller
     * side does not write, nothing of this matters, and the epoch is compared first.
     */
    private void restamp(long epoch) {
        long written = change.changed().getFirst().entry().epoch();
        if (router.shared.isConsistent(call.key())
                || Epoch.isProvisional(written)
                || written >= epoch) {
            return;
        }
        List<Item> items =
                change.changed().stream()
                        .map(item -> new Item(item.key(), item.entry().inEpoch(epoch)))
                        .toList();
        Outcome outcome = change.outcome();
        if (outcome instanceof Outcome.Applied(var version, var number, var text, var previous)) {
            Version restamped = new Version(epoch, version.clock(), version.member());
            outcome = new Outcome.Applied(restamped, number, text, previous);
        }
        List<RecentOperation> effective = List.of(new RecentOperation(call.id(), outcome));
        router.shared.keyspace().merge(call.slot(), items, effective);
        change = new Keyspace.Change(outcome, items, false);
        request = new Request.Replicate(items, operations());
        stored.clear();
    }

    @Override
    protected void expired() {
        if (router.shared.epochs().latest() == holding) {
            send();
        } else {
            topologyChanged();
        }
    }

    private void send() {
        holding = router.shared.epochs().latest();
        trouble = "";
        round++;
        List<Member> targets = holding.targets(call.slot(), copies);
        if (!stored.isEmpty()) {
            targets.removeIf(target -> stored.contains(target.id()));
        }
        unanswered = targets.size() + 1;
        // Never so short that a peer could seem stalled that merely had no time to answer.
        long leastNanos = router.nanoTime() + router.shared.timeoutNanos() / 4;
        long deadlineNanos =
                leastNanos - call.deadlineNanos() > 0 ? leastNanos : call.deadlineNanos();
        for (Member target : targets) {
            router.lane.send(
                    target, request, holding.epoch(), deadlineNanos, new Answer(target, round));
        }
        countThisNode(round);
    }

    /** Its copy counts when it would be found after whatever the node is to outlive. */
    private void countThisNode(int ofRound) {
        LowerTier disk = router.shared.keyspace().tiers().lower();
        if (disk.acknowledgesDurable()) {
            disk.whenDurable(() -> router.lane.execute(() -> oneLess(ofRound)));
        } else {
            oneLess(ofRound);
        }
    }

    private final class Answer implements ReplyHandler {
        private final Member target;
        private final int ofRound;

        Answer(Member target, int ofRound) {
            this.target = target;
            this.ofRound = ofRound;
        }

        @Override
        public void replied(Reply reply) {
            if (reply instanceof Reply.Stored) {
                stored.add(target.id());
            } else if (ofRound == round) {
                trouble = target.name() + " answered " + reply;
            }
            oneLess(ofRound);
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            if (ofRound == round) {
                trouble = message;
            }
            oneLess(ofRound);
        }
    }

    private void oneLess(int ofRound) {
        if (over || ofRound != round || --unanswered > 0) {
            return;
        }
        if (router.shared.epochs().latest() != holding) {
            topologyChanged();
        } else if (trouble.isEmpty()) {
            finish();
        } else {
            answerIfLate();
            router.lane.wheel().add(this, router.nanoTime() + RETRY_NANOS);
        }
    }

    private void answerIfLate() {
        if (!answered && router.nanoTime() - call.deadlineNanos() >= 0) {
            answered = true;
            call.callback()
                    .failed(
                            ErrorCode.NOREPLICAS,
                            "stored here and on " + stored.size() + " others in time: " + trouble);
        }
    }

    private void finish() {
        end(true);
        if (!answered) {
            answered = true;
            call.callback().done(change.outcome());
        }
    }

    private void giveUp() {
        end(false);
        if (!answered) {
            answered = true;
            WriteAttempt attempt = new WriteAttempt(router, call);
            attempt.mayHaveBeenDone();
            router.submit(attempt);
        }
    }

    private void end(boolean everywhere) {
        over = true;
        router.finished(this);
        router.shared.bytes().give(call.weightBytes(), waitsFor);
        endPending(everywhere);
    }
}
