package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.RouterLab.Answer;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.node.mesh.RouterLab.Node;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Removals of what the primary has not, and another holder has (C8). */
class RouterRemovalTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final Version FOREVER =
            new Version(Long.MAX_VALUE, Long.MAX_VALUE, new MemberId(0));

    private static Topology steady(RouterLab lab, long epoch, Integer... owners) {
        return lab.topology(epoch, Phase.STEADY, List.of(owners), List.of());
    }

    /** Both hold the key, until capacity takes it from the first. */
    private static RouterLab evictedAtThePrimary() {
        RouterLab lab = RouterLab.of(2, 2, Partition.AVAILABLE);
        lab.install(steady(lab, Epoch.agreed(1), 1, 2));
        lab.node(1).put("k", "v");
        lab.run();
        assertThat(lab.node(2).stands("k")).isEqualTo("v");
        lab.node(1).keyspace.dropUnlessLater(KEY, FOREVER);
        return lab;
    }

    private static Answer<Outcome> remove(Node at) {
        Answer<Outcome> answer = new Answer<>();
        at.router.write(new Operation.Remove(KEY, Condition.ALWAYS, true), answer);
        return answer;
    }

    @Test
    void whatIsRemovedDoesNotComeBackFromABackupThatStillHadIt() {
        RouterLab lab = evictedAtThePrimary();
        Answer<Outcome> removal = remove(lab.node(1));
        lab.run();
        assertThat(removal.done).isEqualTo(new Outcome.Unchanged(null));
        lab.node(2).install(steady(lab, Epoch.agreed(2), 2));
        assertThat(lab.node(2).get("k", Freshness.LATEST).done).isEqualTo("nothing");
    }

    @Test
    void aRemovalThatFindsNothingIsAnsweredWhenNoCopyIsLeft() {
        RouterLab lab = evictedAtThePrimary();
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        Answer<Outcome> removal = remove(lab.node(1));
        lab.run();
        assertThat(removal.isOpen()).isTrue();
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.install(steady(lab, Epoch.agreed(2), 1, 2));
        lab.pass(Duration.ofMillis(50));
        assertThat(removal.done).isEqualTo(new Outcome.Unchanged(null));
        assertThat(lab.node(2).stands("k")).isEqualTo("nothing");
    }

    @Test
    void itIsRepeatedWithoutEffect() {
        RouterLab lab = evictedAtThePrimary();
        remove(lab.node(1));
        lab.run();
        Entry tombstone = lab.node(1).keyspace.peekOrNull(KEY);
        Answer<Outcome> again = remove(lab.node(1));
        lab.run();
        assertThat(again.done).isEqualTo(new Outcome.Unchanged(null));
        assertThat(lab.node(1).keyspace.peekOrNull(KEY)).isSameAs(tombstone);
        assertThat(lab.node(1).bytes.bytes()).isZero();
    }

    @Test
    void whereNobodyElseHasACopyNothingIsRemembered() {
        RouterLab lab = RouterLab.of(1);
        lab.install(steady(lab, Epoch.agreed(1), 1));
        assertThat(remove(lab.node(1)).done).isEqualTo(new Outcome.Unchanged(null));
        assertThat(lab.node(1).keyspace.peekOrNull(KEY)).isNull();
    }

    @Test
    void whoIsAloneOnItsSideOfAPartitionRemembersItForTheOtherSide() {
        RouterLab lab = evictedAtThePrimary();
        long aside = Epoch.provisional(Epoch.agreed(1), 3);
        lab.node(1).install(steady(lab, aside, 1));
        assertThat(remove(lab.node(1)).done).isEqualTo(new Outcome.Unchanged(null));
        Entry tombstone = lab.node(1).keyspace.peekOrNull(KEY);
        assertThat(tombstone.isTombstone()).isTrue();
        assertThat(tombstone.epoch()).isEqualTo(aside);
    }

    @Test
    void whenThePartitionComesBeforeItsAnswerItCountsAsOfThisSide() {
        RouterLab lab = evictedAtThePrimary();
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        Answer<Outcome> removal = remove(lab.node(1));
        Answer<Outcome> write = lab.node(1).put("other", "v");
        lab.run();
        long aside = Epoch.provisional(Epoch.agreed(1), 3);
        lab.node(1).install(steady(lab, aside, 1));
        assertThat(removal.done).isEqualTo(new Outcome.Unchanged(null));
        assertThat(lab.node(1).keyspace.peekOrNull(KEY).epoch()).isEqualTo(aside);
        assertThat(((Outcome.Applied) write.done).version().epoch()).isEqualTo(aside);
        assertThat(lab.node(1).keyspace.peekOrNull(Bytes.utf8("other")).epoch()).isEqualTo(aside);
        assertThat(lab.node(1).bytes.bytes()).isZero();
    }

    @Test
    void aWriteThatWaitsForItsSideToBeTakenOverKeepsToItsTime() {
        RouterLab lab = evictedAtThePrimary();
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        Answer<Outcome> write = lab.node(1).put("k", "v");
        lab.run();
        long aside = Epoch.provisional(Epoch.agreed(1), 3);
        lab.node(1).installOnly(steady(lab, aside, 1));
        lab.pass(RouterLab.TIMEOUT.plusMillis(50));
        assertThat(write.code).isEqualTo(ErrorCode.NOREPLICAS);
        Holding holding = lab.node(1).epochs.latest();
        holding.toTakeOver().forEach(holding::markServing);
        lab.node(1).epochs.progressed(holding);
        lab.run();
        assertThat(lab.node(1).pending.keys()).isZero();
        assertThat(lab.node(1).keyspace.peekOrNull(KEY).epoch()).isEqualTo(aside);
    }
}
