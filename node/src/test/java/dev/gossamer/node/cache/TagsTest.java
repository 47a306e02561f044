package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static dev.gossamer.node.cache.KeyspaceLab.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TagsTest {
    private final KeyspaceLab lab = new KeyspaceLab(64 << 20);
    private final Tags tags = lab.keyspace.tags();

    private void put(String key, String value, String... names) {
        lab.apply(put(lab, key, value, names));
    }

    private static Operation put(KeyspaceLab lab, String key, String value, String... names) {
        List<Bytes> wanted = List.of(names).stream().map(Bytes::utf8).toList();
        return new Operation.Put(
                key(key),
                bytes(value),
                Operation.Expiry.NONE,
                Operation.Condition.ALWAYS,
                false,
                lab.keyspace.tagsOf(key(key), wanted));
    }

    private long tag(String key, String name) {
        return lab.keyspace.tagsOf(key(key), List.of(Bytes.utf8(name)))[0];
    }

    private void invalidate(long tag) {
        tags.hear(tag, tags.begin());
    }

    private String found(String key) {
        Entry entry = lab.keyspace.findOrNull(key(key));
        return entry == null ? "nothing" : text(entry);
    }

    @Test
    void anEntryIsAbsentOnceOneOfItsTagsIsInvalidatedAndNoOther() {
        put("one", "1", "a", "b");
        put("two", "2", "b");
        put("three", "3", "a");
        put("thin:one", "4", "b");
        put("none", "5");
        invalidate(tag("one", "b"));
        assertThat(found("one")).isEqualTo("nothing");
        assertThat(found("two")).isEqualTo("nothing");
        assertThat(found("three")).isEqualTo("3");
        assertThat(found("thin:one")).as("another cache's tag of that name").isEqualTo("4");
        assertThat(found("none")).isEqualTo("5");
        assertThat(lab.registry.get("gossamer.tags.refused.reads").functionCounter().count())
                .isEqualTo(2);
    }

    @Test
    void whatIsWrittenAfterwardsStays() {
        invalidate(tag("one", "a"));
        put("one", "1", "a");
        assertThat(found("one")).isEqualTo("1");
        invalidate(tag("one", "a"));
        assertThat(found("one")).isEqualTo("nothing");
        put("one", "2", "a");
        assertThat(found("one")).isEqualTo("2");
    }

    @Test
    void anInvalidEntryIsAbsentForEveryWriteAsWell() {
        put("n", "41", "a");
        put("present", "x", "a");
        invalidate(tag("n", "a"));
        lab.apply(new Operation.Increment(key("n"), 1));
        assertThat(found("n")).isEqualTo("1");
        var ifPresent =
                new Operation.Put(
                        key("present"),
                        bytes("y"),
                        Operation.Expiry.NONE,
                        Operation.Condition.IF_PRESENT,
                        false);
        assertThat(lab.apply(ifPresent)).isEqualTo(new Outcome.Unchanged(null));
    }

    @Test
    void readModifyWritesKeepTheTagsAndAPlainWriteHasNone() {
        for (String name : List.of("append", "range", "increment", "expire", "plain")) {
            put(name, "1", "a");
        }
        lab.apply(new Operation.Append(key("append"), bytes("1")));
        lab.apply(new Operation.SetRange(key("range"), 1, bytes("1")));
        lab.apply(new Operation.Increment(key("increment"), 1));
        lab.apply(
                new Operation.Expire(
                        key("expire"),
                        new Operation.Expiry.After(60_000),
                        Operation.ExpireCondition.ALWAYS,
                        false));
        put("plain", "2");
        assertThat(found("append")).isEqualTo("11");
        invalidate(tag("append", "a"));
        for (String name : List.of("append", "range", "increment", "expire")) {
            assertThat(found(name)).as(name).isEqualTo("nothing");
        }
        assertThat(found("plain")).isEqualTo("2");
    }

    @Test
    void anEntryOfAMemberWhoseClockRunsAheadIsInvalidAllTheSame() {
        Version ahead = new Version(7, lab.clock.latest() + (1_000L << 16), new MemberId(9));
        long[] depends = {tag("one", "a")};
        lab.keyspace.merge(key("one"), Entry.of(bytes("1"), ahead, Entry.NEVER, depends));
        assertThat(found("one")).isEqualTo("1");
        long behind = ahead.clock() - (500L << 16);
        assertThat(tags.hear(depends[0], behind)).isGreaterThanOrEqualTo(ahead.clock());
        assertThat(found("one")).isEqualTo("nothing");
        put("one", "2", "a");
        assertThat(found("one")).isEqualTo("2");
    }

    @Test
    void aWholeCacheGoesWithItsUntaggedEntriesAndNoOtherCacheDoes() {
        put("thin:1", "1");
        put("brief:1", "1");
        put("1", "1");
        invalidate(Tags.ofCache(lab.keyspace.settingsOf(key("thin:1"))));
        assertThat(found("thin:1")).isEqualTo("nothing");
        assertThat(found("brief:1")).isEqualTo("1");
        assertThat(found("1")).isEqualTo("1");
        put("thin:1", "2");
        assertThat(found("thin:1")).isEqualTo("2");
    }

    @Test
    void theMemoryOfInvalidEntriesComesBackAndTheOthersStay() {
        for (int i = 0; i < 1_000; i++) {
            put("k" + i, "v", i % 2 == 0 ? "even" : "odd");
        }
        long both = lab.keyspace.tiers().memory().bytes();
        long later = lab.keyspace.clock();
        invalidate(tag("k0", "even"));
        lab.keyspace.cleanUp();
        assertThat(lab.keyspace.tiers().liveCount()).isEqualTo(500);
        assertThat(lab.keyspace.tiers().memory().bytes()).isEqualTo(both / 2);
        assertThat(lab.registry.get("gossamer.tags.dropped").functionCounter().count())
                .isEqualTo(500);
        assertThat(later).isLessThan(lab.keyspace.clock());
        lab.check();
    }

    @Test
    void whatIsInvalidIsNotTakenFromAnotherMemberAndOustsWhatIsOlder() {
        long[] depends = {tag("k", "a")};
        Version old = new Version(7, lab.clock.next(), new MemberId(9));
        Version later = new Version(7, lab.clock.next(), new MemberId(9));
        Entry invalid = Entry.of(bytes("2"), later, Entry.NEVER, depends);
        invalidate(depends[0]);
        lab.keyspace.merge(key("k"), Entry.of(bytes("1"), old, Entry.NEVER));
        assertThat(lab.keyspace.merge(key("k"), invalid)).isTrue();
        assertThat(lab.keyspace.peekOrNull(key("k"))).isNull();
        assertThat(lab.keyspace.merge(key("k"), invalid)).isFalse();
        assertThat(lab.keyspace.peekOrNull(key("k"))).isNull();
        Entry tombstone = Entry.tombstone(later, lab.nowMillis.get() + 60_000);
        invalidate(Tags.ofCache(lab.keyspace.settingsOf(key("k"))));
        assertThat(lab.keyspace.merge(key("k"), tombstone)).isTrue();
        lab.check();
    }

    @Test
    void tagsWeighWhatTheySay() {
        int plain = MemoryTier.weightOf(key("k"), Entry.of(bytes("v"), Version.NONE, 0));
        long[] three = {1, 2, 3};
        assertThat(MemoryTier.weightOf(key("k"), Entry.of(bytes("v"), Version.NONE, 0, three)))
                .isEqualTo(plain + 24 + 24);
        assertThat(Entry.of(bytes("v"), Version.NONE, 0, three).inEpoch(8).tags())
                .containsExactly(1, 2, 3);
    }

    @Test
    void tooManyTagsAndEmptyAndOverlongOnesAreRefused() {
        List<Bytes> many = new ArrayList<>();
        for (int i = 0; i <= Tags.PER_ENTRY_MAX; i++) {
            many.add(Bytes.utf8("t" + i));
        }
        assertThat(lab.keyspace.tagsOf(key("k"), many.subList(1, many.size()))).hasSize(64);
        assertThatThrownBy(() -> lab.keyspace.tagsOf(key("k"), many))
                .hasMessageContaining("65 tags are more than 64");
        assertThatThrownBy(() -> lab.keyspace.tagsOf(key("k"), List.of(Bytes.EMPTY)))
                .hasMessageContaining("outside [1, 1024]");
        Bytes longest = Bytes.wrap(new byte[Tags.NAME_BYTES_MAX]);
        assertThat(lab.keyspace.tagsOf(key("k"), List.of(longest, longest))).hasSize(1);
        assertThatThrownBy(() -> lab.keyspace.tagsOf(key("k"), List.of(Bytes.wrap(new byte[1025]))))
                .hasMessageContaining("1025 bytes");
    }

    @Test
    void whoTakesOverWhatAnotherKnowsPartByPartKnowsTheSame() {
        var other = new KeyspaceLab(64 << 20);
        for (int i = 0; i < 5_000; i++) {
            invalidate(tag("k", "t" + i));
        }
        invalidate(Tags.ofCache(lab.keyspace.settingsOf(key("thin:1"))));
        int parts = 7;
        for (int part = 0; part < parts; part++) {
            Tags.Page page = tags.page(part, parts);
            assertThat(page.tags()).hasSizeBetween(400, 1_000);
            other.keyspace.tags().adopt(page);
        }
        Tags.Page summary = tags.page(0, 0);
        assertThat(summary.tags()).isEmpty();
        assertThat(summary.count()).isEqualTo(5_001);
        assertThat(other.keyspace.tags().page(0, 0)).isEqualTo(summary);
        invalidate(tag("k", "t0"));
        assertThat(tags.page(0, 0).digest()).isNotEqualTo(summary.digest());
    }

    @Test
    void whoeverListensHearsOfEachInvalidationWithItsSlot() {
        List<Long> heard = new ArrayList<>();
        long tag = tag("k", "a");
        tags.onBumped((slot, which, clock) -> {
            assertThat(slot).isEqualTo(Tags.slotOf(tag)).isBetween(0, 16_383);
            assertThat(which).isEqualTo(tag);
            heard.add(clock);
        });
        invalidate(tag);
        tags.raise(tag, lab.keyspace.clock() + 5);
        assertThat(heard).hasSize(2).isSorted();
        assertThat(tags.clockOf(tag)).isEqualTo(heard.getLast());
    }

    /** What is made of a value that was invalidated meanwhile must be invalid, too. */
    @Test
    void nothingIsMadeOfAnOldValueOnceItsTagWasInvalidated() throws Exception {
        for (int round = 0; round < 3_000; round++) {
            String name = "n" + round;
            put(name, "1000000", "a" + round);
            CyclicBarrier start = new CyclicBarrier(2);
            Thread writer =
                    Thread.ofPlatform()
                            .start(() -> {
                                await(start);
                                for (int i = 0; i < 20; i++) {
                                    lab.apply(new Operation.Increment(key(name), 1));
                                }
                            });
            await(start);
            Thread.onSpinWait();
            invalidate(tag(name, "a" + round));
            writer.join();
            Entry entry = lab.keyspace.findOrNull(key(name));
            assertThat(entry == null ? 0 : Integer.parseInt(text(entry)))
                    .as("round %s", round)
                    .isLessThan(1_000_000);
        }
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
