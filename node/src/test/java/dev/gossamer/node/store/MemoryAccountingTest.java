package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds what the tier says it uses against what the heap really holds. */
class MemoryAccountingTest {
    private static final Percentage CLOSE = Percentage.withPercentage(15);
    private static final Version VERSION = new Version(1, 1, new MemberId(1));

    @ParameterizedTest(name = "{0} entries of {1} byte keys and {2} byte values, expiring: {3}")
    @CsvSource({
        "150000, 16, 8, false",
        "150000, 16, 100, false",
        "150000, 20, 100, true",
        "400000, 16, 100, false",
        "50000, 16, 1024, false",
    })
    void theBytesThatAreCountedAreTheBytesThatTheHeapHolds(
            int entries, int keyBytes, int valueBytes, boolean expiring) {
        long before = usedHeapBytes();
        MemoryTier tier =
                new MemoryTier(
                        new MemorySettings(1L << 30, 1L << 30),
                        () -> 1,
                        () -> 1_000,
                        _ -> 2,
                        new SimpleMeterRegistry());
        for (int i = 0; i < entries; i++) {
            long expiresAt = expiring ? 1_000_000 + i : Entry.NEVER;
            tier.put(key(i, keyBytes), Entry.of(new byte[valueBytes], VERSION, expiresAt));
        }
        tier.cleanUp();
        long held = usedHeapBytes() - before;

        assertThat(tier.liveCount()).isEqualTo(entries);
        assertThat(tier.bytes())
                .as("%,d bytes held, %.1f per entry beside its data", held, overhead(held, tier))
                .isCloseTo(held, CLOSE);
    }

    @Test
    void theBytesThatAreCountedForTombstonesAreTheBytesThatTheHeapHolds() {
        int count = 200_000;
        long before = usedHeapBytes();
        MemoryTier tier =
                new MemoryTier(
                        new MemorySettings(1L << 20, 1L << 30),
                        () -> 1,
                        () -> 1_000,
                        _ -> 2,
                        new SimpleMeterRegistry());
        for (int i = 0; i < count; i++) {
            tier.put(key(i, 16), Entry.tombstone(VERSION, 1_000_000));
        }
        long held = usedHeapBytes() - before;
        assertThat(tier.tombstoneCount()).isEqualTo(count);
        assertThat(tier.tombstoneBytes())
                .as("%,d bytes held, %d per tombstone beside its key", held, held / count - 16)
                .isCloseTo(held, CLOSE);
    }

    @Test
    void theBytesThatAreCountedForNearCopiesAreTheBytesThatTheHeapHolds() {
        int count = 200_000;
        NearOrigin origin = new NearOrigin(new MemberId(2));
        long before = usedHeapBytes();
        NearTier tier = new NearTier(1L << 30, () -> 1_000, (_, _, _) -> true);
        for (int i = 0; i < count; i++) {
            Bytes key = key(i, 16);
            Entry entry = Entry.of(new byte[96], VERSION, Entry.NEVER);
            tier.put(new NearCopy(tier.question(key, key.slotIndex(), origin, 1), entry, 1));
        }
        long held = usedHeapBytes() - before;
        assertThat(tier.count()).isEqualTo(count);
        assertThat(tier.bytes())
                .as("%,d bytes held, %d per copy beside its data", held, held / count - 112)
                .isCloseTo(held, CLOSE);
    }

    private static double overhead(long held, MemoryTier tier) {
        long entries = tier.liveCount();
        double counted = (double) tier.bytes() / entries - MemoryTier.ENTRY_OVERHEAD_BYTES;
        return (double) held / entries - counted;
    }

    private static Bytes key(int number, int length) {
        byte[] key = new byte[length];
        ByteBuffer.wrap(key).putLong(number * 0x9e3779b97f4a7c15L);
        return Bytes.wrap(key);
    }

    /** The least of three looks, each after a full collection. */
    private static long usedHeapBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        return IntStream.range(0, 3)
                .mapToLong(look -> {
                    memory.gc();
                    return memory.getHeapMemoryUsage().getUsed();
                })
                .min()
                .orElseThrow();
    }
}
