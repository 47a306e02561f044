package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DigestsTest {
    private static final int SLOT = key(0).slotIndex();

    private record Change(Bytes key, Entry entry) {}

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theDigestTellsWhatIsKeptWhateverTheOrderAndTheWayItCame(long seed) {
        var random = new SplittableRandom(seed);
        List<Change> last = new ArrayList<>();
        MemoryTier one = tier();
        for (int i = 0; i < 200; i++) {
            one.put(key(i), random.nextInt(3) == 0 ? tombstone(i) : entry(i));
            if (random.nextBoolean()) {
                one.put(key(i), random.nextInt(3) == 0 ? tombstone(1_000 + i) : entry(1_000 + i));
            }
            if (random.nextInt(5) == 0) {
                one.remove(key(i));
            } else {
                last.add(new Change(key(i), one.peekOrNull(key(i))));
            }
        }
        Collections.shuffle(last, new Random(seed));
        MemoryTier other = tier();
        last.forEach(change -> other.put(change.key(), change.entry()));
        assertThat(other.digest(SLOT, 0)).isEqualTo(one.digest(SLOT, 0)).isNotZero();
        assertThat(other.digest(SLOT, 1)).isEqualTo(one.digest(SLOT, 1)).isNotZero();
        assertThat(one.digest(SLOT, 1)).isNotEqualTo(one.digest(SLOT, 0));
        one.check();
        last.forEach(change -> other.remove(change.key()));
        assertThat(other.digest(SLOT, 0)).isZero();
    }

    @Test
    void everyPartOfAVersionAndOfThePlaceChangesTheDigest() {
        Set<Long> digests = new HashSet<>();
        int count = 0;
        for (long epoch = 0; epoch < 8; epoch++) {
            for (long clock = 0; clock < 8; clock++) {
                for (long member = 0; member < 8; member++) {
                    for (int key = 0; key < 8; key++) {
                        var version = new Version(epoch << 20, clock, new MemberId(member));
                        Entry entry = Entry.of(new byte[0], version, Entry.NEVER);
                        digests.add(EntryMix.of(SLOT, key, entry));
                        digests.add(EntryMix.of(SLOT + 1, key, entry));
                        digests.add(EntryMix.of(SLOT, KeyRanges.END - 1 - key, entry));
                        count += 3;
                    }
                }
            }
        }
        assertThat(digests).hasSize(count);
    }

    private static MemoryTier tier() {
        return new MemoryTier(
                new MemorySettings(64L << 20, 1 << 20),
                () -> 0,
                () -> 1_000,
                key -> key.array()[key.length() - 1] == '1' ? 1 : 2,
                new SimpleMeterRegistry());
    }

    private static Entry entry(long clock) {
        return Entry.of(new byte[3], new Version(1, clock, new MemberId(1)), Entry.NEVER);
    }

    private static Entry tombstone(long clock) {
        return Entry.tombstone(new Version(1, clock, new MemberId(1)), 900_000);
    }

    private static Bytes key(int number) {
        return Bytes.utf8("{s}" + number);
    }
}
