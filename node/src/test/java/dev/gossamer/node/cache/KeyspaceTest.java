package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.START_MILLIS;
import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyspaceTest {
    private static final Bytes K = key("k");

    private final KeyspaceLab lab = new KeyspaceLab(1L << 30);
    private final Keyspace keyspace = lab.keyspace;

    @AfterEach
    void mapIndexCountsAndBytesAgree() {
        lab.check();
    }

    @Test
    void whatWasPutIsFoundWithTheVersionItWasGiven() {
        Version version = put(K, "v", Expiry.CACHE_DEFAULT).version();
        assertThat(value(K)).isEqualTo("v");
        assertThat(keyspace.findOrNull(K).version()).isEqualTo(version);
        assertThat(version.epoch()).isEqualTo(KeyspaceLab.EPOCH);
        assertThat(version.member()).isEqualTo(KeyspaceLab.SELF);
        assertThat(put(K, "w", Expiry.NONE).version()).isGreaterThan(version);
    }

    @Test
    void aChangeCarriesWhatTheBackupsMustStore() {
        var change = keyspace.apply(putOf(K, "v", Expiry.NONE, Condition.ALWAYS), 3);
        assertThat(change.changed()).hasSize(1);
        assertThat(change.changed().getFirst().entry()).isSameAs(keyspace.peekOrNull(K));
        assertThat(keyspace.apply(putOf(K, "w", Expiry.NONE, Condition.IF_ABSENT), 3).changed())
                .isEmpty();
    }

    @Test
    void ifAbsentAndIfPresentLookAtWhatIsLive() {
        assertThat(lab.apply(putOf(K, "a", Expiry.NONE, Condition.IF_PRESENT)))
                .isEqualTo(new Outcome.Unchanged(null));
        applied(putOf(K, "a", new Expiry.After(10), Condition.IF_ABSENT));
        Entry standing = keyspace.peekOrNull(K);
        assertThat(lab.apply(putOf(K, "b", Expiry.NONE, Condition.IF_ABSENT)))
                .isEqualTo(new Outcome.Unchanged(standing));
        lab.pass(10);
        assertThat(lab.apply(putOf(K, "b", Expiry.NONE, Condition.IF_PRESENT)))
                .isEqualTo(new Outcome.Unchanged(null));
        assertThat(applied(putOf(K, "b", Expiry.NONE, Condition.IF_ABSENT)).previous()).isNull();
    }

    @Test
    void ifVersionHoldsForThatVersionOnlyAndForNoneWhenAbsent() {
        Version first =
                applied(putOf(K, "a", Expiry.NONE, new Condition.IfVersion(Version.NONE)))
                        .version();
        applied(putOf(K, "b", Expiry.NONE, new Condition.IfVersion(first)));
        assertThat(lab.apply(putOf(K, "c", Expiry.NONE, new Condition.IfVersion(first))))
                .isInstanceOf(Outcome.Unchanged.class);
        assertThat(lab.apply(new Operation.Remove(K, new Condition.IfVersion(first), false)))
                .isEqualTo(new Outcome.Unchanged(null));
        assertThat(value(K)).isEqualTo("b");
    }

    @Test
    void aPutClearsTheExpiryUnlessItIsToBeKept() {
        put(K, "a", new Expiry.After(1_000));
        put(K, "b", Expiry.KEEP);
        assertThat(expiry(K)).isEqualTo(START_MILLIS + 1_000);
        put(K, "c", Expiry.NONE);
        assertThat(expiry(K)).isEqualTo(Entry.NEVER);
        put(K, "d", new Expiry.At(START_MILLIS + 5));
        assertThat(expiry(K)).isEqualTo(START_MILLIS + 5);
        put(K, "e", Expiry.CACHE_DEFAULT);
        assertThat(expiry(K)).isEqualTo(Entry.NEVER);
        put(K, "f", new Expiry.After(Long.MAX_VALUE));
        assertThat(value(K)).isEqualTo("f");
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, START_MILLIS - 1, START_MILLIS})
    void anExpiryInThePastDeletesAtOnceAndLeavesATombstone(long past) {
        put(K, "a", Expiry.NONE);
        applied(putOf(K, "b", new Expiry.At(past), Condition.ALWAYS));
        assertThat(keyspace.findOrNull(K)).isNull();
        assertThat(keyspace.peekOrNull(K).isTombstone()).isTrue();
        put(K, "a", Expiry.NONE);
        applied(new Operation.Expire(K, new Expiry.At(past), ExpireCondition.ALWAYS, false));
        assertThat(keyspace.findOrNull(K)).isNull();
    }

    @Test
    void theNamedCacheDecidesTheExpiryOfWhatIsNew() {
        Bytes brief = key("brief:1");
        put(brief, "a", Expiry.CACHE_DEFAULT);
        assertThat(expiry(brief)).isEqualTo(START_MILLIS + 30_000);
        applied(new Operation.Increment(key("brief:2"), 1));
        assertThat(expiry(key("brief:2"))).isEqualTo(START_MILLIS + 30_000);
        put(brief, "a", Expiry.NONE);
        assertThat(expiry(brief)).isEqualTo(Entry.NEVER);
        assertThat(keyspace.settingsOf(key("briefly:1")).name()).isEqualTo("default");
        assertThat(keyspace.settingsOf(key("brie:1")).name()).isEqualTo("default");
        assertThat(keyspace.settingsOf(key("brief")).name()).isEqualTo("default");
        assertThat(keyspace.settingsOf(key("brief:x:y")).name()).isEqualTo("brief");
        assertThat(keyspace.caches().getFirst().name()).isEqualTo("default");
    }

    @Test
    void anEntryOverTheCachesLimitIsRefusedByNameAndNothingChanges() {
        Bytes brief = key("brief:1");
        var refused = (Outcome.Refused) lab.apply(new Operation.Append(brief, new byte[994]));
        assertThat(refused.code()).isEqualTo(ErrorCode.TOOLARGE);
        assertThat(refused.message()).contains("1001", "'brief'", "entry-bytes-max 1000");
        assertThat(keyspace.peekOrNull(brief)).isNull();
        applied(new Operation.Append(brief, new byte[993]));
        refused(putOf(brief, "x".repeat(994), Expiry.NONE, Condition.ALWAYS), ErrorCode.TOOLARGE);
        refused(new Operation.SetRange(brief, 993, new byte[1]), ErrorCode.TOOLARGE);
        assertThat(keyspace.findOrNull(brief).valueLength()).isEqualTo(993);
    }

    @Test
    void aRemovalLeavesATombstoneForItsRetention() {
        put(K, "a", Expiry.NONE);
        Entry before = keyspace.peekOrNull(K);
        assertThat(applied(remove(K)).previous()).isSameAs(before);
        assertThat(keyspace.findOrNull(K)).isNull();
        assertThat(keyspace.tiers().liveCount(K.slotIndex())).isZero();
        assertThat(lab.apply(remove(K))).isEqualTo(new Outcome.Unchanged(null));
        lab.pass(599_999);
        assertThat(keyspace.peekOrNull(K).isTombstone()).isTrue();
        lab.pass(1);
        keyspace.cleanUp();
        assertThat(keyspace.peekOrNull(K)).isNull();
    }

    @ParameterizedTest(name = "{0} of {2} on {1}: {3}")
    @CsvSource({
        "ALWAYS, 0, 500, true",
        "IF_NONE, 0, 500, true",
        "IF_NONE, 100, 500, false",
        "IF_SOME, 0, 500, false",
        "IF_SOME, 100, 500, true",
        "IF_LATER, 0, 500, false",
        "IF_LATER, 100, 500, true",
        "IF_LATER, 500, 500, false",
        "IF_LATER, 600, 500, false",
        "IF_EARLIER, 0, 500, true",
        "IF_EARLIER, 100, 500, false",
        "IF_EARLIER, 500, 500, false",
        "IF_EARLIER, 600, 500, true",
    })
    void expireHonoursItsConditionAndTakesNoExpiryForInfinite(
            ExpireCondition condition, long present, long wanted, boolean changes) {
        put(K, "v", present == 0 ? Expiry.NONE : new Expiry.After(present));
        long before = expiry(K);
        var outcome = lab.apply(new Operation.Expire(K, new Expiry.After(wanted), condition, true));
        assertThat(outcome instanceof Outcome.Applied).isEqualTo(changes);
        assertThat(expiry(K)).isEqualTo(changes ? START_MILLIS + wanted : before);
        assertThat(value(K)).isEqualTo("v");
    }

    @Test
    void persistChangesOnlyWhatWouldExpire() {
        var persist = new Operation.Expire(K, Expiry.NONE, ExpireCondition.ALWAYS, false);
        assertThat(lab.apply(persist)).isEqualTo(new Outcome.Unchanged(null));
        put(K, "v", new Expiry.After(5));
        applied(persist);
        lab.pass(6);
        assertThat(value(K)).isEqualTo("v");
        assertThat(lab.apply(persist)).isEqualTo(new Outcome.Unchanged(null));
    }

    @Test
    void readModifyWriteKeepsTheExpiry() {
        put(K, "1", new Expiry.After(1_000));
        applied(new Operation.Increment(K, 1));
        applied(new Operation.Append(K, bytes("0")));
        applied(new Operation.SetRange(K, 0, bytes("3")));
        applied(new Operation.IncrementDecimal(K, new BigDecimal("0.5")));
        assertThat(value(K)).isEqualTo("30.5");
        assertThat(expiry(K)).isEqualTo(START_MILLIS + 1_000);
    }

    @Test
    void appendAndSetRangeGiveTheNewLengthAndPadWithZeroBytes() {
        assertThat(applied(new Operation.Append(K, bytes("ab"))).number()).isEqualTo(2);
        assertThat(applied(new Operation.Append(K, bytes("c"))).number()).isEqualTo(3);
        assertThat(applied(new Operation.SetRange(K, 5, bytes("x"))).number()).isEqualTo(6);
        assertThat(value(K)).isEqualTo("abc\0\0x");
        assertThat(applied(new Operation.SetRange(K, 1, bytes("__"))).number()).isEqualTo(6);
        assertThat(value(K)).isEqualTo("a__\0\0x");
    }

    @Test
    void setRangeWithAnEmptyPatchChangesNothingAndGivesThePresentLength() {
        var change = keyspace.apply(new Operation.SetRange(K, 9, new byte[0]), 1);
        assertThat(((Outcome.Applied) change.outcome()).number()).isZero();
        assertThat(change.changed()).isEmpty();
        assertThat(keyspace.peekOrNull(K)).isNull();
        put(K, "abc", Expiry.NONE);
        assertThat(applied(new Operation.SetRange(K, 9, new byte[0])).number()).isEqualTo(3);
    }

    @Test
    void aStringBeyondTheLargestIsRefusedInRedissWords() {
        int limit = 512 << 20;
        assertThat(refused(new Operation.SetRange(K, limit, new byte[1]), ErrorCode.ERR))
                .isEqualTo("string exceeds maximum allowed size (proto-max-bulk-len)");
        assertThat(
                        refused(
                                new Operation.SetRange(K, Integer.MAX_VALUE, new byte[9]),
                                ErrorCode.ERR))
                .startsWith("string exceeds");
        assertThat(refused(new Operation.SetRange(K, -1, new byte[1]), ErrorCode.ERR))
                .isEqualTo("offset is out of range");
    }

    @Test
    void incrementsCountFromZeroAndStopAtTheEndsOfTheRange() {
        assertThat(applied(new Operation.Increment(K, 5)).number()).isEqualTo(5);
        assertThat(applied(new Operation.Increment(K, -7)).number()).isEqualTo(-2);
        put(K, "" + (Long.MAX_VALUE - 1), Expiry.NONE);
        assertThat(applied(new Operation.Increment(K, 1)).number()).isEqualTo(Long.MAX_VALUE);
        assertThat(refused(new Operation.Increment(K, 1), ErrorCode.ERR))
                .isEqualTo("increment or decrement would overflow");
        put(K, "" + Long.MIN_VALUE, Expiry.NONE);
        assertThat(refused(new Operation.Increment(K, -1), ErrorCode.ERR))
                .isEqualTo("increment or decrement would overflow");
        assertThat(value(K)).isEqualTo("" + Long.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "+1",
                "01",
                "-0",
                "-",
                "1.0",
                "abc",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999",
                "0x1"
            })
    void whatIsNoIntegerIsNotIncremented(String value) {
        put(K, value, Expiry.NONE);
        assertThat(refused(new Operation.Increment(K, 1), ErrorCode.ERR))
                .isEqualTo("value is not an integer or out of range");
    }

    @ParameterizedTest(name = "{0} + {1} = {2}")
    @CsvSource({
        "10.50, 0.1, 10.6",
        "5.0e3, 2.0e2, 5200",
        "0.1, 0.2, 0.3",
        "3, -3, 0",
        "-0.5, 0.5, 0",
        "100, 0, 100",
        "0, 1e-18, 0",
        "1, 1e-999999999, 1",
        "0e-999999999, 1, 1",
        "1, 0.12345678901234567, 1.12345678901234567",
        "1e20, 1, 100000000000000000001",
        ".5, 5., 5.5",
    })
    void decimalsArePrintedWithoutExponentAndTrailingZeros(String a, String b, String sum) {
        put(K, a, Expiry.NONE);
        var outcome = applied(new Operation.IncrementDecimal(K, new BigDecimal(b)));
        assertThat(outcome.text()).isEqualTo(sum);
        assertThat(value(K)).isEqualTo(sum);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "1 ", "abc", "1e5000", "nan", "1e999999999", "٣"})
    void whatIsNoDecimalIsNotIncremented(String value) {
        put(K, value, Expiry.NONE);
        assertThat(refused(new Operation.IncrementDecimal(K, BigDecimal.ONE), ErrorCode.ERR))
                .isEqualTo("value is not a valid float");
    }

    @Test
    void aDecimalBeyondAllBoundsIsRefused() {
        var huge = new BigDecimal("1e999999999");
        assertThat(refused(new Operation.IncrementDecimal(K, huge), ErrorCode.ERR))
                .isEqualTo("increment would produce NaN or Infinity");
    }

    @Test
    void putAllIfAbsentStoresAllOrNone() {
        var pairs = List.of(pair("{s}a", "1"), pair("{s}b", "2"), pair("{s}a", "3"));
        var change = keyspace.apply(new Operation.PutAllIfAbsent(pairs), 1);
        assertThat(change.changed()).hasSize(2);
        assertThat(value(key("{s}a"))).isEqualTo("3");
        assertThat(value(key("{s}b"))).isEqualTo("2");
        var second = List.of(pair("{s}c", "1"), pair("{s}b", "9"));
        assertThat(lab.apply(new Operation.PutAllIfAbsent(second)))
                .isEqualTo(new Outcome.Unchanged(null));
        assertThat(keyspace.peekOrNull(key("{s}c"))).isNull();
        refused(
                new Operation.PutAllIfAbsent(List.of(pair("x", "1"), pair("y", "1"))),
                ErrorCode.CROSSSLOT);
    }

    @Test
    void theLaterVersionWinsAMergeWhateverTheOrder() {
        Entry older = entry("older", 10, Entry.NEVER);
        Entry newer = entry("newer", 11, Entry.NEVER);
        assertThat(keyspace.merge(K, newer)).isTrue();
        assertThat(keyspace.merge(K, older)).isFalse();
        assertThat(keyspace.merge(K, newer)).isFalse();
        assertThat(value(K)).isEqualTo("newer");
        assertThat(put(K, "mine", Expiry.NONE).version()).isGreaterThan(newer.version());
    }

    @Test
    void aTombstoneKeepsALateOlderCopyFromComingBack() {
        Entry older = entry("older", 10, Entry.NEVER);
        keyspace.merge(K, older);
        Entry tombstone = Entry.tombstone(version(11), START_MILLIS + 1_000);
        assertThat(keyspace.merge(K, tombstone)).isTrue();
        assertThat(keyspace.merge(K, older)).isFalse();
        assertThat(keyspace.findOrNull(K)).isNull();
    }

    @Test
    void whatExpiredOnTheWayStillSupersedesWhatIsOlder() {
        keyspace.merge(K, entry("older", 10, Entry.NEVER));
        assertThat(keyspace.merge(K, entry("gone", 11, START_MILLIS - 1))).isTrue();
        assertThat(keyspace.findOrNull(K)).isNull();
        assertThat(keyspace.merge(K, entry("older", 10, Entry.NEVER))).isFalse();
        assertThat(keyspace.merge(K, entry("long gone", 12, START_MILLIS - 700_000))).isTrue();
        assertThat(keyspace.peekOrNull(K)).isNull();
        assertThat(keyspace.merge(K, entry("long gone", 12, START_MILLIS - 700_000))).isFalse();
    }

    @Test
    void anEntryFromAClockTooFarAheadIsRefusedAndNothingChanges() {
        Entry ahead = entry("ahead", 60_001L << 16, Entry.NEVER);
        assertThatThrownBy(() -> keyspace.merge(K, ahead))
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOCKDRIFT));
        assertThat(keyspace.peekOrNull(K)).isNull();
    }

    @Test
    void aWalkSeesEveryEntryAndTombstoneOnceWithinItsBounds() {
        for (int i = 0; i < 1_000; i++) {
            put(key("{s}" + i), "0123456789", Expiry.NONE);
        }
        applied(remove(key("{s}7")));
        put(key("{s}8"), "x", new Expiry.After(5));
        lab.pass(5);
        int slot = key("{s}").slotIndex();
        List<Bytes> seen = new ArrayList<>();
        long position = 0;
        while (position != SlotPage.END) {
            var page = keyspace.page(slot, position, 50, 200);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(17);
            page.items().forEach(item -> seen.add(item.key()));
            position = page.next();
        }
        assertThat(seen).hasSize(999).doesNotHaveDuplicates().contains(key("{s}7"));
        assertThat(keyspace.tiers().liveCount(slot)).isBetween(998, 999);
    }

    @Test
    void aDroppedSlotIsEmptyAndTheOthersStay() {
        for (int i = 0; i < 1_000; i++) {
            put(key("{s}" + i), "v", Expiry.NONE);
        }
        put(K, "v", Expiry.NONE);
        applied(remove(key("{s}7")));
        int slot = key("{s}").slotIndex();
        assertThat(keyspace.dropSlot(slot)).isEqualTo(1_000);
        assertThat(keyspace.tiers().liveCount(slot)).isZero();
        assertThat(keyspace.page(slot, 0, 10, 1_000).items()).isEmpty();
        assertThat(value(K)).isEqualTo("v");
        assertThat(keyspace.tiers().liveCount()).isEqualTo(1);
    }

    private Outcome.Applied put(Bytes key, String value, Expiry expiry) {
        return applied(putOf(key, value, expiry, Condition.ALWAYS));
    }

    private static Operation putOf(Bytes key, String value, Expiry expiry, Condition condition) {
        return new Operation.Put(key, bytes(value), expiry, condition, true);
    }

    private static Operation remove(Bytes key) {
        return new Operation.Remove(key, Condition.ALWAYS, true);
    }

    private static Operation.Pair pair(String key, String value) {
        return new Operation.Pair(key(key), bytes(value));
    }

    private Outcome.Applied applied(Operation operation) {
        Outcome outcome = lab.apply(operation);
        assertThat(outcome).isInstanceOf(Outcome.Applied.class);
        return (Outcome.Applied) outcome;
    }

    private String refused(Operation operation, ErrorCode code) {
        Outcome outcome = lab.apply(operation);
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        assertThat(((Outcome.Refused) outcome).code()).isEqualTo(code);
        return ((Outcome.Refused) outcome).message();
    }

    private String value(Bytes key) {
        return text(keyspace.findOrNull(key));
    }

    private long expiry(Bytes key) {
        return keyspace.peekOrNull(key).expiresAtMillis();
    }

    private static Version version(long ticks) {
        return new Version(1, (START_MILLIS << 16) + ticks, new MemberId(2));
    }

    private static Entry entry(String value, long ticks, long expiresAt) {
        return Entry.of(bytes(value), version(ticks), expiresAt);
    }
}
