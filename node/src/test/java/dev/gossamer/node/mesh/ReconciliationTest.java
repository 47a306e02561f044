package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.Loss;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.SyncLab.Node;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private static final int[] NOBODY = {};

    private final SyncLab lab = new SyncLab(1, 3);
    private final Node one = lab.node(1);
    private final Node two = lab.node(2);
    private final Node three = lab.node(3);

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

    /** Three goes by a topology of its own, and the others agree on one without it. */
    private void splitOff(long before, long number, int... rest) {
        three.epochs.install(
                lab.topology(
                        Epoch.provisional(epoch(before), 5), Phase.STEADY, members(3), NOBODY));
        lab.runUntil(three::isSynced);
        Topology agreed = lab.topology(epoch(number), Phase.STEADY, rest, NOBODY);
        for (int each : rest) {
            lab.node(each).epochs.install(agreed);
        }
        Node last = lab.node(rest[rest.length - 1]);
        lab.runUntil(() -> last.epochs.served().epoch() == agreed.epoch() && last.isSynced());
    }

    private void heal(long number, int... rest) {
        lab.installAndSync(lab.topology(epoch(number), Phase.COPYING, rest, members(3)));
    }

    @Test
    void whatTheSmallerSideWroteIsOfferedAndTheLoserIsListed() {
        lab.write(SyncLab.put("both", "before"), one, two, three);
        splitOff(1, 2, 1, 2);
        lab.apply(three, SyncLab.put("both", "small side"), lab.newId());
        lab.apply(three, SyncLab.put("small only", "s"), lab.newId());
        lab.runFor(Duration.ofMillis(50));
        lab.write(SyncLab.put("both", "large side"), one, two);

        heal(3, 1, 2);

        for (Node each : List.of(one, two, three)) {
            assertThat(each.at("both")).isEqualTo("large side");
            assertThat(each.at("small only")).isEqualTo("s");
        }
        assertThat(losses(one)).containsExactly("both");
        assertThat(losses(three)).isEmpty();
    }

    @Test
    void aWriteThatComesBeforeTheOfferDoesNotHideTheLoss() {
        splitOff(1, 2, 1, 2);
        lab.apply(three, SyncLab.put("k", "small side"), lab.newId());
        lab.runFor(Duration.ofMillis(50));
        lab.install(lab.topology(epoch(3), Phase.COPYING, members(1, 2), members(3)));
        lab.runUntil(() ->
                three.epochs.served().epoch() == epoch(3)
                        && one.epochs.served().epoch() == epoch(3));
        OperationId call = lab.newId();
        Change change = lab.apply(one, SyncLab.put("k", "large side"), call);
        var request =
                new Request.Replicate(
                        change.changed(), List.of(new RecentOperation(call, change.outcome())));

        three.sync.store(Bytes.utf8("k").slotIndex(), request, three.epochs.served());
        lab.copy(change, call, two);
        lab.runUntil(three::isSynced);

        assertThat(three.at("k")).isEqualTo("large side");
        assertThat(losses(three)).containsExactly("k");
    }

    /** Three has come back, and one has merged what it brings; two has not got it yet. */
    private void mergedAtThePrimary() {
        splitOff(1, 2, 1, 2);
        lab.apply(three, SyncLab.put("k", "small side"), lab.newId());
        lab.install(lab.topology(epoch(3), Phase.COPYING, members(1, 2), members(3)));
        lab.runUntil(() -> one.at("k").equals("small side"));
        assertThat(two.at("k")).isEqualTo("nothing");
    }

    @Test
    void whatIsMergedIsPendingUntilEverybodyHasIt() {
        Bytes key = Bytes.utf8("k");
        mergedAtThePrimary();
        assertThat(one.pending.isPending(key.slotIndex(), key)).isTrue();
        lab.runUntil(() -> !one.pending.isPending(key.slotIndex(), key));
        assertThat(two.at("k")).isEqualTo("small side");
        assertThat(one.pending.keys()).isZero();
    }

    @Test
    void whatIsMergedIsNotPendingForEverWhenTheTopologyChanges() {
        mergedAtThePrimary();
        lab.kill(2);
        lab.runFor(Duration.ofMillis(200));
        assertThat(one.pending.keys()).as("it cannot be given").isOne();
        lab.installAndSync(lab.topology(epoch(4), Phase.COPYING, members(1), members(3)));
        lab.runFor(Duration.ofMillis(50));
        assertThat(one.pending.keys()).isZero();
        assertThat(one.at("k")).isEqualTo("small side");
    }

    private static List<String> losses(Node node) {
        List<String> keys = new ArrayList<>();
        for (Loss loss : node.keyspace.ledger().losses()) {
            keys.add(loss.key().toUtf8());
        }
        return keys;
    }

    /** The second merge has another primary than the first, and so another ledger. */
    @Test
    void whatWonOneMergeIsNotListedAsALossAfterTheNext() {
        splitOff(1, 2, 1, 2);
        lab.apply(three, SyncLab.put("k", "first partition"), lab.newId());
        heal(3, 1, 2);
        assertThat(two.at("k")).isEqualTo("first partition");
        lab.kill(1);
        lab.installAndSync(lab.topology(epoch(4), Phase.COPYING, members(2), members(3)));
        splitOff(4, 5, 2);
        lab.write(SyncLab.put("k", "in the second"), two);

        heal(6, 2);

        assertThat(three.at("k")).isEqualTo("in the second");
        assertThat(losses(two)).isEmpty();
        assertThat(losses(three)).isEmpty();
    }
}
