package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One node's view of what it holds; every slot has the same owners here. */
class HoldingTest {
    private static final Member A = TestMesh.member(1);
    private static final Member B = TestMesh.member(2);
    private static final Member C = TestMesh.member(3);
    private static final Member D = TestMesh.member(4);
    private static final int ALL_COPIES = Integer.MAX_VALUE;

    /** Owners in order of rank, as indexes into the members. */
    private static Topology topology(long epoch, List<Member> members, int... owners) {
        short[] ranks = new short[owners.length];
        for (int i = 0; i < owners.length; i++) {
            ranks[i] = (short) owners[i];
        }
        short[][] table = new short[Slot.COUNT][];
        Arrays.setAll(table, _ -> ranks.clone());
        return new Topology(epoch, 2, members, table);
    }

    private static Holding founded(MemberId self, int fewestCopies) {
        Member member = self.equals(A.id()) ? A : B;
        return Holding.none(2, self, fewestCopies).next(topology(1, List.of(member), 0), self);
    }

    private static Holding step(Holding from, Topology to) {
        return from.next(to, A.id());
    }

    @Test
    void aFounderIsCompleteAndAJoinerIsNot() {
        assertThat(founded(A.id(), ALL_COPIES).fillingCount()).isZero();
        Holding joiner =
                Holding.none(2, A.id(), ALL_COPIES).next(topology(2, List.of(A, B), 1, 0), A.id());
        assertThat(joiner.fillingCount()).isEqualTo(Slot.COUNT);
        assertThat(joiner.isAuthoritative(5)).isFalse();
        joiner.markComplete(5);
        joiner.markComplete(5);
        assertThat(joiner.fillingCount()).isEqualTo(Slot.COUNT - 1);
        assertThat(joiner.isAuthoritative(5)).isTrue();
    }

    @Test
    void anOwnerStaysCompleteAndAFormerOneStillVouches() {
        Holding holding = step(founded(A.id(), ALL_COPIES), topology(2, List.of(A, B), 1, 0));
        assertThat(holding.isComplete(0)).isTrue();
        assertThat(holding.isPrimary(0)).isFalse();
        assertThat(holding.answers(0, Freshness.LATEST)).isFalse();
        assertThat(holding.answers(0, Freshness.ANY)).isTrue();
        holding = step(holding, topology(3, List.of(A, B, C), 1, 2));
        assertThat(holding.isComplete(0)).isFalse();
        assertThat(holding.isAuthoritative(0)).isTrue();
        assertThat(holding.fillingCount()).isZero();
        holding = step(holding, topology(4, List.of(A, B, C), 2, 1));
        assertThat(holding.isAuthoritative(0)).isFalse();
    }

    @Test
    void whoMissedAnEpochOrIsTheSmallerSideOfAMergeTrustsNothing() {
        Holding founded = founded(A.id(), ALL_COPIES);
        Holding missed = step(founded, topology(3, List.of(A, B), 0, 1));
        assertThat(missed.fillingCount()).isEqualTo(Slot.COUNT);
        Holding merged = step(founded, topology(2, List.of(A, B, C), 0, 1));
        assertThat(merged.fillingCount()).isEqualTo(Slot.COUNT);
        assertThat(merged.isOrphaned(0, 1)).isFalse();
    }

    @Test
    void whoMovesUpIntoTheCopiesOfSomeCacheFillsAgain() {
        Holding founded = founded(A.id(), 1);
        Holding second = step(founded, topology(2, List.of(A, B), 1, 0));
        assertThat(second.isComplete(0)).isTrue();
        assertThat(second.isAuthoritative(0)).as("had all just before").isTrue();
        Holding third = step(second, topology(3, List.of(A, B, C), 1, 0));
        assertThat(third.isComplete(0)).isTrue();
        assertThat(third.isAuthoritative(0)).as("knows nothing of the smallest cache").isFalse();
        Holding fourth = step(third, topology(4, List.of(A, B, C), 0, 1));
        assertThat(fourth.isComplete(0)).isFalse();
        assertThat(fourth.isAuthoritative(0)).isFalse();
        assertThat(fourth.fillingCount()).isEqualTo(Slot.COUNT);
    }

    @Test
    void itsCopiesAreOrphanedWhenNobodyIsLeftOfThoseWhoHadThemJustBefore() {
        Holding demoted = step(founded(A.id(), 1), topology(2, List.of(A, B), 1, 0));
        assertThat(demoted.isOrphaned(0, 1)).isFalse();
        Holding widowed = step(demoted, topology(3, List.of(A, C), 0, 1));
        assertThat(widowed.isOrphaned(0, 1)).as("only B knew").isTrue();
        assertThat(widowed.isOrphaned(0, 2)).as("this node had part in it").isFalse();
        assertThat(widowed.isOrphaned(0, ALL_COPIES)).isFalse();
    }

    @Test
    void ownersAreAskedFirstThenThoseJustBeforeThenTheRest() {
        Holding holding = step(founded(A.id(), ALL_COPIES), topology(2, List.of(A, B), 1, 0));
        holding = step(holding, topology(3, List.of(A, B, C), 2, 0));
        assertThat(holding.sources(0)).containsExactly(C, B);
        holding = step(holding, topology(4, List.of(A, B, C, D), 3, 0));
        assertThat(holding.likelySources(0)).containsExactly(D, C);
        assertThat(holding.sources(0)).containsExactly(D, C, B);
        assertThat(holding.othersToStore(0, 1)).containsExactly(D);
        assertThat(holding.othersToStore(0, 9)).containsExactly(D);
    }
}
