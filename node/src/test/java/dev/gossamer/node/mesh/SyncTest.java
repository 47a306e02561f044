package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.SyncLab.Node;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SyncTest {
    private static final int[] NOBODY = {};
    private static final Version FOREVER = new Version(Long.MAX_VALUE, Long.MAX_VALUE, id(0));

    private final SyncLab lab = new SyncLab(1, 4);
    private final Node one = lab.node(1);
    private final Node two = lab.node(2);
    private final Node three = lab.node(3);
    private final Node four = lab.node(4);

    private static MemberId id(long value) {
        return new MemberId(value);
    }

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

    private static boolean hasTakenOver(Node node, long number) {
        Holding holding = node.epochs.served();
        return holding.epoch() == epoch(number) && holding.toTakeOver().isEmpty();
    }

    @Test
    void aNewPrimaryAdoptsWhatOnlyAnotherHolderHasGot() {
        OperationId call = lab.newId();
        lab.copy(lab.apply(one, SyncLab.put("k", "late"), call), call, three);

        oneDies();

        assertThat(two.at("k")).isEqualTo("late");
        lab.assertAlike(two, three);
    }

    @Test
    void whatOnlyTheNewPrimaryHasGotIsGivenToTheOthersBeforeItServes() {
        OperationId call = lab.newId();
        lab.copy(lab.apply(one, SyncLab.put("k", "late"), call), call, two);
        int slot = Bytes.utf8("k").slotIndex();
        lab.kill(1);

        lab.install(lab.topology(epoch(2), Phase.STEADY, members(2, 3), NOBODY));
        lab.runUntil(() -> two.epochs.served().isServing(slot));

        assertThat(three.at("k")).isEqualTo("late");
        assertThat(three.keyspace.operation(call)).isPresent();
    }

    @Test
    void aCallWhoseEffectWasAdoptedIsNotAppliedAgain() {
        Operation increment = new Operation.Increment(Bytes.utf8("n"), 1);
        OperationId call = lab.newId();
        lab.copy(lab.apply(one, increment, call), call, three);

        oneDies();
        Change again = lab.apply(two, increment, call);

        assertThat(again.repeated()).isTrue();
        assertThat(((Outcome.Applied) again.outcome()).number()).isEqualTo(1);
        assertThat(two.at("n")).isEqualTo("1");
    }

    @Test
    void aCallIsKnownEvenIfALaterWriteHidesThatItsCopyIsMissing() {
        OperationId first = lab.newId();
        OperationId second = lab.newId();
        Operation increment = new Operation.Increment(Bytes.utf8("n"), 1);
        lab.copy(lab.apply(one, increment, first), first, three);
        lab.copy(lab.apply(one, increment, second), second, two, three);

        oneDies();

        assertThat(lab.apply(two, increment, first).repeated()).isTrue();
        assertThat(two.at("n")).isEqualTo("2");
    }

    /** Three says so when it is surveyed; it would say it again when it mirrors. */
    @Test
    void aNewPrimaryWritesLaterThanEverythingThatAnyHolderHas() {
        lab.write(SyncLab.put("k", "v"), one, two, three);
        three.stepClock(Duration.ofMillis(300));
        three.keyspace.witness((three.keyspace.clock() & ~0xffffL) + (200L << 16));
        long ahead = three.keyspace.clock();
        assertThat(two.keyspace.clock()).isLessThan(ahead);
        lab.swallowed = request -> request instanceof Request.Sync(SyncRequest.Compare _);
        lab.kill(1);

        lab.install(lab.topology(epoch(2), Phase.STEADY, members(2, 3), NOBODY));
        lab.runUntil(() -> hasTakenOver(two, 2));
        Change first = lab.apply(two, SyncLab.put("k", "w"), lab.newId());

        assertThat(((Outcome.Applied) first.outcome()).version().clock()).isGreaterThan(ahead);
    }

    @Test
    void whatWasEvictedAtOneHolderIsNotMovedByATakeover() {
        for (int i = 0; i < 2000; i++) {
            lab.write(SyncLab.put("key-" + i, "x".repeat(200)), one, two, three);
        }
        settleByRepair();
        for (int i = 0; i < 2000; i++) {
            two.keyspace.dropUnlessLater(Bytes.utf8("key-" + i), FOREVER);
        }
        OperationId call = lab.newId();
        lab.copy(lab.apply(one, SyncLab.put("key-7", "late"), call), call, three);
        long before = two.sync.bytesMoved();
        lab.kill(1);

        lab.install(lab.topology(epoch(2), Phase.STEADY, members(2, 3), NOBODY));
        lab.runUntil(() -> hasTakenOver(two, 2));

        assertThat(two.at("key-7")).isEqualTo("late");
        assertThat(two.at("key-8")).isEqualTo("nothing");
        assertThat(two.sync.bytesMoved() - before).isLessThan(500);
    }

    /** The backups ask, and learn that everything so far is everywhere. */
    private void settleByRepair() {
        lab.nodes.forEach(each -> each.sync.start());
        lab.runFor(Duration.ofSeconds(25));
    }

    @Test
    void aMemberThatHasNothingCopiesEverythingRemovalsToo() {
        for (int i = 0; i < 500; i++) {
            lab.write(SyncLab.put("{one}" + i, "y".repeat(50)), one, two, three);
            lab.write(SyncLab.put("key-" + i, "z"), one, two, three);
        }
        lab.write(SyncLab.remove("{one}3"), one, two, three);

        lab.installAndSync(lab.topology(epoch(2), Phase.COPYING, members(1, 2, 3), members(4)));

        assertThat(four.at("{one}3")).isEqualTo("-");
        assertThat(four.at("key-499")).isEqualTo("z");
        lab.assertAlike(one, four);
        assertThat(four.sync.transfer().slotsLeft()).isZero();
        assertThat(four.sync.transfer().slotsDone()).isPositive();
    }

    @Test
    void operationsComeToAMemberThatCopies() {
        Operation increment = new Operation.Increment(Bytes.utf8("n"), 1);
        OperationId call = lab.newId();
        lab.copy(lab.apply(one, increment, call), call, two, three);

        lab.installAndSync(lab.topology(epoch(2), Phase.COPYING, members(1, 2, 3), members(4)));

        assertThat(four.keyspace.operation(call)).isPresent();
    }

    @Test
    void aMemberThatReturnsTransfersOnlyWhatDiffers() {
        String value = "v".repeat(200);
        for (int i = 0; i < 100_000; i++) {
            lab.write(SyncLab.put("key-" + i, value), one, four);
        }
        for (int i = 0; i < 1_000; i++) {
            lab.write(SyncLab.put("key-" + i * 100, "w" + value), one);
        }
        lab.installAndSync(lab.topology(epoch(2), Phase.COPYING, members(1), members(4)));

        lab.assertAlike(one, four);
        long all = 100_000 * 250L;
        assertThat(four.sync.bytesMoved()).isBetween(1_000 * 250L, all * 3 / 100);
    }

    @ParameterizedTest(name = "{0} bytes a second, {1} pages at once")
    @CsvSource({"100000, 4, 9000, 11000", "1000000000, 1, 100, 2500", "1000000000, 8, 10, 400"})
    void aCopyKeepsToItsRateAndItsNumberOfPages(
            long rate, int pages, long millisMin, long millisMax) {
        SyncLab slow = new SyncLab(5, 2, KeyspaceSettings.DEFAULT, SyncLab.settings(rate, pages));
        slow.installAndSync(slow.topology(epoch(1), Phase.STEADY, members(1), NOBODY));
        for (int i = 0; i < 900; i++) {
            slow.write(SyncLab.put("key-" + i, "v".repeat(1000)), slow.node(1));
        }
        long begun = slow.now();

        slow.installAndSync(slow.topology(epoch(2), Phase.COPYING, members(1), members(2)));

        assertThat(Duration.ofNanos(slow.now() - begun).toMillis()).isBetween(millisMin, millisMax);
    }

    @Test
    void aCopySaysHowMuchIsLeftAndForHowLong() {
        SyncLab slow = new SyncLab(5, 2, KeyspaceSettings.DEFAULT, SyncLab.settings(100_000, 4));
        slow.installAndSync(slow.topology(epoch(1), Phase.STEADY, members(1), NOBODY));
        for (int i = 0; i < 900; i++) {
            slow.write(SyncLab.put("key-" + i, "v".repeat(1000)), slow.node(1));
        }
        slow.install(slow.topology(epoch(2), Phase.COPYING, members(1), members(2)));
        slow.runFor(Duration.ofSeconds(5));

        Mesh.Transfer transfer = slow.node(2).sync.transfer();

        assertThat(transfer.isRunning()).isTrue();
        assertThat(transfer.slotsDone()).isBetween(200, 600);
        assertThat(transfer.bytesDone()).isBetween(400_000L, 600_000L);
        assertThat(transfer.bytesLeft()).isBetween(300_000L, 900_000L);
        assertThat(transfer.bytesPerSecond()).isBetween(80_000L, 120_000L);
        assertThat(transfer.left()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(8));
    }

    @Test
    void nothingOlderSurvivesInAMemberThatReturns() {
        lab.write(SyncLab.put("removed", "old"), one, two, three, four);
        lab.write(SyncLab.put("forgotten", "old"), one, two, three, four);
        lab.write(SyncLab.remove("removed"), one, two, three);
        for (Node each : List.of(one, two, three)) {
            each.keyspace.dropUnlessLater(Bytes.utf8("forgotten"), FOREVER);
        }

        lab.installAndSync(lab.topology(epoch(2), Phase.COPYING, members(1, 2, 3), members(4)));

        assertThat(four.at("removed")).isEqualTo("-");
        assertThat(four.at("forgotten")).isEqualTo("nothing");
    }

    @Test
    void whatAReturningMemberWroteAloneGivesWayEvenIfItsClockIsAhead() {
        lab.write(SyncLab.put("k", "agreed"), one, two, three);
        four.stepClock(Duration.ofMillis(300));
        lab.apply(four, SyncLab.put("k", "alone"), lab.newId());
        lab.apply(four, SyncLab.put("other", "alone"), lab.newId());

        lab.installAndSync(lab.topology(epoch(2), Phase.COPYING, members(1, 2, 3), members(4)));

        assertThat(four.at("k")).isEqualTo("agreed");
        assertThat(four.at("other")).isEqualTo("nothing");
        lab.assertAlike(one, four);
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(10) : LongStream.of(fixed);
    }

    /** Also when the primary dies in the midst of it, and another goes on. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noWriteThatComesDuringACopyIsLost(long seed) {
        SyncLab busy = new SyncLab(seed, 4);
        SplittableRandom random = new SplittableRandom(seed);
        busy.installAndSync(busy.topology(epoch(1), Phase.STEADY, members(1, 2, 3), NOBODY));
        for (int i = 0; i < 300; i++) {
            busy.write(
                    SyncLab.put(key(random), "old" + i), busy.node(1), busy.node(2), busy.node(3));
        }
        for (int i = 0; i < 100; i++) {
            busy.apply(busy.node(4), SyncLab.put(key(random), "stale"), busy.newId());
        }

        busy.install(busy.topology(epoch(2), Phase.COPYING, members(1, 2, 3), members(4)));
        busy.runUntil(
                () -> busy.nodes.stream().allMatch(n -> n.epochs.served().epoch() == epoch(2)));
        long end = busy.now() + random.nextLong(1_000_000, 20_000_000);
        writeUntil(busy, random, end, 1);
        busy.runFor(Duration.ofNanos(end - busy.now()));
        boolean dies = random.nextBoolean();
        int primary = dies ? 2 : 1;
        if (dies) {
            busy.kill(1);
            busy.install(busy.topology(epoch(3), Phase.COPYING, members(2, 3), members(4)));
            busy.runUntil(() -> hasTakenOver(busy.node(2), 3));
            writeUntil(busy, random, busy.now() + 10_000_000, 2);
        }
        busy.runUntil(busy.node(4)::isSynced);
        busy.runFor(Duration.ofSeconds(1));

        busy.assertAlike(busy.node(primary), busy.node(4));
        busy.assertAlike(busy.node(primary), busy.node(3));
    }

    private static String key(SplittableRandom random) {
        return "{" + random.nextInt(4) + "}" + random.nextInt(200);
    }

    /** Writes and removals at random moments; their copies travel as the others' messages do. */
    private static void writeUntil(SyncLab busy, SplittableRandom random, long end, int primary) {
        for (long at = busy.now(); at < end; at += random.nextLong(10_000, 400_000)) {
            String key = key(random);
            Operation operation =
                    random.nextInt(4) == 0
                            ? SyncLab.remove(key)
                            : SyncLab.put(key, "new" + random.nextInt());
            busy.at(at, () -> replicate(busy, busy.node(primary), operation));
        }
    }

    private static void replicate(SyncLab busy, Node primary, Operation operation) {
        OperationId call = busy.newId();
        Holding holding = primary.epochs.latest();
        int slot = operation.key().slotIndex();
        if (!holding.isServing(slot)) {
            return;
        }
        Change change = busy.apply(primary, operation, call);
        if (!change.changed().isEmpty()) {
            var request =
                    new Request.Replicate(
                            change.changed(), List.of(new RecentOperation(call, change.outcome())));
            holding.targets(slot, 3)
                    .forEach(target -> deliver(busy, busy.node(target), request, holding.epoch()));
        }
    }

    private static void deliver(SyncLab busy, Node to, Request.Replicate request, long epoch) {
        busy.soon(() -> {
            if (to.epochs.served().epoch() == epoch) {
                to.sync.store(
                        request.items().getFirst().key().slotIndex(), request, to.epochs.served());
            }
        });
    }

    @Test
    void aBackupMendsWhatItHasLostAndCountsIt() {
        for (int i = 0; i < 20; i++) {
            lab.write(SyncLab.put("key-" + i, "v"), one, two, three);
        }
        two.keyspace.dropUnlessLater(Bytes.utf8("key-3"), FOREVER);
        lab.apply(two, SyncLab.put("key-4", "foreign"), lab.newId());

        settleByRepair();

        assertThat(two.at("key-3")).isEqualTo("v");
        assertThat(two.at("key-4")).isEqualTo("v");
        assertThat(two.sync.slotsRepaired()).isEqualTo(2);
        assertThat(three.sync.slotsRepaired()).isZero();
    }

    private static SyncLab withThinCache(int members) {
        CacheSettings all = KeyspaceSettings.DEFAULT.caches().getFirst();
        CacheSettings thin =
                new CacheSettings(
                        "thin",
                        Optional.empty(),
                        all.entryBytesMax(),
                        1,
                        all.acks(),
                        all.partition());
        return new SyncLab(3, members, KeyspaceSettings.of(List.of(all, thin)));
    }

    @Test
    void whoKnowsThatItWasLeftOutBeginsASlotThatNobodyHasWithNothing() {
        lab.write(SyncLab.put("k", "old"), one, two, three);
        lab.installAndSync(lab.topology(epoch(2), Phase.STEADY, members(1, 2), NOBODY));
        lab.write(SyncLab.put("k", "new"), one, two);
        lab.kill(1);
        lab.kill(2);

        lab.installAndSync(lab.topology(epoch(3), Phase.STEADY, members(3), NOBODY));

        assertThat(three.at("k")).isEqualTo("nothing");
    }

    @Test
    void whoWasAwayMeanwhileCopiesASlotThatBeganEmpty() {
        lab.write(SyncLab.put("k", "old"), one, two, three);
        Topology without = lab.topology(epoch(2), Phase.STEADY, members(1, 2), NOBODY);
        List.of(one, two, four).forEach(each -> each.epochs.install(without));
        lab.runUntil(() -> two.isSynced() && four.isSynced());
        lab.write(SyncLab.put("k", "new"), one, two);
        lab.kill(1);
        lab.kill(2);

        lab.installAndSync(lab.topology(epoch(3), Phase.COPYING, members(4), members(3)));

        assertThat(three.at("k")).isEqualTo("nothing");
        assertThat(four.at("k")).isEqualTo("nothing");
    }

    /** It was deposed and made a backup while it did not hear of it, and its successor died. */
    @Test
    void whoMissedATopologyDropsWhatItsSuccessorMayHaveOverwritten() {
        SyncLab mixed = withThinCache(2);
        mixed.installAndSync(mixed.topology(epoch(1), Phase.STEADY, members(1), NOBODY));
        mixed.write(SyncLab.put("thin:k", "old"), mixed.node(1));
        mixed.write(SyncLab.put("k", "kept"), mixed.node(1));

        mixed.kill(2);
        mixed.installAndSync(mixed.topology(epoch(4), Phase.STEADY, members(1), NOBODY));

        assertThat(mixed.node(1).at("thin:k")).isEqualTo("nothing");
        assertThat(mixed.node(1).at("k")).isEqualTo("kept");
    }

    @Test
    void aBackupLooksOnlyAsOftenAsItIsTold() {
        lab.write(SyncLab.put("k", "v"), one, three);
        lab.nodes.forEach(each -> each.sync.start());

        lab.runFor(Duration.ofSeconds(9));
        assertThat(two.at("k")).isEqualTo("nothing");

        lab.runFor(Duration.ofSeconds(5));
        assertThat(two.at("k")).isEqualTo("v");
    }

    @Test
    void aBackupHasNoCopiesOfCachesThatWantNone() {
        SyncLab mixed = withThinCache(3);
        mixed.installAndSync(mixed.topology(epoch(1), Phase.STEADY, members(1), NOBODY));
        mixed.write(SyncLab.put("thin:k", "t"), mixed.node(1));
        mixed.write(SyncLab.put("k", "v"), mixed.node(1));

        mixed.installAndSync(mixed.topology(epoch(2), Phase.COPYING, members(1), members(2)));
        assertThat(mixed.node(2).at("thin:k")).isEqualTo("t");
        mixed.installAndSync(mixed.topology(epoch(3), Phase.HANDING_OVER, members(2), members(1)));

        assertThat(mixed.node(2).at("thin:k")).isEqualTo("t");
        mixed.installAndSync(mixed.topology(epoch(5), Phase.STEADY, members(2, 3), NOBODY));
        assertThat(mixed.node(3).at("k")).isEqualTo("v");
        assertThat(mixed.node(3).at("thin:k")).isEqualTo("nothing");
    }
}
