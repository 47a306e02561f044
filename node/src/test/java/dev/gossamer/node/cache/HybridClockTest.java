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
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HybridClockTest {
    private final AtomicLong wall = new AtomicLong(1_000_000);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final HybridClock clock =
            new HybridClock(wall::get, Duration.ofMinutes(1), new MemoryCeiling(), registry);

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

    private long[] times(int count) {
        return LongStream.generate(clock::next).limit(count).toArray();
    }

    private static Version version(long clock) {
        return new Version(1, clock, new MemberId(2));
    }
}
