package dev.gossamer.node.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TagTableTest {
    private static final long BYTES = 16 << 10;

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(50) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aTagIsNeverSaidToBeInvalidatedEarlierThanItWasAndNeverLaterThanTheFloorMakesIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TagTable table = new TagTable(BYTES);
        Map<Long, Long> truth = new HashMap<>();
        long clock = 1;
        for (int i = 0; i < 5_000; i++) {
            long tag = random.nextInt(3_000);
            clock += random.nextInt(3);
            long at = random.nextInt(10) == 0 ? Math.max(1, clock - 50) : clock;
            truth.merge(tag, at, Math::max);
            assertThat(table.raise(tag, at))
                    .isEqualTo(Math.max(truth.get(tag), table.floor()))
                    .isEqualTo(table.clockOf(tag));
        }
        truth.forEach(
                (tag, at) -> assertThat(table.clockOf(tag)).isEqualTo(Math.max(at, table.floor())));
        assertThat(table.bytes()).isEqualTo(BYTES);
        assertThat(table.folded()).isPositive();
        assertThat(table.floor()).isPositive().isLessThan(clock);
        assertThat(table.clockOf(5_000)).isEqualTo(table.floor());
    }

    @Test
    void foldingTakesAboutAQuarterThatWasInvalidatedLongestAgo() {
        TagTable table = new TagTable(BYTES);
        int full = (int) (BYTES / 16 / 4 * 3);
        for (int tag = 0; tag < full; tag++) {
            table.raise(tag, 1_000 + tag);
        }
        assertThat(table.folded()).isZero();
        assertThat(table.floor()).isZero();
        table.raise(full, 10_000);
        assertThat(table.folded()).isBetween((long) full / 5, (long) full / 3);
        assertThat(table.floor() - 1_000).isEqualTo(table.folded() - 1);
        assertThat(table.clockOf(full - 1)).isEqualTo(1_000 + full - 1);
    }

    @Test
    void aFloorThatIsRaisedForgetsWhatIsBelowIt() {
        TagTable table = new TagTable(BYTES);
        table.raise(1, 10);
        table.raise(2, 20);
        table.raiseFloor(15);
        table.raiseFloor(12);
        assertThat(table.floor()).isEqualTo(15);
        assertThat(table.count()).isEqualTo(1);
        assertThat(table.clockOf(1)).isEqualTo(15);
        assertThat(table.clockOf(2)).isEqualTo(20);
    }
}
