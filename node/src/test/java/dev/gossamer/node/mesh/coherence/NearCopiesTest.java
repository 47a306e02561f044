package dev.gossamer.node.mesh.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.gossip.invalidation.InvalidationLog;
import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.gossip.invalidation.ProvableAge;
import dev.gossamer.gossip.invalidation.Raced;
import dev.gossamer.gossip.invalidation.SlotSet;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.NearCopy.Question;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Fills, invalidations and answers in every order that matters. */
class NearCopiesTest {
    private static final MemberId OWNER = new MemberId(7);
    private static final Bytes KEY = Bytes.utf8("k");
    private static final int SLOT = KEY.slotIndex();
    private static final Duration SECOND = Duration.ofSeconds(1);

    private long now = 1_000_000_000L;
    private Raced raced = Raced.NO;
    private boolean clockFollows = true;
    private final Set<Long> invalidated = new HashSet<>();
    private final InvalidationLog log = new InvalidationLog(OWNER, 1, 1 << 20, () -> {});
    private final NearCopies near =
            new NearCopies(
                    new NearTier(
                            1 << 20, () -> 0, (_, entry, other) -> entry.isLaterByClock(other)),
                    (_, _, _, _, _) -> raced,
                    new NearCopies.TagKnowledge() {
                        @Override
                        public boolean isValid(Bytes key, Entry entry) {
                            return Arrays.stream(entry.tags()).noneMatch(invalidated::contains);
                        }

                        @Override
                        public boolean heard(long tag, long clock) {
                            invalidated.add(tag);
                            return clockFollows;
                        }
                    },
                    () -> now,
                    Set.of());

    private static Entry entry(long clock) {
        return Entry.of(new byte[1], version(clock), Entry.NEVER);
    }

    private static Version version(long clock) {
        return new Version(1, clock, OWNER);
    }

    private Question ask() {
        now++;
        return near.question(KEY, SLOT, OWNER);
    }

    private void answer(Question question, long clock) {
        now++;
        near.answered(question, entry(clock), log.position());
    }

    /** The version that a reader gets, or -1. */
    private long found() {
        now++;
        var copy = near.findOrNull(KEY, SECOND, now);
        return copy == null ? -1 : copy.entry().version().clock();
    }

    private void invalidate(Kind kind, long hash, long clock) {
        long before = log.position().sequence();
        log.append(kind, SLOT, hash, version(clock));
        near.invalidated(new Effect.Deliver(OWNER, 1, log.after(before).orElseThrow()));
    }

    @Test
    void anInvalidationTakesOutTheKeyItNamesAndASlotAllOfIt() {
        answer(ask(), 1);
        invalidate(Kind.KEY, KeyHash.of(Bytes.utf8("other")), 2);
        invalidate(Kind.TAG, KeyHash.of(KEY), 2);
        assertThat(found()).isEqualTo(1);
        invalidate(Kind.KEY, KeyHash.of(KEY), 2);
        assertThat(found()).isEqualTo(-1);
        answer(ask(), 2);
        assertThat(found()).isEqualTo(2);
        invalidate(Kind.SLOT, 0, 3);
        assertThat(found()).isEqualTo(-1);
    }

    @Test
    void aCopyIsOverOnceATagOfItIsHeardToBeInvalidated() {
        Question question = ask();
        Entry tagged = Entry.of(new byte[1], version(1), Entry.NEVER, new long[] {7});
        near.answered(question, tagged, log.position());
        invalidate(Kind.TAG, 8, 2);
        assertThat(found()).isEqualTo(1);
        invalidate(Kind.TAG, 7, 2);
        assertThat(found()).isEqualTo(-1);
    }

    @Test
    void aTagThatTheClockCannotFollowVoidsAllOfItsOrigin() {
        answer(ask(), 1);
        clockFollows = false;
        invalidate(Kind.TAG, 8, Long.MAX_VALUE);
        assertThat(found()).isEqualTo(-1);
    }

