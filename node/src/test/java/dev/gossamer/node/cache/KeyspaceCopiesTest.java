package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.START_MILLIS;
import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.KeyRanges;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What owners need to agree: digests, listings, the order of versions, and operation ids. */
class KeyspaceCopiesTest {
    private static final Bytes STRICT = key("strict:k");
    private static final Bytes LOOSE = key("k");
    private static final long EPOCH = KeyspaceLab.EPOCH;
    private static final int SLOT = key("{s}").slotIndex();
    private static final long END = KeyRanges.END;

    private final KeyspaceLab lab = new KeyspaceLab(1L << 30);
    private final KeyspaceLab other = new KeyspaceLab(1L << 30);
    private final Keyspace keyspace = lab.keyspace;

    @AfterEach
    void bothTiersAreWhole() {
        lab.check();
        other.check();
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aCopyThatMirrorsByListingsEndsUpEqualWhateverItHadAndWhateverIsWrittenMeanwhile(
            long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 300; i++) {
            Item item = write(random);
            if (random.nextInt(3) > 0) {
                other.keyspace.merge(item.key(), item.entry());
            }
            if (random.nextInt(10) == 0) {
                lab.tier.remove(item.key());
            }
        }
        Map<Bytes, Version> mine = listing(other.keyspace, 0, 1);
        Map<Bytes, Version> primarys = new HashMap<>();
        long position = 0;
        while (position != VersionPage.END) {
            VersionPage page = keyspace.versions(SLOT, position, END, random.nextInt(1, 20), 1);
            page.versions().forEach(each -> primarys.put(each.key(), each.version()));
            position = page.next();
            replicate(write(random));
        }
        primarys.keySet().forEach(this::fetch);
        replicate(write(random));
        mine.forEach((key, version) -> {
            if (!primarys.containsKey(key)) {
                other.keyspace.dropUnlessLater(key, version);
            }
        });
        assertThat(listing(other.keyspace, 0, 1)).isEqualTo(listing(keyspace, 0, 1));
        assertThat(other.keyspace.digest(SLOT, 1)).isEqualTo(keyspace.digest(SLOT, 1));
        assertThat(keyspace.digest(SLOT, 1)).isNotZero().isNotEqualTo(keyspace.digest(SLOT, 0));
    }

    private Item write(SplittableRandom random) {
        Bytes key = key((random.nextInt(4) == 0 ? "thin:{s}" : "{s}") + random.nextInt(60));
        Operation operation =
                random.nextInt(4) == 0
                        ? new Operation.Put(
                                key, new byte[1], new Expiry.At(1), Condition.ALWAYS, false)
                        : new Operation.Append(key, new byte[1]);
        return keyspace.apply(operation, EPOCH).changed().getFirst();
    }

    private void replicate(Item item) {
        if (keyspace.settingsOf(item.key()).replication() > 1) {
            other.keyspace.merge(item.key(), item.entry());
        }
    }

    private void fetch(Bytes key) {
        Entry entry = keyspace.peekOrNull(key);
        if (entry != null) {
            other.keyspace.merge(key, entry);
        }
    }

    private static Map<Bytes, Version> listing(Keyspace keyspace, long from, int rank) {
        Map<Bytes, Version> all = new HashMap<>();
        for (KeyVersion each :
                keyspace.versions(SLOT, from, END, Integer.MAX_VALUE, rank).versions()) {
            all.put(each.key(), each.version());
        }
        all.keySet().removeIf(key -> keyspace.settingsOf(key).replication() <= rank);
        return all;
    }

    @Test
    void aListingNamesTombstonesAndOnlyWhatItsRankIsToHave() {
        put(key("{s}a"));
        put(key("{s}b"));
        put(key("thin:{s}c"));
        lab.apply(new Operation.Remove(key("{s}b"), Condition.ALWAYS, false));
        assertThat(names(0)).containsExactlyInAnyOrder("{s}a", "{s}b", "thin:{s}c");
        assertThat(names(1)).containsExactlyInAnyOrder("{s}a", "{s}b");
        assertThat(names(2)).isEmpty();
        assertThat(keyspace.digest(SLOT, 2)).isZero();
    }

