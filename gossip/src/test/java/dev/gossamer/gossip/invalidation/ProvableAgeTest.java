package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProvableAgeTest {
    private static final long MS = 1_000_000;
    private static final Duration LIFE = Duration.ofMinutes(10);

    /** Three hundred fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null ? new SplittableRandom().longs(300) : LongStream.of(one);
    }

    /** A clock that starts anywhere and whose speed wanders within half of what is allowed. */
    private static final class Clock {
        private final SplittableRandom random;
        private final double driftMax;
        private long shows;
        private double fraction;

        Clock(SplittableRandom random, int driftPpm) {
            this.random = random;
            this.driftMax = driftPpm / 2.0 / 1_000_000 * 0.999;
            this.shows = random.nextLong();
        }

        long shows() {
            return shows;
        }

        void pass(long nanos) {
            double speed = 1 + (random.nextBoolean() ? driftMax : -driftMax);
            fraction += nanos * (speed - 1);
            long whole = (long) fraction;
            fraction -= whole;
            shows += nanos + whole;
        }
    }

    private static long delay(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextLong(MS);
            case 2 -> random.nextLong(100 * MS);
            default -> random.nextLong(30_000 * MS);
        };
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theBoundNeverLiesHoweverClocksDriftAndMessagesTarry(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int drift = random.nextInt(0, 2_000);
        Clock mine = new Clock(random, drift);
        Clock theirs = new Clock(random, drift);
        ProvableAge age = new ProvableAge(drift, LIFE);
        long[] happenedMine = new long[40];
        long[] happenedTheirs = new long[40];
        for (int i = 0; i < happenedMine.length; i++) {
            long asked = mine.shows();
            pass(random, mine, theirs);
            long answered = theirs.shows();
            pass(random, mine, theirs);
            happenedMine[i] = mine.shows();
            happenedTheirs[i] = theirs.shows();
            pass(random, mine, theirs);
            if (random.nextInt(3) > 0) {
                age.learn(asked, answered, mine.shows());
            }
            for (int past = Math.max(0, i - 20); past <= i; past++) {
                long bound = age.boundNanos(happenedTheirs[past], mine.shows());
                if (bound != ProvableAge.UNKNOWN) {
                    assertThat(happenedMine[past] - bound).isGreaterThanOrEqualTo(-1);
                }
            }
        }
    }

    private static void pass(SplittableRandom random, Clock mine, Clock theirs) {
        long nanos = delay(random);
        mine.pass(nanos);
        theirs.pass(nanos);
    }

    @Test
    void withoutDriftTheBoundIsOffByTheWayThereAndNoMore() {
        ProvableAge age = new ProvableAge(0, LIFE);
        age.learn(1_000, 70_000, 1_500);
        assertThat(age.boundNanos(70_000, 2_000)).isEqualTo(1_000);
        assertThat(age.boundNanos(70_900, 2_000)).isEqualTo(1_900);
        age.learn(1_700, 70_800, 1_900);
        assertThat(age.boundNanos(70_900, 2_000)).isEqualTo(1_900);
    }

    @Test
    void driftMakesThePastOlderAndTheFutureLater() {
        ProvableAge age = new ProvableAge(500, LIFE);
        age.learn(0, 0, 0);
        assertThat(age.boundNanos(1_000 * MS, 2_000 * MS)).isEqualTo(1_000 * MS - 500_000);
        assertThat(age.boundNanos(-1_000 * MS, 2_000 * MS)).isEqualTo(-1_000 * MS - 500_000);
    }

    @Test
    void theBestOfManySamplesIsKeptThoughWorseOnesFollow() {
        ProvableAge age = new ProvableAge(0, LIFE);
        age.learn(1_000, 1_000, 1_000);
        for (int i = 1; i < 100; i++) {
            age.learn(1_000 + i, 1_500 + i, 2_000 + i);
        }
        assertThat(age.boundNanos(3_000, 3_500)).isEqualTo(3_000);
    }

    @Test
    void whatIsNotKnownIsInfinitelyOld() {
        ProvableAge age = new ProvableAge(500, LIFE);
        long bound = age.boundNanos(5, 10);
        assertThat(bound).isEqualTo(ProvableAge.UNKNOWN);
        assertThat(ProvableAge.ageNanos(bound, 10)).isEqualTo(Long.MAX_VALUE);
        assertThat(ProvableAge.ageNanos(4, 10)).isEqualTo(6);
    }

    @Test
    void aSampleThatIsTooOldOrOfTheFutureIsNotUsed() {
        ProvableAge age = new ProvableAge(500, Duration.ofSeconds(1));
        age.learn(11, 5, 10);
        assertThat(age.isKnown()).isFalse();
        age.learn(10, 5, 10);
        assertThat(age.boundNanos(5, 900 * MS)).isEqualTo(10);
        assertThat(age.boundNanos(5, 1_001 * MS)).isEqualTo(ProvableAge.UNKNOWN);
    }

    @Test
    void aClockThatJumpedIsFoundOutByWhatItPutsIntoTheFuture() {
        ProvableAge age = new ProvableAge(500, LIFE);
        age.learn(100, 100, 100);
        assertThat(age.boundNanos(1_000 * MS, 200)).isEqualTo(ProvableAge.UNKNOWN);
        assertThat(age.isKnown()).isFalse();
    }

    @Test
    void impossibleDriftIsRefused() {
        assertThatThrownBy(() -> new ProvableAge(-1, LIFE)).hasMessageContaining("-1 ppm");
        assertThatThrownBy(() -> new ProvableAge(1_000_000, LIFE)).hasMessageContaining("1000000");
    }
}
