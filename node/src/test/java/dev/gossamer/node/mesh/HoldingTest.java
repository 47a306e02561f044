package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import dev.gossamer.protocol.Version;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What member A is for its slots; every slot has the same owners here. */
class HoldingTest {
    private static final Member A = TestMesh.member(1);
    private static final Member B = TestMesh.member(2);
    private static final Member C = TestMesh.member(3);
    private static final List<Member> ALL = List.of(A, B, C);
    private static final int ALL_COPIES = Integer.MAX_VALUE;

    /** By their positions in {@link #ALL}, in order of rank. */
    private static Topology topology(long epoch, Phase phase, int[] owners, int... others) {
        short[][] ofSlots = new short[Slot.COUNT][];
        short[][] beside = new short[Slot.COUNT][];
        Arrays.setAll(ofSlots, _ -> shorts(owners));
        Arrays.setAll(beside, _ -> shorts(others));
        return new Topology(epoch, 3, ALL, phase, ofSlots, beside);
    }

    private static short[] shorts(int... values) {
        short[] all = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            all[i] = (short) values[i];
        }
        return all;
    }

    private static Topology steady(int number, int... owners) {
        return topology(Epoch.agreed(number), Phase.STEADY, owners);
    }

    private static int[] owners(int... owners) {
        return owners;
    }

    private static Holding first(int fewestCopies, Topology topology) {
        return Holding.none(3, A, fewestCopies).next(topology);
    }

    /** Everything that the topology asks for is done. */
    private static Holding done(Holding holding) {
        holding.toTakeOver().forEach(holding::markServing);
        holding.toMirror().forEach(holding::markMirrored);
        holding.markReconciled();
        assertThat(holding.isSynced()).isTrue();
        return holding;
    }

    @Test
    void itsRoleFollowsFromTheTopologyAlone() {
        assertThat(first(ALL_COPIES, steady(1, 0, 1)).role(5)).isEqualTo(Role.PRIMARY);
        assertThat(first(ALL_COPIES, steady(1, 1, 0)).role(5)).isEqualTo(Role.BACKUP);
        assertThat(first(ALL_COPIES, steady(1, 1, 2)).role(5)).isEqualTo(Role.NONE);
        Topology copying = topology(Epoch.agreed(2), Phase.COPYING, owners(1), 0);
        assertThat(first(ALL_COPIES, copying).role(5)).isEqualTo(Role.COPYING);
        Topology handingOver = topology(Epoch.agreed(3), Phase.HANDING_OVER, owners(1, 2), 0);
        assertThat(first(ALL_COPIES, handingOver).role(5)).isEqualTo(Role.FORMER);
    }

    @Test
    void anotherRunOfThisMemberOwnsNothing() {
        Member restarted = A.withIncarnation(A.incarnation() + 1);
        Holding holding = Holding.none(3, restarted, ALL_COPIES).next(steady(1, 0, 1));
        assertThat(holding.isMember()).isFalse();
        assertThat(holding.role(0)).isEqualTo(Role.NONE);
        assertThat(holding.isSynced()).isTrue();
    }

    @Test
    void aPrimaryServesOnlyWhatItHasTakenOver() {
        Holding holding = first(ALL_COPIES, steady(1, 0, 1));
        assertThat(holding.toTakeOver()).hasSize(Slot.COUNT);
        assertThat(holding.answers(7, Freshness.LATEST, 2)).isFalse();
        assertThat(holding.answers(7, Freshness.ANY, 2)).isTrue();
        holding.markServing(7);
        holding.markServing(7);
        assertThat(holding.answers(7, Freshness.LATEST, 2)).isTrue();
        assertThat(holding.openCount()).isEqualTo(Slot.COUNT - 1);
        assertThatThrownBy(() -> holding.markMirrored(8)).hasMessageContaining("PRIMARY");
    }

    @Test
    void whoServesGoesOnUnderTheNextEpochAndTakesOverAfterAGap() {
        Holding holding = done(first(ALL_COPIES, steady(1, 0, 1)));
        assertThat(holding.next(steady(2, 0, 2)).isServing(0)).isTrue();
        assertThat(holding.next(steady(3, 0, 1)).isServing(0)).isFalse();
        Topology provisional =
                topology(Epoch.provisional(Epoch.agreed(1), 4), Phase.STEADY, owners(0, 1));
        assertThat(holding.next(provisional).isServing(0)).isFalse();
    }

    @Test
    void aBackupStaysLikeItsPrimaryUntilAnotherIsPrimary() {
        Holding holding = done(first(ALL_COPIES, steady(1, 1, 0)));
        assertThat(holding.next(steady(2, 1, 2, 0)).isMirrored(0)).isTrue();
        assertThat(holding.next(steady(2, 2, 0)).isMirrored(0)).isFalse();
        assertThat(holding.next(steady(3, 1, 0)).isMirrored(0)).isFalse();
    }

    @Test
    void whoHasCopiedBecomesAnOwnerWithoutCopyingAgain() {
        Topology copying = topology(Epoch.agreed(1), Phase.COPYING, owners(1), 0);
        Topology handingOver = topology(Epoch.agreed(2), Phase.HANDING_OVER, owners(1, 0), 2);
        assertThat(done(first(ALL_COPIES, copying)).next(handingOver).isMirrored(0)).isTrue();
        assertThat(first(ALL_COPIES, copying).next(handingOver).isMirrored(0)).isFalse();
    }

    @Test
    void whoCopiesAnswersNobodyBeforeItHasAll() {
        Holding holding = first(ALL_COPIES, topology(Epoch.agreed(1), Phase.COPYING, owners(1), 0));
        assertThat(holding.holds(3)).isFalse();
        assertThat(holding.answers(3, Freshness.ANY, 9)).isFalse();
        holding.markMirrored(3);
        assertThat(holding.answers(3, Freshness.ANY, 9)).isTrue();
        assertThat(holding.answers(3, Freshness.LATEST, 9)).isFalse();
    }

    @Test
    void everybodyWhoHoldsOrCopiesASlotGetsItsWrites() {
        Holding steady = first(1, steady(1, 0, 1, 2));
        assertThat(steady.targets(0, 2)).containsExactly(B);
        assertThat(steady.targets(0, 9)).containsExactly(B, C);
        assertThat(steady.isAlone(0, 1)).isTrue();
        assertThat(steady.isAlone(0, 2)).isFalse();
        Holding copying = first(1, topology(Epoch.agreed(1), Phase.COPYING, owners(0, 1), 2));
        assertThat(copying.targets(0, 1)).as("any may become primary").containsExactly(B, C);
        assertThat(copying.coOwners(0)).containsExactly(B);
        assertThat(copying.isAlone(0, 1)).isFalse();
        Holding handing = first(1, topology(Epoch.agreed(2), Phase.HANDING_OVER, owners(0, 1), 2));
        assertThat(handing.targets(0, 1)).containsExactly(C);
        assertThat(handing.coOwners(0)).containsExactly(B, C);
    }

    @Test
    void aBackupBeyondTheCopiesOfSomeCacheHoldsItAllTheSameWhileOwnersChange() {
        Holding beyond = done(first(1, steady(1, 1, 0)));
        assertThat(beyond.rankToKeep(0)).isEqualTo(1);
        assertThat(beyond.keptRank(0)).isEqualTo(1);
        Holding copying = beyond.next(topology(Epoch.agreed(2), Phase.COPYING, owners(1, 0), 2));
        assertThat(copying.rankToKeep(0)).isZero();
        assertThat(copying.isMirrored(0)).as("knows nothing of the smallest cache").isFalse();
        assertThat(copying.keptRank(0)).isEqualTo(1);
        assertThat(done(copying).keptRank(0)).isZero();
        assertThat(done(first(2, steady(1, 1, 0))).rankToKeep(0)).as("has all caches").isZero();
    }

    @Test
    void itVouchesForNothingThatItDidNotKeepUpToDate() {
        assertThat(first(1, steady(1, 1, 2)).keptRank(0)).isEqualTo(Holding.NOTHING_KEPT);
        Holding copying = first(1, topology(Epoch.agreed(1), Phase.COPYING, owners(1), 0));
        assertThat(copying.keptRank(0)).isEqualTo(Holding.NOTHING_KEPT);
        assertThat(done(copying).keptRank(0)).isZero();
        assertThat(first(1, steady(1, 0, 2)).keptRank(0)).isZero();
    }

    @Test
    void whoComesFromAProvisionalTopologyOffersWhatWasWrittenUnderIt() {
        long aside = Epoch.provisional(Epoch.agreed(1), 4);
        Holding holding = done(first(ALL_COPIES, topology(aside, Phase.STEADY, owners(0))));
        Holding back = holding.next(steady(2, 1, 2));
        assertThat(back.openCount()).isZero();
        assertThat(back.isSynced()).isFalse();
        assertThat(back.mustOffer(new Version(aside, 1, A.id()))).isTrue();
        assertThat(back.mustOffer(new Version(Epoch.agreed(1), 1, A.id()))).isFalse();
        assertThat(back.next(steady(3, 1, 2)).mustReconcile()).as("not done yet").isTrue();
        back.markReconciled();
        assertThat(back.isSynced()).isTrue();
        assertThat(back.next(steady(3, 1, 2)).mustReconcile()).isFalse();
    }

    private static Topology aside(int number, int owner) {
        short[][] owners = new short[Slot.COUNT][];
        Arrays.setAll(owners, _ -> shorts(0));
        long epoch = Epoch.provisional(Epoch.agreed(number), 4);
        return new Topology(epoch, 3, List.of(ALL.get(owner)), owners);
    }

    @Test
    void aSideIsBlindForTheCachesOfWhichNoneOfItsMembersHadACopy() {
        Holding without = first(1, steady(1, 1, 2)).next(aside(1, 0));
        assertThat(without.isBlind(0, 1)).isTrue();
        assertThat(without.isBlind(0, 3)).isTrue();
        Holding second = first(1, steady(1, 1, 0)).next(aside(1, 0));
        assertThat(second.isBlind(0, 1)).isTrue();
        assertThat(second.isBlind(0, 2)).as("a copy was here").isFalse();
        assertThat(first(1, steady(1, 0, 1)).next(aside(1, 0)).isBlind(0, 1)).isFalse();
        Topology handingOver = topology(Epoch.agreed(1), Phase.HANDING_OVER, owners(1, 2), 0);
        assertThat(first(1, handingOver).next(aside(1, 0)).isBlind(0, 1)).isFalse();
        Topology copying = topology(Epoch.agreed(1), Phase.COPYING, owners(1, 2), 0);
        assertThat(first(1, copying).next(aside(1, 0)).isBlind(0, 3)).isTrue();
    }

    @Test
    void aSideStaysBlindUntilItHasReconciled() {
        Holding aside = done(first(ALL_COPIES, steady(1, 1, 2)).next(aside(1, 0)));
        Holding back = aside.next(steady(2, 1, 2));
        assertThat(back.isBlind(0, 3)).isTrue();
        assertThat(back.next(steady(3, 1, 2)).isBlind(0, 3)).isTrue();
        back.markReconciled();
        assertThat(back.next(steady(3, 1, 2)).isBlind(0, 3)).isFalse();
    }

    @Test
    void aSideThatJoinsAnotherStillOwesWhatItWroteSinceTheLastAgreedTopologyItKnew() {
        Holding joined = first(ALL_COPIES, steady(1, 1, 2)).next(aside(2, 0));
        Version written = new Version(Epoch.provisional(Epoch.agreed(1), 9), 1, B.id());
        assertThat(joined.next(steady(3, 0, 1)).mustOffer(written)).isTrue();
    }

    @Test
    void whoseMeshGivesWayOffersEverythingOfIt() {
        Holding holding = done(first(ALL_COPIES, steady(4, 0)));
        Holding other = holding.estranged(steady(7, 0, 1), Epoch.agreed(4));
        assertThat(other.isServing(0)).isFalse();
        assertThat(other.mustReconcile()).isTrue();
        assertThat(other.mustOffer(new Version(Epoch.agreed(3), 1, A.id()))).isTrue();
        assertThat(other.mustOffer(new Version(Epoch.agreed(7), 1, A.id()))).isFalse();
        assertThat(other.next(steady(8, 0, 1)).mustOffer(new Version(Epoch.agreed(3), 1, B.id())))
                .as("still to be done")
                .isTrue();
    }
}