    @ParameterizedTest(name = "{0} ranges")
    @CsvSource({"1", "2", "64", "4096"})
    void theDigestsOfTheRangesTellWhichOfThemDiffer(int ranges) {
        for (int i = 0; i < 500; i++) {
            Bytes key = key("{s}" + i);
            put(key);
            other.keyspace.merge(key, keyspace.peekOrNull(key));
        }
        put(key("thin:{s}x"));
        long[] before = other.keyspace.rangeDigests(SLOT, 1, ranges).digests();
        assertThat(keyspace.rangeDigests(SLOT, 1, ranges).digests()).isEqualTo(before);
        lab.apply(new Operation.Remove(key("{s}7"), Condition.ALWAYS, false));

        long[] after = keyspace.rangeDigests(SLOT, 1, ranges).digests();

        int changed = KeyRanges.of(MemoryTier.positionOf(key("{s}7")), ranges);
        for (int range = 0; range < ranges; range++) {
            assertThat(after[range] == before[range])
                    .as("range %d", range)
                    .isNotEqualTo(range == changed);
        }
        assertThat(LongStream.of(after).reduce(0, (a, b) -> a ^ b))
                .isEqualTo(keyspace.digest(SLOT, 1))
                .isNotEqualTo(keyspace.digest(SLOT, 0));
    }

    @Test
    void aListingOfAPartNamesWhatStandsThereAndNothingElse() {
        for (int i = 0; i < 500; i++) {
            put(key("{s}" + i));
        }
        Map<Bytes, Version> parts = new HashMap<>();
        for (int range = 0; range < 16; range++) {
            long from = KeyRanges.begin(range, 16);
            long to = KeyRanges.begin(range + 1, 16);
            for (KeyVersion each : keyspace.versions(SLOT, from, to, 1_000, 0).versions()) {
                assertThat(MemoryTier.positionOf(each.key())).isBetween(from, to - 1);
                parts.put(each.key(), each.version());
            }
        }
        assertThat(parts).isEqualTo(listing(keyspace, 0, 0)).hasSize(500);
    }

    @Test
    void howFarTheRangesAreToldIsATimeThatNoLaterWriteHas() {
        Version before = put(key("{s}a")).version();
        long asOf = keyspace.rangeDigests(SLOT, 0, 2).asOf();
        Version after = put(key("{s}a")).version();
        assertThat(asOf).isBetween(before.clock(), after.clock() - 1);
    }

    private List<String> names(int rank) {
        List<String> names = new ArrayList<>();
        keyspace.versions(SLOT, 0, END, 100, rank)
                .versions()
                .forEach(each -> names.add(each.key().toUtf8()));
        return names;
    }

    @Test
    void aListingIsAsOfATimeThatNoLaterWriteHas() {
        Version before = put(key("{s}a")).version();
        long asOf = keyspace.versions(SLOT, 0, END, 100, 0).asOf();
        Version after = put(key("{s}a")).version();
        assertThat(asOf).isBetween(before.clock(), after.clock() - 1);
    }

    @Test
    void droppingSparesWhatIsLaterThanTheBoundInTheOrderOfTheCache() {
        keyspace.merge(LOOSE, entry(3, 10));
        keyspace.merge(STRICT, entry(3, 10));
        Version laterClock = version(2, 11);
        assertThat(keyspace.dropUnlessLater(STRICT, laterClock)).isFalse();
        assertThat(keyspace.dropUnlessLater(LOOSE, version(4, 9))).isFalse();
        assertThat(keyspace.dropUnlessLater(LOOSE, laterClock)).isTrue();
        assertThat(keyspace.dropUnlessLater(STRICT, version(3, 10))).isTrue();
        assertThat(keyspace.dropUnlessLater(STRICT, version(3, 10))).isFalse();
        keyspace.merge(LOOSE, Entry.tombstone(version(3, 12), START_MILLIS + 1_000));
        assertThat(keyspace.dropUnlessLater(LOOSE, version(3, 12))).isTrue();
        assertThat(keyspace.peekOrNull(LOOSE)).isNull();
        assertThat(keyspace.digest(LOOSE.slotIndex(), 0)).isZero();
    }

