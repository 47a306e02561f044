package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KeyRangesTest {
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "15, 1", "16, 2", "305, 32", "2147483647, 4096"})
    void aSlotIsCutByTheNumberOfItsEntries(int entries, int count) {
        assertThat(KeyRanges.countFor(entries)).isEqualTo(count);
        assertThat(KeyRanges.isCount(count)).isTrue();
    }

    @Test
    void otherCountsAreNone() {
        assertThat(KeyRanges.isCount(0)).isFalse();
        assertThat(KeyRanges.isCount(-1)).isFalse();
        assertThat(KeyRanges.isCount(3)).isFalse();
        assertThat(KeyRanges.isCount(8192)).isFalse();
        assertThat(KeyRanges.isCount(Integer.MIN_VALUE)).isFalse();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyPositionLiesInTheRangeThatBeginsBeforeItAndEndsAfter(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            int count = 1 << random.nextInt(13);
            long position =
                    random.nextBoolean()
                            ? random.nextLong(KeyRanges.END)
                            : KeyRanges.begin(random.nextInt(count), count);
            int range = KeyRanges.of(position, count);
            assertThat(range).isBetween(0, count - 1);
            assertThat(position)
                    .isBetween(
                            KeyRanges.begin(range, count), KeyRanges.begin(range + 1, count) - 1);
        }
        assertThat(KeyRanges.begin(0, 64)).isZero();
        assertThat(KeyRanges.begin(64, 64)).isEqualTo(KeyRanges.END);
    }
}
