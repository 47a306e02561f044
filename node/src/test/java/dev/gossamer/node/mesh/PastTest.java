package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.agreement.AcceptorStore;
import dev.gossamer.membership.agreement.Returning;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What member A inherits from an earlier run of its; every slot has the same owners here. */
class PastTest {
    private static final Member A = TestMesh.member(1).withIncarnation(5);
    private static final Member AGAIN = A.withIncarnation(6);
    private static final Member B = TestMesh.member(2);
    private static final Member C = TestMesh.member(3);
    private static final int ALL_COPIES = Integer.MAX_VALUE;
    private static final int SLOT = 7;

    private static Topology topology(
            Member first, int number, Phase phase, int[] owners, int... o) {
        short[][] ofSlots = new short[Slot.COUNT][];
        short[][] beside = new short[Slot.COUNT][];
        Arrays.setAll(ofSlots, _ -> shorts(owners));
        Arrays.setAll(beside, _ -> shorts(o));
        List<Member> members = List.of(first, B, C);
        return new Topology(Epoch.agreed(number), 3, members, phase, ofSlots, beside);
    }

    private static short[] shorts(int... values) {
        short[] all = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            all[i] = (short) values[i];
        }
        return all;
    }

    private static int[] owners(int... owners) {
        return owners;
    }

    private static Past past(int number, int fewest, Phase phase, int[] owners, int... others) {
        Topology topology = topology(A, number, phase, owners, others);
        Holding holding = Holding.none(3, A, fewest).next(topology);
        holding.toMirror().forEach(holding::markMirrored);
        return Past.of(holding, A, 0);
    }

    /** What the new run vouches for when it is among the first owners of a topology. */
    private static int inherited(Past past, int number) {
        Holding holding =
                Holding.none(3, AGAIN, ALL_COPIES)
                        .next(topology(AGAIN, number, Phase.STEADY, owners(1, 0)));
        holding.inherit(past);
        assertThat(holding.keptRank(SLOT)).isEqualTo(holding.inheritedRank(SLOT));
        assertThat(holding.isMirrored(SLOT)).as("has to be compared").isFalse();
        return holding.inheritedRank(SLOT);
    }

    @Test
    void anOwnerHoldsUnderTheNextTopologyWhatItHeld() {
        Past past = past(4, ALL_COPIES, Phase.STEADY, owners(0, 1));
        assertThat(inherited(past, 5)).isZero();
        assertThat(inherited(past, 6)).as("one was between").isEqualTo(Holding.NOTHING_KEPT);
        assertThat(inherited(past, 4)).isEqualTo(Holding.NOTHING_KEPT);
        assertThat(inherited(Past.NONE, 5)).isEqualTo(Holding.NOTHING_KEPT);
    }

    @Test
    void whoCopiedAndWasNotDoneHeldNothing() {
        Topology copying = topology(A, 4, Phase.COPYING, owners(1), 0);
        Past begun = Past.of(Holding.none(3, A, ALL_COPIES).next(copying), A, 0);
        assertThat(inherited(begun, 5)).isEqualTo(Holding.NOTHING_KEPT);
        assertThat(inherited(past(4, ALL_COPIES, Phase.COPYING, owners(1), 0), 5)).isZero();
    }

    @Test
    void anOwnerOfATopologyThatItsRunNeverSawHoldsWhatItHeldBefore() {
        Past past = past(4, ALL_COPIES, Phase.STEADY, owners(1, 0));
        Topology bygone = topology(A, 5, Phase.STEADY, owners(0, 1));
        assertThat(inherited(past.through(bygone, AGAIN, ALL_COPIES), 6)).isZero();
        Past same = past.through(topology(A, 4, Phase.STEADY, owners(1, 0)), AGAIN, ALL_COPIES);
        assertThat(same).isSameAs(past);
    }

    @Test
    void whoIsMadeAnOwnerWithoutHavingHeldTheSlotHoldsNothing() {
        Past past = past(4, ALL_COPIES, Phase.STEADY, owners(1, 2));
        Topology bygone = topology(A, 5, Phase.STEADY, owners(0, 1));
        assertThat(inherited(past.through(bygone, AGAIN, ALL_COPIES), 6))
                .isEqualTo(Holding.NOTHING_KEPT);
    }

    @Test
    void whoIsAnOwnerNoMoreHoldsNothing() {
        Past past = past(4, ALL_COPIES, Phase.STEADY, owners(0, 1));
        Topology without = topology(A, 5, Phase.STEADY, owners(1, 2));
        assertThat(inherited(past.through(without, AGAIN, ALL_COPIES), 6))
                .isEqualTo(Holding.NOTHING_KEPT);
        Topology handingOver = topology(A, 5, Phase.HANDING_OVER, owners(1, 2), 0);
        assertThat(inherited(past.through(handingOver, AGAIN, ALL_COPIES), 6)).isZero();
        Topology ofAnotherRun = topology(AGAIN, 5, Phase.STEADY, owners(0, 1));
        assertThat(past.through(ofAnotherRun, AGAIN, ALL_COPIES)).isEqualTo(Past.NONE);
    }

    @Test
    void aBackupBeyondTheCopiesOfACacheHeldNothingOfIt() {
        Past past = past(4, 1, Phase.STEADY, owners(1, 0));
        assertThat(inherited(past, 5)).isEqualTo(1);
        Topology bygone = topology(A, 5, Phase.STEADY, owners(0, 1));
        assertThat(inherited(past.through(bygone, AGAIN, 1), 6))
                .as("the primary of the thin cache has gone with it")
                .isEqualTo(1);
    }

    @Test
    void underOtherRulesOfCopiesItCountsForNothing() {
        Past past = past(4, ALL_COPIES, Phase.STEADY, owners(0, 1));
        assertThat(past.under(0)).isSameAs(past);
        assertThat(past.under(1)).isEqualTo(Past.NONE);
    }

    @Test
    void nothingOtherThanRanksIsTakenForRanks() {
        Returning held = new Returning(Epoch.agreed(1), 1);
        assertThatThrownBy(() -> new Past(held, 0, new byte[3])).hasMessageContaining("3 slots");
        byte[] negative = new byte[Slot.COUNT];
        negative[9] = -1;
        assertThatThrownBy(() -> new Past(held, 0, negative)).hasMessageContaining("rank -1");
    }

    @Test
    void theEntriesAreOnTheDiskBeforeItIsSaidThatTheyAre(@TempDir Path data) {
        PastFile file = PastFile.open(data, A.id());
        List<Past> atFlush = new ArrayList<>();
        DiskNotary notary =
                new DiskNotary(
                        AcceptorStore.open(data, A.id()),
                        file,
                        true,
                        () -> atFlush.add(PastFile.open(data, A.id()).past()));
        Past past = past(4, ALL_COPIES, Phase.STEADY, owners(0, 1));
        notary.keep(past);
        assertThat(atFlush).containsExactly(Past.NONE);
        assertThat(PastFile.open(data, A.id()).past()).isEqualTo(past);
    }

    @Test
    void aNodeWhoseEntriesAreGoneHasNoPast(@TempDir Path data) {
        Past past = past(4, ALL_COPIES, Phase.STEADY, owners(0, 1));
        PastFile.open(data, A.id()).save(past);
        AcceptorStore acceptor = AcceptorStore.open(data, A.id());
        PastFile file = PastFile.open(data, A.id());
        assertThat(new DiskNotary(acceptor, file, true, () -> {}).past()).isEqualTo(past);
        assertThat(new DiskNotary(acceptor, file, false, () -> {}).past()).isEqualTo(Past.NONE);
    }

    @Test
    void whatCannotBeFlushedIsNotSaidToBeThere(@TempDir Path data) {
        DiskNotary notary =
                new DiskNotary(
                        AcceptorStore.open(data, A.id()),
                        PastFile.open(data, A.id()),
                        true,
                        () -> {
                            throw new IllegalStateException("the disk is gone");
                        });
        assertThatThrownBy(() -> notary.keep(Past.NONE)).hasMessageContaining("the disk is gone");
        assertThat(data.resolve(PastFile.NAME)).doesNotExist();
    }
}
