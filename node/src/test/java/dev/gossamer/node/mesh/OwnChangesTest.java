package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.gossip.invalidation.Invalidations;
import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.RouterLab.Node;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node writes into its log, and what it leaves out. */
class OwnChangesTest {
    private static final Bytes KEY = Bytes.utf8("k");

    private final RouterLab lab = RouterLab.of(3);
    private final Node first = lab.node(1);
    private final Node second = lab.node(2);

    private Topology steady(long epoch, Integer... owners) {
        return lab.topology(epoch, Phase.STEADY, List.of(owners), List.of());
    }

    private static List<String> logged(Node node, Position since) {
        List<String> all = new ArrayList<>();
        long after = since.sequence();
        for (var run = node.ownLog.after(after); run.isPresent(); run = node.ownLog.after(after)) {
            Invalidations found = run.get();
            for (int i = 0; i < found.count(); i++) {
                all.add(found.kind(i) + (isOf(found, i, KEY) ? " of k" : ""));
            }
            after = found.last();
        }
        return all;
    }

    private static boolean isOf(Invalidations found, int at, Bytes key) {
        return found.kind(at) == Kind.KEY
                && found.slot(at) == key.slotIndex()
                && found.hash(at) == KeyHash.of(key);
    }

    @Test
    void aChangeIsInThePrimarysLogBeforeItIsAcknowledgedAndInNoOther() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        Position before = first.ownLog.position();
        List<String> atTheAnswer = new ArrayList<>();
        second.router.write(
                RouterLab.putOf("k", "v"),
                new Mesh.Callback<>() {
                    @Override
                    public void done(dev.gossamer.node.cache.Outcome answer) {
                        atTheAnswer.addAll(logged(first, before));
                    }

                    @Override
                    public void failed(dev.gossamer.protocol.ErrorCode code, String message) {
                        atTheAnswer.add(message);
                    }
                });
        lab.run();
        assertThat(atTheAnswer).containsExactly("KEY of k");
        assertThat(logged(second, new Position(1, 0))).isEmpty();
    }

    @Test
    void theRemovalOfWhatIsNotHereIsLoggedForItMayBeElsewhere() {
        lab.install(steady(Epoch.agreed(1), 1));
        Operation removal = new Operation.Remove(KEY, Operation.Condition.ALWAYS, false);
        first.router.write(removal, new RouterLab.Answer<>());
        lab.run();
        assertThat(logged(first, new Position(1, 0))).containsExactly("KEY of k");
    }

    @Test
    void aTagIsLoggedByWhoeverStoresThatItIsInvalidatedAndOnceForOneClock() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        Position before = second.ownLog.position();
        long tag = second.keyspace.tagsOf(KEY, List.of(Bytes.utf8("t")))[0];
        long at = second.keyspace.clock() + 1;
        second.keyspace.tags().raise(tag, at);
        second.keyspace.tags().raise(tag, at);
        assertThat(logged(second, before)).containsExactly("TAG");
    }

    @Test
    void whereAWholeCacheIsInvalidatedTheSlotsThatAreServedHereAreNamed() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        Position before = first.ownLog.position();
        Position atTheBackup = second.ownLog.position();
        long tag = Tags.ofCache(first.keyspace.settingsOf(KEY));
        first.keyspace.tags().raise(tag, first.keyspace.clock() + 1);
        second.keyspace.tags().raise(tag, second.keyspace.clock() + 1);
        assertThat(logged(first, before)).hasSize(1 + Slot.COUNT).startsWith("TAG", "SLOT");
        assertThat(logged(second, atTheBackup)).containsExactly("TAG");
    }

    @Test
    void whatChangesNothingIsNotLogged() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        first.router.write(
                new Operation.Put(
                        KEY,
                        new byte[1],
                        Operation.Expiry.NONE,
                        Operation.Condition.IF_PRESENT,
                        false),
                new RouterLab.Answer<>());
        lab.run();
        assertThat(logged(first, new Position(1, 0))).isEmpty();
    }

    @Test
    void aSlotThatIsLostOrGainedIsLoggedOnceTheTopologyIsInForce() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        assertThat(logged(first, new Position(1, 0))).as("nobody has anything yet").isEmpty();
        lab.install(steady(Epoch.agreed(2), 2, 1));
        assertThat(logged(first, new Position(1, 0))).hasSize(Slot.COUNT).containsOnly("SLOT");
        assertThat(logged(second, new Position(1, 0))).hasSize(Slot.COUNT).containsOnly("SLOT");
    }

    @Test
    void aSlotThatStaysIsNotLoggedUnlessAnEpochWasMissed() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        lab.install(steady(Epoch.agreed(2), 1, 3));
        assertThat(logged(first, new Position(1, 0))).isEmpty();
        lab.install(steady(Epoch.agreed(4), 1, 3));
        assertThat(logged(first, new Position(1, 0))).hasSize(Slot.COUNT);
    }

    @Test
    void whoServesItsSideOfAPartitionLogsAllItsSlotsBeforeAndAfter() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        lab.install(steady(Epoch.provisional(Epoch.agreed(1), 1), 1, 2));
        Position parted = first.ownLog.position();
        assertThat(parted.sequence()).isEqualTo(Slot.COUNT);
        assertThat(first.ownLog.claim()).as("a side claims nothing").isEmpty();
        lab.install(steady(Epoch.agreed(2), 1, 2));
        assertThat(logged(first, parted)).hasSize(Slot.COUNT);
        assertThat(first.ownLog.claim()).contains(first.ownLog.position());
    }

    @Test
    void nothingIsClaimedWithoutALease() {
        lab.install(steady(Epoch.agreed(1), 1, 2));
        assertThat(first.ownLog.claim()).isPresent();
        first.lease.set(lab.nanoTime());
        assertThat(first.ownLog.claim()).isEmpty();
    }
}
