package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.RouterLab.Answer;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What happens where much waits: limits in bytes, slow members, and many writes of one key (C12).
 */
class RouterLimitsTest {
    private static Topology steady(RouterLab lab, int number, Integer... owners) {
        return lab.topology(Epoch.agreed(number), Phase.STEADY, List.of(owners), List.of());
    }

    private static RouterLab.Network swallowing(RouterLab lab, int to) {
        return (_, target, _) ->
                target.equals(lab.node(to).member) ? Fate.SWALLOWED : Fate.DELIVERED;
    }

    @Test
    void moreThanMayWaitIsRefusedAtOnce() {
        RouterLab lab = new RouterLab(2, KeyspaceSettings.DEFAULT, 1024);
        lab.install(steady(lab, 1, 1, 2));
        lab.network = swallowing(lab, 2);
        assertThat(lab.node(1).put("a", "v".repeat(700)).isOpen()).isTrue();
        assertThat(lab.node(1).put("b", "v".repeat(700)).code).isEqualTo(ErrorCode.BUSY);
        assertThat(lab.node(1).stands("b")).isEqualTo("nothing");
        assertThat(lab.node(1).bytes.refused()).isEqualTo(1);
        RouterLab down = new RouterLab(1, KeyspaceSettings.DEFAULT, 400);
        Answer<String> first = down.node(1).get("a", Freshness.LATEST);
        down.node(1).get("b", Freshness.LATEST);
        Answer<String> third = down.node(1).get("c".repeat(200), Freshness.LATEST);
        assertThat(third.code).isEqualTo(ErrorCode.BUSY);
        assertThat(first.isOpen()).isTrue();
        down.install(steady(down, 1, 1));
        assertThat(first.done).isEqualTo("nothing");
        assertThat(down.node(1).bytes.bytes()).isZero();
    }

    @Test
    void whereThePrimaryIsEnoughAStalledBackupIsNotWaitedFor() {
        CacheSettings primaryOnly =
                new CacheSettings(
                        CacheSettings.DEFAULT_NAME,
                        Optional.empty(),
                        1 << 20,
                        2,
                        CacheSettings.Acks.PRIMARY,
                        Partition.AVAILABLE);
        RouterLab lab = new RouterLab(2, KeyspaceSettings.of(List.of(primaryOnly)), 1 << 20);
        lab.install(steady(lab, 1, 1, 2));
        lab.network = swallowing(lab, 2);
        assertThat(lab.node(1).put("k", "v").done).isInstanceOf(Outcome.Applied.class);
        assertThat(lab.node(1).get("k", Freshness.LATEST).done).isEqualTo("v");
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.pass(RouterLab.TIMEOUT.multipliedBy(2));
        assertThat(lab.node(2).stands("k")).as("copied in the background").isEqualTo("v");
    }

    @Test
    void aMemberThatStallsLeavesRoomForWhatWaitsForOthers() {
        RouterLab lab = new RouterLab(3, KeyspaceSettings.DEFAULT, 4096);
        Bytes one = Bytes.utf8("a");
        lab.install(
                lab.topology(1, slot -> slot == one.slotIndex() ? List.of(1, 2) : List.of(1, 3)));
        lab.network = swallowing(lab, 2);
        assertThat(lab.node(1).put("{a}1", "v".repeat(1200)).isOpen()).isTrue();
        assertThat(lab.node(1).put("{a}2", "v".repeat(1200)).code).isEqualTo(ErrorCode.BUSY);
        assertThat(lab.node(1).bytes.largestShareBytes()).isBetween(1200L, 2048L);
        Answer<Outcome> other = lab.node(1).put("b", "v".repeat(1200));
        lab.run();
        assertThat(other.done).isInstanceOf(Outcome.Applied.class);
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.pass(RouterLab.TIMEOUT.multipliedBy(2));
        assertThat(lab.node(1).bytes.largestShareBytes()).isZero();
        assertThat(lab.node(1).bytes.bytes()).isZero();
    }

    @Test
    void manyWritesOfOneKeyGoInCrowdsInTheirOrderAndAreAllApplied() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        List<Integer> operations = new ArrayList<>();
        lab.network =
                (_, _, message) -> {
                    if (message instanceof Request.Replicate copy) {
                        operations.add(copy.operations().size());
                    }
                    return Fate.DELIVERED;
                };
        List<Answer<Outcome>> answers = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            answers.add(lab.node(1).put("k", "v" + i));
        }
        assertThat(lab.node(1).stands("k")).isEqualTo("v" + PendingWrites.CROWD);
        Answer<String> read = lab.node(1).get("k", Freshness.LATEST);
        lab.run();
        assertThat(answers).allMatch(answer -> answer.done instanceof Outcome.Applied);
        assertThat(read.done).as("arrived after them").isEqualTo("v200");
        assertThat(lab.node(2).stands("k")).isEqualTo("v200");
        assertThat(operations).hasSize(200).allMatch(count -> count <= PendingWrites.CROWD);
    }

    @Test
    void whoWaitsForACrowdThatNeverEndsIsToldInTime() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        lab.network = swallowing(lab, 2);
        Answer<Outcome> last = lab.node(1).put("k", "v0");
        for (int i = 1; i <= PendingWrites.CROWD; i++) {
            last = lab.node(1).put("k", "v" + i);
        }
        lab.pass(RouterLab.TIMEOUT.plusMillis(100));
        assertThat(last.code).isEqualTo(ErrorCode.CLUSTERDOWN);
        assertThat(lab.node(1).stands("k")).isEqualTo("v" + (PendingWrites.CROWD - 1));
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.pass(RouterLab.TIMEOUT.multipliedBy(2));
        Answer<Outcome> after = lab.node(1).put("k", "after");
        lab.run();
        assertThat(after.done).isInstanceOf(Outcome.Applied.class);
        assertThat(lab.node(1).bytes.bytes()).isZero();
    }
}