    @ParameterizedTest(name = "epoch {0} clock {1} over epoch {2} clock {3}")
    @CsvSource({"2, 11, 3, 10, true, false", "3, 10, 2, 11, false, true", "3, 9, 3, 8, true, true"})
    void anAvailableCacheComparesTheClockFirstAndAConsistentOneTheEpoch(
            long epoch, long clock, long thenEpoch, long thenClock, boolean loose, boolean strict) {
        for (Bytes key : List.of(LOOSE, STRICT)) {
            keyspace.merge(key, entry(thenEpoch, thenClock));
        }
        assertThat(keyspace.merge(LOOSE, entry(epoch, clock))).isEqualTo(loose);
        assertThat(keyspace.merge(STRICT, entry(epoch, clock))).isEqualTo(strict);
    }

    @Test
    void aPrimaryOfAnEarlierEpochMayNotWriteOverALaterOneInAConsistentCache() {
        keyspace.merge(STRICT, entry(EPOCH + 1, 10));
        keyspace.merge(LOOSE, entry(EPOCH + 1, 10));
        refused(lab.apply(putOf(STRICT)), ErrorCode.WRONGEPOCH);
        refused(
                lab.apply(
                        new Operation.PutAllIfAbsent(
                                List.of(new Operation.Pair(STRICT, bytes("v"))))),
                ErrorCode.WRONGEPOCH);
        keyspace.merge(STRICT, Entry.tombstone(version(EPOCH + 2, 11), START_MILLIS + 9_000));
        refused(lab.apply(putOf(STRICT)), ErrorCode.WRONGEPOCH);
        assertThat(lab.apply(putOf(LOOSE))).isInstanceOf(Outcome.Applied.class);
        Outcome later = keyspace.apply(putOf(STRICT), EPOCH + 2).outcome();
        assertThat(((Outcome.Applied) later).version())
                .usingComparator(Version.EPOCH_FIRST)
                .isGreaterThan(version(EPOCH + 2, 11));
    }

