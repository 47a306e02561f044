package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.mesh.SyncLab.Node;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Topology.Phase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Slots with many entries are compared range by range. */
class SyncRangesTest {
    private static final int[] NOBODY = {};

    private final SyncLab lab = new SyncLab(1, 4);
    private final Node one = lab.node(1);
    private final Node two = lab.node(2);
    private final Node three = lab.node(3);
    private final Node four = lab.node(4);

    private static long epoch(long number) {
        return Epoch.agreed(number);
    }

    private static int[] members(int... numbers) {
        return numbers;
    }

    @BeforeEach
    void threeHoldEverything() {
        lab.installAndSync(lab.topology(epoch(1), Phase.STEADY, members(1, 2, 3), NOBODY));
    }

    private void oneDies() {
        lab.kill(1);
        lab.installAndSync(lab.topology(epoch(2), Phase.STEADY, members(2, 3), NOBODY));
    }

    /** 300 entries a slot: without ranges the listings alone would be a fifth of the content. */
    @Test
    void aMemberThatReturnsListsOnlyTheRangesThatDiffer() {
        String value = "v".repeat(200);
        for (int i = 0; i < 30_000; i++) {
            lab.write(SyncLab.put("{" + i % 100 + "}key-" + i, value), one, four);
        }
        for (int i = 0; i < 300; i++) {
            lab.write(SyncLab.put("{" + i % 100 + "}key-" + i * 100, "w" + value), one);
        }
        lab.installAndSync(lab.topology(epoch(2), Phase.COPYING, members(1), members(4)));

        lab.assertAlike(one, four);
        long all = 30_000 * 250L;
        assertThat(four.sync.bytesMoved()).isBetween(300 * 250L, all * 4 / 100);
    }

    /** Three has what two has not and two what three has not: both end up with all of it. */
    @Test
    void aTakeoverOfRangesTakesAndGivesWhatDiffers() {
        for (int i = 0; i < 2_000; i++) {
            lab.write(SyncLab.put("{s}" + i, "v".repeat(100)), one, two, three);
        }
        OperationId first = lab.newId();
        lab.copy(lab.apply(one, SyncLab.put("{s}1", "late"), first), first, three);
        OperationId second = lab.newId();
        lab.copy(lab.apply(one, SyncLab.put("{s}2", "late"), second), second, two);
        long before = two.sync.bytesMoved();

        oneDies();

        assertThat(two.at("{s}1")).isEqualTo("late");
        assertThat(three.at("{s}2")).isEqualTo("late");
        lab.assertAlike(two, three);
        assertThat(two.sync.bytesMoved() - before).isBetween(100L, 20_000L);
    }

    /** What is adopted from one holder is given to another that was like this node until then. */
    @Test
    void whatATakeoverAdoptsFromOneHolderIsGivenToTheOthers() {
        lab.installAndSync(lab.topology(epoch(2), Phase.COPYING, members(1, 2, 3), members(4)));
        for (int i = 0; i < 2_000; i++) {
            lab.write(SyncLab.put("{s}" + i, "v".repeat(100)), one, two, three, four);
        }
        OperationId call = lab.newId();
        lab.copy(lab.apply(one, SyncLab.put("{s}1", "late"), call), call, four);
        // Three differs, too, but elsewhere.
        OperationId other = lab.newId();
        lab.copy(lab.apply(one, SyncLab.put("{s}2", "late"), other), other, three);
        int slot = Bytes.utf8("{s}").slotIndex();
        lab.kill(1);

        lab.install(lab.topology(epoch(3), Phase.HANDING_OVER, members(2, 3), members(4)));
        lab.runUntil(() -> two.epochs.served().isServing(slot));

        assertThat(two.at("{s}1")).isEqualTo("late");
        assertThat(three.at("{s}1")).isEqualTo("late");
        assertThat(four.at("{s}2")).isEqualTo("late");
    }
}
