package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.RouterLab.Answer;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The data path under topologies that the test makes up, message by message. */
class RouterTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final OperationId ID = new OperationId(77, 1);

    private static Topology steady(RouterLab lab, int number, Integer... owners) {
        return lab.topology(Epoch.agreed(number), Phase.STEADY, List.of(owners), List.of());
    }

    private static RouterLab.Network swallowing(RouterLab lab, int to) {
        return (_, target, _) ->
                target.equals(lab.node(to).member) ? Fate.SWALLOWED : Fate.DELIVERED;
    }

    @Test
    void aWriteIsAnsweredWhenEveryOwnerHasIt() {
        RouterLab lab = RouterLab.of(3);
        lab.install(steady(lab, 1, 1, 2, 3));
        Answer<Outcome> answer = lab.node(3).put("k", "v");
        lab.run();
        assertThat(answer.done).isInstanceOf(Outcome.Applied.class);
        assertThat(lab.nodes).allMatch(node -> node.stands("k").equals("v"));
        assertThat(lab.nodes).allMatch(node -> node.pending.keys() == 0);
        assertThat(lab.nodes).allMatch(node -> node.bytes.bytes() == 0);
    }

    @Test
    void whoCopiesAndWhoWasAnOwnerGetsEveryWriteToo() {
        RouterLab lab = RouterLab.of(3, 1, Partition.AVAILABLE);
        lab.install(lab.topology(Epoch.agreed(1), Phase.COPYING, List.of(1, 2), List.of(3)));
        lab.node(1).put("k", "v");
        lab.run();
        assertThat(lab.nodes).allMatch(node -> node.stands("k").equals("v"));
        lab.install(lab.topology(Epoch.agreed(2), Phase.HANDING_OVER, List.of(3, 2), List.of(1)));
        lab.node(2).put("k", "w");
        lab.run();
        assertThat(lab.node(1).stands("k")).isEqualTo("w");
        assertThat(lab.node(2).stands("k")).as("beyond the cache's copies").isEqualTo("v");
    }

    @Test
    void aLatestReadWaitsForAPendingWriteAndAnyDoesNot() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(1).put("k", "old");
        lab.run();
        lab.network = swallowing(lab, 2);
        Answer<Outcome> write = lab.node(1).put("k", "new");
        Answer<String> latest = lab.node(1).get("k", Freshness.LATEST);
        Answer<String> any = lab.node(1).get("k", Freshness.ANY);
        Answer<String> other = lab.node(1).get("other", Freshness.LATEST);
        lab.run();
        assertThat(any.done).isEqualTo("new");
        assertThat(other.done).isEqualTo("nothing");
        assertThat(write.isOpen()).isTrue();
        assertThat(latest.isOpen()).as("the write could still be lost").isTrue();
        lab.install(steady(lab, 2, 1));
        assertThat(write.done).isInstanceOf(Outcome.Applied.class);
        assertThat(latest.done).isEqualTo("new");
    }

    @Test
    void aReaderIsNotKeptWaitingByWritesThatBeganAfterIt() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        AtomicInteger copies = new AtomicInteger();
        lab.network =
                (_, _, request) ->
                        request instanceof Request.Replicate && copies.getAndIncrement() > 0
                                ? Fate.SWALLOWED
                                : Fate.DELIVERED;
        lab.node(1).put("k", "first");
        Answer<String> read = lab.node(1).get("k", Freshness.LATEST);
        Answer<Outcome> second = lab.node(1).put("k", "second");
        lab.run();
        assertThat(read.done).isEqualTo("first");
        assertThat(second.isOpen()).isTrue();
    }

    @Test
    void aWriteOutlivesItsCallersPatienceAndStaysHiddenUntilItIsEverywhere() {
        RouterLab lab = RouterLab.of(3);
        lab.install(steady(lab, 1, 1, 2, 3));
        lab.network = swallowing(lab, 3);
        Answer<Outcome> write = lab.node(1).put("k", "v");
        lab.pass(RouterLab.TIMEOUT.plusMillis(100));
        assertThat(write.code).isEqualTo(ErrorCode.NOREPLICAS);
        assertThat(write.message)
                .contains("stored here and on 1 others in time")
                .contains("node-3");
        Answer<String> read = lab.node(1).get("k", Freshness.LATEST);
        lab.run();
        assertThat(read.isOpen()).isTrue();
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.pass(RouterLab.TIMEOUT);
        assertThat(lab.node(3).stands("k")).isEqualTo("v");
        assertThat(read.done).isEqualTo("v");
        assertThat(lab.node(1).bytes.bytes()).isZero();
    }

    @Test
    void aReadThatWaitsTooLongForAPendingWriteFailsAndMayBeSentAgain() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        lab.network = swallowing(lab, 2);
        lab.node(1).put("k", "v");
        Answer<String> read = lab.node(1).get("k", Freshness.LATEST);
        lab.pass(RouterLab.TIMEOUT.plusMillis(50));
        assertThat(read.code).isEqualTo(ErrorCode.CLUSTERDOWN);
        assertThat(read.code.retryable()).isTrue();
    }

    @Test
    void aDeposedPrimaryIsRefusedAndItsWriteIsCarriedOutByTheNextOne() {
        RouterLab lab = RouterLab.of(3);
        lab.install(steady(lab, 1, 1, 2));
        Topology next = steady(lab, 2, 2, 3);
        lab.node(2).install(next);
        lab.node(3).install(next);
        Answer<Outcome> write = lab.node(1).put("k", "v");
        lab.pass(Duration.ofMillis(50));
        assertThat(lab.node(2).stands("k"))
                .as("a copy of an epoch that is over")
                .isEqualTo("nothing");
        assertThat(write.isOpen()).isTrue();
        lab.node(1).install(next);
        assertThat(write.done).isInstanceOf(Outcome.Applied.class);
        assertThat(lab.node(2).stands("k")).isEqualTo("v");
        assertThat(lab.node(3).stands("k")).isEqualTo("v");
    }

    @Test
    void whatADeposedPrimaryHasAppliedIsNeverReportedAsRefused() {
        RouterLab lab = RouterLab.of(3);
        lab.install(steady(lab, 1, 1, 2));
        lab.network = swallowing(lab, 2);
        Answer<Outcome> write = lab.node(3).put("k", "v");
        lab.run();
        assertThat(lab.node(1).stands("k")).isEqualTo("v");
        lab.node(1).install(steady(lab, 2, 2, 1));
        lab.pass(RouterLab.TIMEOUT.plusMillis(100));
        assertThat(write.code).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(write.message).contains("the outcome is unknown");
    }

    @Test
    void whoHoldsNothingOfASlotDoesNotSayThatItStoredACopy() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1));
        lab.node(1).put("k", "v");
        Item copy = new Item(KEY, lab.node(1).keyspace.peekOrNull(KEY));
        RecentOperation operation = new RecentOperation(ID, new Outcome.Unchanged(null));
        List<Reply> replies = new ArrayList<>();
        lab.node(2)
                .service
                .handle(
                        new Request.Replicate(List.of(copy), List.of(operation)),
                        Epoch.agreed(1),
                        replies::add);
        assertThat(replies).containsExactly(new Reply.WrongEpoch(Epoch.agreed(1)));
        assertThat(lab.node(2).stands("k")).isEqualTo("nothing");
    }

    @Test
    void withoutALeaseNothingLatestIsAnsweredAndNothingWritten() {
        RouterLab lab = RouterLab.of(1);
        lab.install(steady(lab, 1, 1));
        lab.node(1).put("k", "v");
        lab.node(1).lease.set(0);
        Answer<String> latest = lab.node(1).get("k", Freshness.LATEST);
        Answer<String> within = lab.node(1).get("k", new Freshness.Within(Duration.ofSeconds(5)));
        Answer<Outcome> write = lab.node(1).put("k", "w");
        assertThat(lab.node(1).get("k", Freshness.ANY).done).isEqualTo("v");
        lab.pass(Duration.ofMillis(500));
        assertThat(latest.isOpen() && within.isOpen() && write.isOpen()).isTrue();
        assertThat(lab.node(1).stands("k")).isEqualTo("v");
        lab.node(1).lease.set(Long.MAX_VALUE / 2);
        lab.pass(Duration.ofMillis(50));
        assertThat(latest.done).isEqualTo("v");
        assertThat(within.done).isEqualTo("v");
        assertThat(lab.node(1).stands("k")).isEqualTo("w");
    }

    @Test
    void anAvailableCacheWaitsForALeaseAsLongAsTheCaller() {
        RouterLab lab = RouterLab.of(1);
        lab.install(steady(lab, 1, 1));
        lab.node(1).lease.set(0);
        Answer<String> latest = lab.node(1).get("k", Freshness.LATEST);
        lab.pass(RouterLab.LEASE.plusMillis(100));
        assertThat(latest.isOpen()).isTrue();
        lab.pass(RouterLab.TIMEOUT);
        assertThat(latest.code).isEqualTo(ErrorCode.CLUSTERDOWN);
        assertThat(latest.message).contains("no lease");
    }

    @Test
    void aConsistentCacheRefusesWithinALeaseWhenTheMajorityIsGone() {
        RouterLab lab = RouterLab.of(2, 2, Partition.CONSISTENT);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(1).lease.set(0);
        lab.node(2).lease.set(0);
        lab.network = (_, _, _) -> Fate.REFUSED;
        Answer<String> here = lab.node(1).get("k", Freshness.LATEST);
        Answer<Outcome> there = lab.node(2).put("k", "v");
        lab.pass(RouterLab.LEASE.plusMillis(50));
        assertThat(here.code).isEqualTo(ErrorCode.NOQUORUM);
        assertThat(there.code).isEqualTo(ErrorCode.NOQUORUM);
    }

    @Test
    void aMemberThatIsCutOffAsksNobodyForAConsistentCacheSoThatItsRefusalIsCertain() {
        RouterLab lab = RouterLab.of(3, 2, Partition.CONSISTENT);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(3).lease.set(0);
        lab.network = swallowing(lab, 1);
        Answer<Outcome> write = lab.node(3).put("written", "v");
        Answer<String> read = lab.node(3).get("read", Freshness.LATEST);
        lab.pass(RouterLab.LEASE.plusMillis(50));
        for (Answer<?> refused : List.of(write, read)) {
            assertThat(refused.code).isEqualTo(ErrorCode.NOQUORUM);
            assertThat(refused.message).contains("cut off");
        }
    }

    @Test
    void aMemberThatIsCutOffForAMomentOnlyAsksWhenItsLeaseIsBack() {
        RouterLab lab = RouterLab.of(3, 2, Partition.CONSISTENT);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(3).lease.set(0);
        Answer<Outcome> write = lab.node(3).put("k", "v");
        lab.run();
        assertThat(write.isOpen()).isTrue();
        lab.node(3).lease.set(Long.MAX_VALUE / 2);
        lab.pass(Duration.ofMillis(100));
        assertThat(write.done).isInstanceOf(Outcome.Applied.class);
        assertThat(lab.node(1).stands("k")).isEqualTo("v");
    }

    @Test
    void anAvailableCacheIsAskedForWithoutALease() {
        RouterLab lab = RouterLab.of(3, 2, Partition.AVAILABLE);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(3).lease.set(0);
        Answer<Outcome> write = lab.node(3).put("k", "v");
        lab.run();
        assertThat(write.done).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aProvisionalTopologyServesWhatIsAvailableWithoutALease() {
        RouterLab lab = RouterLab.of(2, 2, Partition.AVAILABLE);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(2).lease.set(0);
        long epoch = Epoch.provisional(Epoch.agreed(1), 3);
        lab.node(2).install(lab.topology(epoch, Phase.STEADY, List.of(2), List.of()));
        assertThat(lab.node(2).put("k", "v").done).isInstanceOf(Outcome.Applied.class);
        assertThat(lab.node(2).get("k", Freshness.LATEST).done).isEqualTo("v");
    }

    /** Whoever is left out may be on the other side of a partition, and has not seen it. */
    @Test
    void aWriteThatIsAcknowledgedWithoutAnOwnerIsAWriteOfTheEpochWithoutIt() {
        for (Partition partition : Partition.values()) {
            RouterLab lab = RouterLab.of(2, 2, partition);
            lab.install(steady(lab, 1, 1, 2));
            lab.network = swallowing(lab, 2);
            Answer<Outcome> write = lab.node(1).put("k", "v");
            lab.run();
            lab.install(steady(lab, 2, 1));
            long epoch = Epoch.agreed(partition == Partition.AVAILABLE ? 2 : 1);
            assertThat(write.done)
                    .isInstanceOfSatisfying(
                            Outcome.Applied.class,
                            applied -> assertThat(applied.version().epoch()).isEqualTo(epoch));
            assertThat(lab.node(1).keyspace.peekOrNull(KEY).epoch()).isEqualTo(epoch);
        }
    }

    @Test
    void aWriteThatIsFoundAppliedUnderAnEarlierTopologyIsAcknowledgedAsAWriteOfThisOne() {
        RouterLab lab = RouterLab.of(2, 2, Partition.AVAILABLE);
        lab.install(steady(lab, 1, 1));
        lab.node(1).increment("k", ID);
        lab.install(steady(lab, 2, 1, 2));
        Answer<Outcome> again = lab.node(1).increment("k", ID);
        lab.run();
        assertThat(again.done)
                .isInstanceOfSatisfying(
                        Outcome.Applied.class,
                        applied ->
                                assertThat(applied.version().epoch()).isEqualTo(Epoch.agreed(2)));
        assertThat(lab.nodes).allMatch(node -> node.stands("k").equals("1"));
        assertThat(lab.nodes)
                .allMatch(node -> node.keyspace.peekOrNull(KEY).epoch() == Epoch.agreed(2));
        assertThat(lab.node(1).bytes.bytes()).isZero();
    }

    @Test
    void aProvisionalTopologyRefusesWhatIsConsistentAtOnce() {
        RouterLab lab = RouterLab.of(2, 2, Partition.CONSISTENT);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(1).put("k", "v");
        lab.run();
        long epoch = Epoch.provisional(Epoch.agreed(1), 3);
        lab.node(2).install(lab.topology(epoch, Phase.STEADY, List.of(2), List.of()));
        assertThat(lab.node(2).put("k", "w").code).isEqualTo(ErrorCode.NOQUORUM);
        assertThat(lab.node(2).get("k", Freshness.LATEST).code).isEqualTo(ErrorCode.NOQUORUM);
        assertThat(lab.node(2).get("k", Freshness.ANY).done).isEqualTo("v");
        assertThat(lab.node(2).stands("k")).isEqualTo("v");
    }

    @Test
    void aNewPrimaryAnswersOnlyWhenItHasTakenTheSlotOver() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(1).put("k", "v");
        lab.run();
        Topology next = steady(lab, 2, 2);
        lab.node(2).installOnly(next);
        Answer<String> read = lab.node(2).get("k", Freshness.LATEST);
        Answer<Outcome> write = lab.node(2).put("k", "w");
        lab.pass(Duration.ofMillis(100));
        assertThat(read.isOpen() && write.isOpen()).isTrue();
        Holding holding = lab.node(2).epochs.latest();
        holding.toTakeOver().forEach(holding::markServing);
        lab.node(2).epochs.progressed(holding);
        lab.run();
        assertThat(read.done).isEqualTo("v");
        assertThat(write.done).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void anOperationIsAppliedOnceHoweverOftenItsLinkIsLost() {
        RouterLab lab = RouterLab.of(3);
        lab.install(steady(lab, 1, 1, 2));
        AtomicInteger lost = new AtomicInteger(3);
        lab.network =
                (_, _, request) ->
                        request instanceof Request.Write && lost.getAndDecrement() > 0
                                ? Fate.ANSWER_LOST
                                : Fate.DELIVERED;
        Answer<Outcome> answer = lab.node(3).increment("n", ID);
        lab.pass(Duration.ofMillis(200));
        assertThat(((Outcome.Applied) answer.done).number()).isEqualTo(1);
        assertThat(lab.node(1).stands("n")).isEqualTo("1");
        assertThat(lost.get()).as("it was sent four times").isNegative();
    }

    @Test
    void anOperationIsAppliedOnceAlsoByTheNextPrimary() {
        RouterLab lab = RouterLab.of(3);
        lab.install(steady(lab, 1, 1, 2));
        lab.network =
                (_, _, request) ->
                        request instanceof Request.Write ? Fate.ANSWER_LOST : Fate.DELIVERED;
        Answer<Outcome> answer = lab.node(3).increment("n", ID);
        lab.pass(Duration.ofMillis(30));
        assertThat(answer.isOpen()).isTrue();
        lab.network = (_, _, _) -> Fate.DELIVERED;
        lab.install(steady(lab, 2, 2, 3));
        lab.pass(Duration.ofMillis(30));
        assertThat(((Outcome.Applied) answer.done).number()).isEqualTo(1);
        assertThat(lab.node(2).stands("n")).isEqualTo("1");
    }

    @Test
    void aRepeatedOperationIsNotAnsweredBeforeItsFirstTryIsEverywhere() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        lab.network = swallowing(lab, 2);
        Answer<Outcome> first = lab.node(1).increment("n", ID);
        Answer<Outcome> again = lab.node(1).increment("n", ID);
        lab.run();
        assertThat(first.isOpen() && again.isOpen()).isTrue();
        lab.install(steady(lab, 2, 1));
        assertThat(((Outcome.Applied) first.done).number()).isEqualTo(1);
        assertThat(((Outcome.Applied) again.done).number()).isEqualTo(1);
        assertThat(again.times).isEqualTo(1);
    }

    @Test
    void aCopyKnowsTheOperationsWhoseEffectItHas() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        AtomicInteger copies = new AtomicInteger();
        lab.network =
                (_, _, request) ->
                        request instanceof Request.Replicate && copies.getAndIncrement() == 0
                                ? Fate.SWALLOWED
                                : Fate.DELIVERED;
        lab.node(1).increment("n", ID);
        Answer<Outcome> second = lab.node(1).increment("n", new OperationId(77, 2));
        lab.run();
        assertThat(((Outcome.Applied) second.done).number()).isEqualTo(2);
        assertThat(lab.node(2).keyspace.operation(ID)).isPresent();
    }

    @Test
    void aMemberThatGoesByAnotherEpochIsAskedAgain() {
        RouterLab lab = RouterLab.of(2);
        lab.node(1).install(steady(lab, 1, 2));
        lab.node(2).install(steady(lab, 2, 2));
        Answer<String> read = lab.node(1).get("k", Freshness.LATEST);
        lab.pass(Duration.ofMillis(50));
        assertThat(read.isOpen()).isTrue();
        lab.node(1).install(steady(lab, 2, 2));
        lab.pass(Duration.ofMillis(20));
        assertThat(read.done).isEqualTo("nothing");
    }

    @Test
    void beforeAnyTopologyRequestsWaitForOne() {
        RouterLab lab = RouterLab.of(1);
        Answer<Outcome> write = lab.node(1).put("k", "v");
        Answer<String> read = lab.node(1).get("k", Freshness.LATEST);
        lab.pass(Duration.ofMillis(50));
        assertThat(write.isOpen() && read.isOpen()).isTrue();
        lab.install(steady(lab, 1, 1));
        assertThat(read.done).as("after the write").isEqualTo("v");
    }
}