    @Test
    void whenTheClockHasNoTimeToGiveAWriteIsRefusedAndNothingChanges() {
        put(LOOSE);
        Entry standing = keyspace.peekOrNull(LOOSE);
        lab.ceiling.setBroken(true);
        lab.pass(10_000);
        while (keyspace.clock() < lab.ceiling.recall()) {
            lab.clock.next();
        }
        OperationId id = new OperationId(1, 1);
        refused(
                keyspace.apply(putOf(LOOSE), LOOSE.slotIndex(), EPOCH, id, Caller.UNKNOWN)
                        .outcome(),
                ErrorCode.BUSY);
        assertThat(keyspace.peekOrNull(LOOSE)).isSameAs(standing);
        lab.ceiling.setBroken(false);
        lab.pass(0);
        assertThat(
                        keyspace.apply(putOf(LOOSE), LOOSE.slotIndex(), EPOCH, id, Caller.UNKNOWN)
                                .outcome())
                .isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aTimeOfAnotherMemberIsEarlierThanWhatIsWrittenNext() {
        long ahead = (START_MILLIS + 1_000) << 16;
        keyspace.witness(ahead);
        assertThat(keyspace.clock()).isEqualTo(ahead);
        assertThat(put(LOOSE).version().clock()).isGreaterThan(ahead);
        assertThatThrownBy(() -> keyspace.witness((START_MILLIS + 61_000) << 16))
                .isInstanceOf(GossamerException.class);
    }

    @Test
    void aRepeatedIdAnswersTheFirstOutcomeWithoutApplyingIt() {
        OperationId id = new OperationId(5, 1);
        Operation increment = new Operation.Increment(LOOSE, 1);
        Change first = keyspace.apply(increment, LOOSE.slotIndex(), EPOCH, id, Caller.UNKNOWN);
        Change second = keyspace.apply(increment, LOOSE.slotIndex(), EPOCH + 1, id, Caller.UNKNOWN);
        assertThat(first.repeated()).isFalse();
        assertThat(second).isEqualTo(new Change(first.outcome(), List.of(), true));
        assertThat(text(keyspace.findOrNull(LOOSE))).isEqualTo("1");
        OperationId next = new OperationId(5, 2);
        keyspace.apply(increment, LOOSE.slotIndex(), EPOCH, next, Caller.UNKNOWN);
        assertThat(text(keyspace.findOrNull(LOOSE))).isEqualTo("2");
    }

    @Test
    void aConditionThatDidNotHoldIsRememberedAndARetryableRefusalIsNot() {
        put(LOOSE);
        OperationId id = new OperationId(5, 1);
        Operation ifAbsent =
                new Operation.Put(LOOSE, bytes("w"), Expiry.NONE, Condition.IF_ABSENT, false);
        Outcome first =
                keyspace.apply(ifAbsent, LOOSE.slotIndex(), EPOCH, id, Caller.UNKNOWN).outcome();
        assertThat(first).isInstanceOf(Outcome.Unchanged.class);
        lab.apply(new Operation.Remove(LOOSE, Condition.ALWAYS, false));
        assertThat(keyspace.apply(ifAbsent, LOOSE.slotIndex(), EPOCH, id, Caller.UNKNOWN).outcome())
                .isEqualTo(first);
        keyspace.merge(STRICT, entry(EPOCH + 1, 10));
        int slot = STRICT.slotIndex();
        OperationId later = new OperationId(5, 2);
        refused(
                keyspace.apply(putOf(STRICT), slot, EPOCH, later, Caller.UNKNOWN).outcome(),
                ErrorCode.WRONGEPOCH);
        assertThat(keyspace.apply(putOf(STRICT), slot, EPOCH + 1, later, Caller.UNKNOWN).outcome())
                .isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void aBackupThatStoredTheChangeAnswersARepeatedCallAsThePrimaryWould() {
        OperationId id = new OperationId(5, 1);
        Operation append = new Operation.Append(LOOSE, bytes("ab"));
        int slot = LOOSE.slotIndex();
        Change change = keyspace.apply(append, slot, EPOCH, id, Caller.UNKNOWN);
        RecentOperation recent = new RecentOperation(id, change.outcome());
        other.keyspace.merge(slot, change.changed(), List.of(recent));
        assertThat(other.keyspace.apply(append, slot, EPOCH + 1, id, Caller.UNKNOWN).outcome())
                .isEqualTo(change.outcome());
        assertThat(text(other.keyspace.findOrNull(LOOSE))).isEqualTo("ab");
        assertThat(other.keyspace.recentOperations(slot)).containsExactly(recent);
        var third = new KeyspaceLab(1 << 20);
        third.keyspace.remember(slot, recent);
        assertThat(third.keyspace.recentOperations(slot)).containsExactly(recent);
        third.keyspace.mirrorOperations(slot, List.of(recent), List.of());
        assertThat(third.keyspace.recentOperations(slot)).isEmpty();
    }

    @Test
    void aBackupThatCannotFollowThePrimarysClockRemembersNothing() {
        OperationId id = new OperationId(5, 1);
        Entry ahead = entry(EPOCH, (START_MILLIS + 90_000) << 16);
        var recent = new RecentOperation(id, new Outcome.Applied(ahead.version(), 0, null, null));
        assertThatThrownBy(() ->
                        keyspace.merge(
                                LOOSE.slotIndex(),
                                List.of(new Item(LOOSE, ahead)),
                                List.of(recent)))
                .isInstanceOf(GossamerException.class);
        assertThat(keyspace.recentOperations(LOOSE.slotIndex())).isEmpty();
    }

    @Test
    void operationsAreForgottenAfterTheirRetentionThoughNothingIsWritten() {
        OperationId id = new OperationId(5, 1);
        keyspace.apply(putOf(LOOSE), LOOSE.slotIndex(), EPOCH, id, Caller.UNKNOWN);
        lab.pass(60_000);
        keyspace.cleanUp();
        assertThat(keyspace.recentOperations(LOOSE.slotIndex())).isEmpty();
    }

    private Outcome.Applied put(Bytes key) {
        return (Outcome.Applied) lab.apply(putOf(key));
    }

    private static Operation putOf(Bytes key) {
        return new Operation.Put(key, bytes("v"), Expiry.NONE, Condition.ALWAYS, false);
    }

    private static void refused(Outcome outcome, ErrorCode code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, r -> assertThat(r.code()).isEqualTo(code));
    }

    private static Entry entry(long epoch, long clock) {
        return Entry.of(bytes("v"), version(epoch, clock), Entry.NEVER);
    }

    private static Version version(long epoch, long clock) {
        return new Version(epoch, clock, new MemberId(2));
    }
}
