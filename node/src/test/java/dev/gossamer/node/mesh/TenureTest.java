package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the leases that a member has given in slot 5 end with a topology. */
class TenureTest {
    private static final Member A = TestMesh.member(1);
    private static final Member B = TestMesh.member(2);

    private static Topology topology(long epoch, int primary) {
        short[][] owners = new short[Slot.COUNT][];
        Arrays.setAll(owners, _ -> new short[] {(short) primary, (short) (1 - primary)});
        return new Topology(epoch, 2, List.of(A, B), owners);
    }

    private static Holding holding(long epoch, int primary) {
        return Holding.none(2, A, Integer.MAX_VALUE).next(topology(epoch, primary));
    }

    private static boolean isBroken(Holding before, Topology next) {
        return Tenure.broken(before, before.next(next)).test(5);
    }

    @Test
    void whoStaysPrimaryUnderTheVeryNextEpochGoesOn() {
        assertThat(isBroken(holding(Epoch.agreed(3), 0), topology(Epoch.agreed(4), 0))).isFalse();
    }

    @Test
    void whoGainsLosesOrMissesAnEpochBeginsAnew() {
        assertThat(isBroken(holding(Epoch.agreed(3), 1), topology(Epoch.agreed(4), 0))).isTrue();
        assertThat(isBroken(holding(Epoch.agreed(3), 0), topology(Epoch.agreed(4), 1))).isTrue();
        assertThat(isBroken(holding(Epoch.agreed(3), 0), topology(Epoch.agreed(5), 0))).isTrue();
    }

    @Test
    void neitherBeginningNorEndOfAPartitionLeavesATenureWhole() {
        long agreed = Epoch.agreed(3);
        long side = Epoch.provisional(agreed, 7);
        assertThat(isBroken(holding(agreed, 0), topology(side, 0))).isTrue();
        Holding parted = holding(agreed, 0).next(topology(side, 0));
        assertThat(isBroken(parted, topology(Epoch.agreed(4), 0))).isTrue();
        Holding healed = parted.next(topology(Epoch.agreed(4), 0));
        assertThat(isBroken(healed, topology(Epoch.agreed(5), 0))).isTrue();
        healed.markReconciled();
        assertThat(isBroken(healed, topology(Epoch.agreed(5), 0))).isFalse();
    }
}
