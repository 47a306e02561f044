package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.Request.Bump.Attempt;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Version;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Invalidates one tag, or one cache, at every member (C6, C8). It is acknowledged when all members
 * of the topology that is in force at that moment have stored it with one version.
 *
 * <p><b>Why nobody answers with what was there before.</b> Whoever may answer a LATEST read is a
 * member of a topology. Those of this one have stored it; who cannot be reached stops this until a
 * new topology leaves it out, which comes into force only when its lease is over. Those of a later
 * topology have it from those of this one before they serve ({@link TagSync}). What is written
 * before a member hears of it and reaches a backup afterwards is no later than the clock that the
 * writer has answered with, and so invalid there as well ({@link Tags}).
 *
 * <p><b>Its version.</b> The latest clock that any member has answered with; those that were behind
 * are told in a second round. So it needs no authority over the tag: any member may do this, two
 * may for one tag at the same time, and each version is later than all that were acknowledged
 * before (C1). The first round is the same for all, and nobody waits for a slow one longer than the
 * deadline. An attempt that got lost may arrive after all, much later: it must not count then
 * ({@link Stragglers}).
 *
 * <p><b>Failure.</b> When it does not succeed in time, some members may have stored it, and entries
 * that it would invalidate may be absent at some and present at others; at the next change of
 * topology all come to agree. Repeating it is always safe.
 *
 * <p>Belongs to one lane.
 */
final class Bump extends DeadlineWheel.Deadline {
    /** About what it takes while it waits. */
    private static final int WEIGHT_BYTES = 512;

    private static final long RETRY_NANOS = 10_000_000;

    private final Shared shared;
    private final Lane lane;
    private final Member self;
    private final CacheSettings cache;
    private final long tag;
    private final CompletableFuture<Version> answer;
    private final Tags tags;
    private final long deadlineNanos;

    /** As of which clock it counts where it is stored. */
    private final Map<Member, Long> stored = new HashMap<>();

    /** Who may still get an attempt that nobody waits for any more. */
    private final Set<Member> unsure = new HashSet<>();

    /** Who has taken an attempt for such a one. */
    private final Set<Member> turnedAwayBy = new HashSet<>();

    /** The same here; 0 until all others have heard. */
    private long storedHere;

    /** Of its version, as far as that is known. */
    private long clock;

    private List<Member> waitsFor = List.of();
    private Holding holding;
    private int round;
    private int unanswered;
    private String trouble = "";

    /**
     * @param cache that the tag belongs to
     * @param answer hears of the version when it is acknowledged
     */
    Bump(
            Shared shared,
            Lane lane,
            Member self,
            CacheSettings cache,
            long tag,
            CompletableFuture<Version> answer) {
        this.shared = shared;
        this.lane = lane;
        this.self = self;
        this.cache = cache;
        this.tag = tag;
        this.answer = answer;
        this.tags = shared.keyspace().tags();
        this.deadlineNanos = shared.nanoTime() + shared.timeoutNanos();
        this.holding = shared.epochs().latest();
    }

    void start() {
        List<Member> others = holding.others();
        if (!shared.bytes().tryTake(WEIGHT_BYTES, others)) {
            fail(ErrorCode.BUSY, shared.bytes().fullText());
            return;
        }
        waitsFor = others;
        var _ = answer.whenComplete((_, _) -> shared.bytes().give(WEIGHT_BYTES, waitsFor));
        try {
            clock = tags.begin();
        } catch (GossamerException e) {
            fail(e.code(), String.valueOf(e.getMessage()));
            return;
        }
        send();
    }

    @Override
    protected void expired() {
        send();
    }

    private void send() {
        holding = shared.epochs().latest();
        trouble = "";
        round++;
        if (holding.topology().isEmpty()) {
            trouble = "no topology is known yet";
            retry();
            return;
        }
        if (holding.topology().isProvisional() && cache.partition() == Partition.CONSISTENT) {
            fail(ErrorCode.NOQUORUM, "this node is on the smaller side of a partition");
            return;
        }
        List<Member> behind = behind();
        long later;
        try {
            later = unsure.isEmpty() && turnedAwayBy.isEmpty() ? clock : tags.begin();
        } catch (GossamerException e) {
            trouble = String.valueOf(e.getMessage());
            retry();
            return;
        }
        unanswered = behind.size() + 1;
        long leastNanos = shared.nanoTime() + shared.timeoutNanos() / 4;
        long untilNanos = Math.max(leastNanos - deadlineNanos, 0) + deadlineNanos;
        for (Member each : behind) {
            Request request = request(each, later);
            lane.send(each, request, holding.epoch(), untilNanos, new Answer(each, round));
        }
        oneLess(round);
    }

    /**
     * What follows a lost attempt is told from it by its clock.
     *
     * @param later than the clocks of all attempts before
     */
    private Request request(Member member, long later) {
        if (stored.containsKey(member)) {
            return new Request.Bump(tag, clock, Attempt.LATER);
        }
        if (unsure.contains(member)) {
            return new Request.Bump(tag, later, Attempt.AGAIN);
        }
        long at = turnedAwayBy.contains(member) ? later : clock;
        return new Request.Bump(tag, at, Attempt.FIRST);
    }

    private List<Member> behind() {
        return holding.others().stream()
                .filter(each -> stored.getOrDefault(each, 0L) < clock)
                .toList();
    }

    private final class Answer implements ReplyHandler {
        private final Member member;
        private final int ofRound;

        Answer(Member member, int ofRound) {
            this.member = member;
            this.ofRound = ofRound;
        }

        @Override
        public void replied(Reply reply) {
            if (reply instanceof Reply.Bumped(var at)) {
                stored.merge(member, at, Math::max);
            } else if (ofRound == round) {
                trouble = member.name() + " answered " + reply;
            }
            if (reply instanceof Reply.Failed(var code, var _) && code == ErrorCode.TRYAGAIN) {
                turnedAwayBy.add(member);
            }
            oneLess(ofRound);
        }

        @Override
        public void lost(ErrorCode code, boolean maybeSent, String message) {
            if (maybeSent) {
                unsure.add(member);
            }
            if (ofRound == round) {
                trouble = message;
            }
            oneLess(ofRound);
        }
    }

    private void oneLess(int ofRound) {
        if (answer.isDone() || ofRound != round || --unanswered > 0) {
            return;
        }
        if (!trouble.isEmpty()) {
            retry();
        } else if (shared.epochs().latest() != holding) {
            send();
        } else {
            settle();
        }
    }

    /** All others of the topology have heard: so does this node, and all are to agree. */
    private void settle() {
        stored.values().forEach(at -> clock = Math.max(clock, at));
        try {
            storedHere = storedHere == 0 ? tags.hear(tag, clock) : tags.raise(tag, clock);
        } catch (GossamerException e) {
            trouble = String.valueOf(e.getMessage());
            retry();
            return;
        }
        clock = Math.max(clock, storedHere);
        if (behind().isEmpty()) {
            answer.complete(new Version(holding.epoch(), clock, self.id()));
        } else {
            send();
        }
    }

    private void retry() {
        if (shared.nanoTime() - deadlineNanos >= 0) {
            fail(
                    ErrorCode.NOREPLICAS,
                    "invalidated at " + stored.size() + " other members in time: " + trouble);
        } else {
            lane.wheel().add(this, shared.nanoTime() + RETRY_NANOS);
        }
    }

    private void fail(ErrorCode code, String message) {
        answer.completeExceptionally(new GossamerException(code, message));
    }
}
