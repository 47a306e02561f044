package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.protocol.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two members that evict each for itself: neither ever holds something older than what was
 * acknowledged, in whatever order copies arrive.
 */
class EvictedCopiesTest {
    private static final Bytes K = key("{s}k");
    private static final int SLOT = K.slotIndex();
    private static final int KEYS = 24;

    private KeyspaceLab primary = tiny();
    private KeyspaceLab backup = tiny();

    private static KeyspaceLab tiny() {
        return new KeyspaceLab(MemorySettings.BYTES_MIN, MemorySettings.TOMBSTONE_BYTES_MIN);
    }

    private static void copy(Change change, KeyspaceLab to) {
        to.keyspace.merge(SLOT, change.changed(), List.of());
    }

    private static Operation put(Bytes key, int bytes) {
        return new Operation.Put(key, new byte[bytes], Expiry.NONE, Condition.ALWAYS, false);
    }

    @Test
    void aCopyThatWasOvertakenByOneThatWasEvictedSinceIsNotStored() {
        Change first = primary.keyspace.apply(put(K, 1), KeyspaceLab.EPOCH);
        Change second = primary.keyspace.apply(put(K, 2), KeyspaceLab.EPOCH);
        copy(second, backup);
        backup.tier.remove(K);
        copy(first, backup);
        assertThat(backup.keyspace.peekOrNull(K)).isNull();
        Change third = primary.keyspace.apply(put(K, 3), KeyspaceLab.EPOCH);
        copy(third, backup);
        assertThat(backup.keyspace.peekOrNull(K).valueLength()).isEqualTo(3);
    }

    @Test
    void norIsOneThatWasOvertakenByARemovalThatIsForgotten() {
        Change write = primary.keyspace.apply(put(K, 1), KeyspaceLab.EPOCH);
        Operation remove = new Operation.Remove(K, Condition.ALWAYS, false);
        copy(primary.keyspace.apply(remove, KeyspaceLab.EPOCH), backup);
        for (int i = 0; i < 1_000; i++) {
            backup.apply(new Operation.Remove(key("other" + i), Condition.ALWAYS, false));
        }
        assertThat(backup.keyspace.peekOrNull(K)).as("forgotten for want of room").isNull();
        copy(write, backup);
        assertThat(backup.keyspace.peekOrNull(K)).isNull();
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed);
    }

    /** The members take turns as the primary, which takes over what was under way. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noOrderOfWritesEvictionsAndFailoversBringsAnOlderVersionBack(long seed) {
        var random = new SplittableRandom(seed);
        Map<Bytes, Item> acknowledged = new HashMap<>();
        List<Change> underWay = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            int dice = random.nextInt(200);
            if (dice == 0) {
                underWay.forEach(change -> copy(change, backup));
                KeyspaceLab former = primary;
                primary = backup;
                backup = former;
                underWay.clear();
            } else if (dice < 100) {
                underWay.add(write(random));
            } else if (!underWay.isEmpty()) {
                Change change = underWay.remove(random.nextInt(underWay.size()));
                copy(change, backup);
                change.changed().forEach(item -> acknowledge(acknowledged, item));
            }
            acknowledged.values().forEach(item -> assertNoOlder(item, primary));
            acknowledged.values().forEach(item -> assertNoOlder(item, backup));
        }
        assertThat(primary.registry.get("gossamer.tier.evictions").tag("cause", "size"))
                .isNotNull();
    }

    private Change write(SplittableRandom random) {
        Bytes key = key("{s}" + random.nextInt(KEYS));
        Operation operation =
                random.nextInt(5) == 0
                        ? new Operation.Remove(key, Condition.ALWAYS, false)
                        : put(key, random.nextInt(60_000, 120_000));
        return primary.keyspace.apply(operation, KeyspaceLab.EPOCH);
    }

    private static void acknowledge(Map<Bytes, Item> acknowledged, Item item) {
        acknowledged.merge(item.key(), item, (a, b) -> b.entry().isLaterByClock(a.entry()) ? b : a);
    }

    private static void assertNoOlder(Item acknowledged, KeyspaceLab lab) {
        Entry here = lab.keyspace.peekOrNull(acknowledged.key());
        if (here != null && acknowledged.entry().isLaterByClock(here)) {
            throw new AssertionError(
                    acknowledged.key().toUtf8()
                            + " has version "
                            + here.version()
                            + ", and "
                            + acknowledged.entry().version()
                            + " was acknowledged");
        }
    }
}