    @Test
    void whatTheOwnerGaveAfterAnInvalidationOutlivesIt() {
        long before = log.position().sequence();
        log.append(Kind.KEY, SLOT, KeyHash.of(KEY), version(2));
        answer(ask(), 3);
        near.invalidated(new Effect.Deliver(OWNER, 1, log.after(before).orElseThrow()));
        assertThat(found()).isEqualTo(3);
    }

    @Test
    void anAnswerFromBeforeAWriteIsNotKept() {
        Question early = ask();
        now++;
        near.written(KEY);
        assertThat(near.mayBeShared(early)).isFalse();
        answer(early, 1);
        assertThat(found()).isEqualTo(-1);
    }

    @Test
    void aLateAnswerLeavesNothingOlderThanItself() {
        Question late = ask();
        Question quick = ask();
        answer(quick, 1);
        answer(late, 2);
        assertThat(found()).as("its reader was told of 2").isEqualTo(-1);
    }

    @Test
    void aLateOlderAnswerDoesNotOustALaterOne() {
        Question late = ask();
        answer(ask(), 2);
        answer(late, 1);
        assertThat(found()).isEqualTo(2);
    }

    @Test
    void aMissAndAnAnswerWithoutPositionTakeOutWhatStands() {
        answer(ask(), 1);
        near.answered(ask(), null, log.position());
        assertThat(found()).isEqualTo(-1);
        answer(ask(), 1);
        near.answered(ask(), entry(2), null);
        assertThat(found()).isEqualTo(-1);
    }

    @Test
    void whatRacedIsNotKept() {
        raced = Raced.YES;
        answer(ask(), 1);
        assertThat(found()).isEqualTo(-1);
        raced = Raced.NOT_KNOWN;
        answer(ask(), 1);
        assertThat(found()).isEqualTo(-1);
    }

    @Test
    void anOverrunVoidsJustItsSlotsAndANewLifeAllOfItsOrigin() {
        answer(ask(), 1);
        near.overrun(new Effect.Overrun(OWNER, 1, 9, SlotSet.of(slot -> slot == SLOT + 1)));
        assertThat(found()).isEqualTo(1);
        near.overrun(new Effect.Overrun(OWNER, 1, 9, SlotSet.of(slot -> slot == SLOT)));
        assertThat(found()).isEqualTo(-1);
        answer(ask(), 1);
        near.overrun(new Effect.Overrun(new MemberId(8), 1, 9, SlotSet.ALL));
        assertThat(found()).as("another origin").isEqualTo(1);
        near.overrun(new Effect.Overrun(OWNER, 2, 0, SlotSet.ALL));
        assertThat(found()).isEqualTo(-1);
    }

    @Test
    void aCopyIsAsOldAsItsOriginsProofOrItsOwnQuestion() {
        answer(ask(), 1);
        now += SECOND.toNanos();
        assertThat(found()).isEqualTo(-1);
        near.proven(new Effect.Watermark(OWNER, 1, 1, 0, 1, now - 1));
        assertThat(found()).isEqualTo(1);
        near.proven(new Effect.Watermark(OWNER, 1, 1, 0, 1, ProvableAge.UNKNOWN));
        assertThat(found()).as("what it was proved by is believed no more").isEqualTo(-1);
        assertThat(near.anyOrNull(KEY)).isNotNull();
    }

    @Test
    void theWorstAgeIsThatOfTheMemberThatProvesLeast() {
        assertThat(near.worstAgeSeconds(List.of())).isZero();
        near.proven(new Effect.Watermark(OWNER, 1, 1, 0, 1, now - 500_000_000));
        assertThat(near.worstAgeSeconds(List.of(OWNER))).isEqualTo(0.5);
        assertThat(near.worstAgeSeconds(List.of(OWNER, new MemberId(8))))
                .isEqualTo(Double.POSITIVE_INFINITY);
    }
}
