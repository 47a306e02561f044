package dev.gossamer.node.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HybridClockTest {
    private final AtomicLong wall = new AtomicLong(1_000_000);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MemoryCeiling ceiling = new MemoryCeiling();
    private final HybridClock clock =
            new HybridClock(wall::get, Duration.ofMinutes(1), ceiling, registry);

    @Test
    void timesGrowWhileTheWallClockStandsStillOrStepsBack() {
        long[] times = new long[200_000];
        for (int i = 0; i < times.length; i++) {
            if (i == 100_000) {
                wall.addAndGet(-3_600_000);
            }
            times[i] = clock.next();
        }
        assertThat(LongStream.of(times).sorted().distinct().toArray()).isEqualTo(times);
    }

    @Test
    void aTimeIsTheWallClocksMillisecondsWhenNothingPushesIt() {
        assertThat(clock.next() >>> 16).isEqualTo(1_000_000);
    }

    @Test
    void whatWasWitnessedIsEarlierThanWhatComesNext() {
        long ahead = (1_000_000 + 60_000L) << 16;
        assertThatThrownBy(() -> clock.witness(version(ahead))).satisfies(this::isBusy);
        assertThat(clock.next()).isLessThan(ahead);
        clock.extend();
        clock.witness(version(ahead));
        assertThat(clock.next()).isGreaterThan(ahead);
    }

    @Test
    void aClockThatRunsTooFarAheadIsRefusedAndNotFollowed() {
        long tooFar = (1_000_000 + 60_001L) << 16;
        assertThatThrownBy(() -> clock.witness(version(tooFar)))
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOCKDRIFT))
                .hasMessageContaining("60001 ms ahead");
        assertThat(clock.next()).isLessThan(tooFar);
        assertThat(registry.get("gossamer.clock.refused").functionCounter().count()).isEqualTo(1);
    }

    @Test
    void afterItsOwnWallClockStepsBackANodeStillAcceptsWhatItHadFollowed() {
        long before = clock.next();
        wall.addAndGet(-3_600_000);
        clock.witness(version(before));
        assertThat(clock.next()).isGreaterThan(before);
    }

    @Test
    void noTwoThreadsGetTheSameTime() throws Exception {
        try (var pool = Executors.newFixedThreadPool(4)) {
            var runs =
                    IntStream.range(0, 4).mapToObj(i -> pool.submit(() -> times(50_000))).toList();
            long[] all = new long[0];
            for (var run : runs) {
                long[] times = run.get();
                assertThat(times).isSorted();
                all = LongStream.concat(Arrays.stream(all), Arrays.stream(times)).toArray();
            }
            assertThat(LongStream.of(all).distinct().count()).isEqualTo(200_000);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void timesGrowOverRestartsAndNeverPassWhatIsOnTheDisk(long seed) {
        var random = new SplittableRandom(seed);
        HybridClock running = clock;
        long last = 0;
        for (int step = 0; step < 3_000; step++) {
            switch (random.nextInt(12)) {
                case 0 -> wall.addAndGet(random.nextLong(-3_600_000, 3_600_000));
                case 1 -> running = restarted();
                case 2, 3 -> running.extend();
                case 4 -> ceiling.setBroken(random.nextInt(4) == 0);
                case 5 -> hearOf(running, (wall.get() + random.nextInt(50_000)) << 16);
                default -> wall.addAndGet(random.nextInt(400));
            }
            long time = timeOrZero(running);
            if (time != 0) {
                assertThat(time).isGreaterThan(last).isLessThanOrEqualTo(ceiling.recall());
                last = time;
            }
        }
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(50) : LongStream.of(fixed);
    }

    private HybridClock restarted() {
        ceiling.setBroken(false);
        return new HybridClock(
                wall::get, Duration.ofMinutes(1), ceiling, new SimpleMeterRegistry());
    }

    private static void hearOf(HybridClock clock, long time) {
        try {
            clock.witness(time);
            assertThat(clock.latest()).isGreaterThanOrEqualTo(time);
        } catch (GossamerException e) {
            assertThat(e.code()).isIn(ErrorCode.BUSY, ErrorCode.CLOCKDRIFT);
            assertThat(clock.latest()).isLessThan(time);
        }
    }

    private static long timeOrZero(HybridClock clock) {
        try {
            return clock.next();
        } catch (GossamerException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BUSY);
            return 0;
        }
    }

    @Test
    void afterARestartWithTheWallClockAnHourBackVersionsStillGrowAndOthersAreFollowed() {
        long before = clock.next();
        HybridClock other =
                new HybridClock(
                        wall::get,
                        Duration.ofMinutes(1),
                        new MemoryCeiling(),
                        new SimpleMeterRegistry());
        wall.addAndGet(2_000);
        long ofOther = other.next();
        wall.addAndGet(-3_600_000);
        HybridClock restarted = restarted();
        assertThat(restarted.next()).isGreaterThan(before);
        restarted.witness(version(ofOther));
        assertThat(restarted.next()).isGreaterThan(ofOther);
    }

    @Test
    void whenTheDiskFailsTimesLagAndThenTheAnswerIsBusyUntilItWorksAgain() {
        ceiling.setBroken(true);
        wall.addAndGet(60_000);
        clock.extend();
        long first = clock.next();
        assertThat(first >>> 16).isBetween(1_000_000L, 1_003_000L);
        long room = ceiling.recall() - first;
        for (long i = 0; i < room; i++) {
            clock.next();
        }
        assertThatThrownBy(clock::next).satisfies(this::isBusy);
        assertThat(registry.get("gossamer.clock.busy").functionCounter().count()).isEqualTo(1);
        ceiling.setBroken(false);
        clock.extend();
        assertThat(clock.next() >>> 16).isEqualTo(1_060_000);
    }

    @Test
    void aProcessThatIsRestartedOverAndOverDoesNotRunAwayFromTheWallClock() {
        HybridClock running = clock;
        for (int i = 0; i < 100; i++) {
            wall.addAndGet(300);
            running = restarted();
            running.extend();
            running.next();
        }
        assertThat((running.next() >>> 16) - wall.get()).isLessThan(4_000);
    }

    @Test
    void aCeilingThatIsNotUsedUpIsNotWrittenAgain() {
        long written = ceiling.recall();
        wall.addAndGet(1_400);
        clock.extend();
        assertThat(ceiling.recall()).isEqualTo(written);
        wall.addAndGet(101);
        clock.extend();
        assertThat(ceiling.recall()).isGreaterThan(written);
    }

    private void isBusy(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        GossamerException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
    }

    private long[] times(int count) {
        return LongStream.generate(clock::next).limit(count).toArray();
    }

    private static Version version(long clock) {
        return new Version(1, clock, new MemberId(2));
    }
}
