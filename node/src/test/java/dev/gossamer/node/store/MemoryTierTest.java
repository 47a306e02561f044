package dev.gossamer.node.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MemoryTierTest {
    private static final Version VERSION = new Version(1, 1, new MemberId(1));
    private static final long START_MILLIS = 1_000_000;

    private final AtomicLong nanos = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private MemoryTier tier = tier(8 << 20);

    @AfterEach
    void mapIndexCountsAndBytesAgree() {
        pass(TimeUnit.DAYS.toMillis(1));
        tier.check();
    }

    @Test
    void anEntryIsGoneTheMomentItExpiresAndLeavesWithoutARead() {
        tier.put(key(1), Entry.of(new byte[10], VERSION, START_MILLIS + 5_000));
        pass(4_999);
        assertThat(tier.findOrNull(key(1))).isNotNull();
        pass(1);
        assertThat(tier.findOrNull(key(1))).isNull();
        pass(3_000);
        tier.cleanUp();
        assertThat(tier.liveCount()).isZero();
        assertThat(tier.bytes()).isZero();
        assertThat(evictions("expired")).isEqualTo(1);
    }

    @Test
    void anEntryIsGoneWhenTheWallClockSaysSoEvenIfTheTickerDoesNot() {
        AtomicLong wall = new AtomicLong(START_MILLIS);
        tier = new MemoryTier(settings(1 << 20), () -> 0, wall::get, _ -> 2, registry);
        tier.put(key(1), Entry.of(new byte[10], VERSION, START_MILLIS + 1));
        wall.set(START_MILLIS + 1);
        assertThat(tier.findOrNull(key(1))).isNull();
    }

    @Test
    void aTombstoneIsKeptAndWeighedButNeitherFoundNorCountedAsLive() {
        tier.put(key(1), Entry.of(new byte[10], VERSION, Entry.NEVER));
        tier.put(key(1), Entry.tombstone(VERSION, START_MILLIS + 60_000));
        assertThat(tier.findOrNull(key(1))).isNull();
        assertThat(tier.peekOrNull(key(1))).isNotNull();
        assertThat(tier.liveCount(key(1).slotIndex())).isZero();
        assertThat(tier.tombstoneCount()).isEqualTo(1);
        assertThat(tier.bytes()).isZero();
        assertThat(tier.tombstoneBytes()).isEqualTo(MemoryTier.TOMBSTONE_OVERHEAD_BYTES + 8);
        assertThat(evictions("explicit")).isEqualTo(1);
        pass(62_000);
        tier.cleanUp();
        assertThat(tier.tombstoneCount()).isZero();
    }

    @Test
    void tombstonesAreNotEvictedForWantOfRoomForEntries() {
        for (int i = 0; i < 1_000; i++) {
            tier.put(key(i), Entry.tombstone(VERSION, START_MILLIS + 600_000));
        }
        for (int i = 1_000; i < 60_000; i++) {
            tier.put(key(i), value(1_000));
        }
        assertThat(evictions("size")).isGreaterThan(10_000);
        assertThat(tier.tombstoneCount()).isEqualTo(1_000);
        assertThat(count("gossamer.tombstones.dropped")).isZero();
    }

    @Test
    void overTheirOwnBudgetTheOldestTombstonesAreForgottenAndCounted() {
        int fit = (1 << 20) / (MemoryTier.TOMBSTONE_OVERHEAD_BYTES + 8);
        tier.put(key(1), value(100));
        for (int i = 10_000; i < 10_000 + fit + 50; i++) {
            tier.put(key(i), Entry.tombstone(VERSION, START_MILLIS + 600_000));
        }
        assertThat(tier.tombstoneCount()).isEqualTo(fit);
        assertThat(tier.tombstoneBytes()).isLessThanOrEqualTo(tier.tombstoneBytesMax());
        assertThat(count("gossamer.tombstones.dropped")).isEqualTo(50);
        assertThat(tier.peekOrNull(key(10_049))).isNull();
        assertThat(tier.peekOrNull(key(10_050))).isNotNull();
        assertThat(tier.findOrNull(key(1))).isNotNull();
        assertThat(gauge("gossamer.tombstones.bytes")).isEqualTo((double) tier.tombstoneBytes());
        assertThat(gauge("gossamer.tombstones.bytes.max")).isEqualTo(1 << 20);
        pass(601_000);
        tier.cleanUp();
        assertThat(count("gossamer.tombstones.dropped")).isEqualTo(50);
        assertThat(evictions("expired")).isEqualTo(fit);
    }

    @Test
    void anEntryThatTakesTheTombstonesPlaceIsFoundAndTheOtherWayRound() {
        for (int i = 0; i < 3; i++) {
            tier.put(key(1), Entry.tombstone(VERSION, START_MILLIS + 600_000));
            assertThat(tier.findOrNull(key(1))).isNull();
            assertThat(tier.peekValueOrNull(key(1))).isNull();
            assertThat(tier.peekOrNull(key(1)).isTombstone()).isTrue();
            tier.put(key(1), value(1));
            assertThat(tier.findOrNull(key(1))).isNotNull();
            assertThat(tier.tombstoneCount()).isZero();
        }
        tier.put(key(1), Entry.tombstone(VERSION, START_MILLIS + 600_000));
        assertThat(tier.remove(key(1))).isTrue();
        assertThat(tier.remove(key(1))).isFalse();
        assertThat(tier.peekOrNull(key(1))).isNull();
        assertThat(tier.tombstoneBytes()).isZero();
    }

    @Test
    @Timeout(60)
    void aKeyThatTurnsFromTombstoneToEntryAndBackIsNeverSeenAsAbsent() throws Exception {
        tier.put(key(1), value(1));
        inParallel(
                2,
                thread -> {
                    for (int i = 0; i < 200_000; i++) {
                        if (thread == 1) {
                            assertThat(tier.peekOrNull(key(1)) != null).isTrue();
                        } else if (i % 2 == 0) {
                            tier.put(key(1), Entry.tombstone(VERSION, START_MILLIS + 600_000));
                        } else {
                            tier.put(key(1), value(1));
                        }
                    }
                });
    }

    @Test
    void aReadCountsOnceAsAHitOrAMissAndAPeekNever() {
        tier.put(key(1), Entry.of(new byte[10], VERSION, Entry.NEVER));
        tier.findOrNull(key(1));
        tier.findOrNull(key(2));
        tier.peekOrNull(key(1));
        assertThat(count("gossamer.tier.hits")).isEqualTo(1);
        assertThat(count("gossamer.tier.misses")).isEqualTo(1);
        assertThat(registry.get("gossamer.tier.entries").gauge().value()).isEqualTo(1);
        assertThat(registry.get("gossamer.tier.bytes").gauge().value())
                .isEqualTo((double) tier.bytes());
        assertThat(registry.get("gossamer.tier.bytes.max").gauge().value()).isEqualTo(8 << 20);
    }

    @Test
    void whatDoesNotFitIsEvictedAndTheBudgetHolds() {
        long most = 0;
        for (int i = 0; i < 50_000; i++) {
            tier.put(key(i), Entry.of(new byte[i % 2_000], VERSION, Entry.NEVER));
            most = Math.max(most, tier.bytes());
        }
        assertThat(most)
                .isBetween(
                        tier.bytesMax() * 9 / 10,
                        tier.bytesMax() + MemoryTier.slackBytes(tier.bytesMax()) + 3_000);
        assertThat(evictions("size")).isGreaterThan(10_000);
    }

    @Test
    void anEntryLargerThanTheBudgetLeavesAtOnce() {
        tier.put(key(1), Entry.of(new byte[9 << 20], VERSION, Entry.NEVER));
        assertThat(tier.findOrNull(key(1))).isNull();
        assertThat(tier.bytes()).isZero();
    }

    @Test
    @Timeout(60)
    void writersEvictionsExpiryAndRemovalsAtOnceLeaveTheIndexExact() throws Exception {
        tier = tier(1 << 20);
        long slack = MemoryTier.slackBytes(1 << 20) + 4 * 2_400;
        AtomicLong most = new AtomicLong();
        inParallel(
                4,
                thread -> {
                    var random = new SplittableRandom(thread);
                    for (int step = 0; step < 150_000; step++) {
                        Bytes key = key(random.nextInt(6_000));
                        switch (random.nextInt(8)) {
                            case 0 -> tier.remove(key);
                            case 1 -> tier.put(key, Entry.tombstone(VERSION, soon(random)));
                            case 2 -> tier.put(key, Entry.of(new byte[9], VERSION, soon(random)));
                            case 3 -> nanos.addAndGet(2_000_000);
                            default -> tier.put(key, value(random.nextInt(2_000)));
                        }
                        most.accumulateAndGet(tier.bytes(), Math::max);
                    }
                });
        assertThat(most.get()).isLessThanOrEqualTo(tier.bytesMax() + slack);
        assertThat(evictions("size")).isPositive();
        assertThat(evictions("expired")).isPositive();
    }

    @Test
    void theHitRatioIsThatOfABareCaffeineOfTheSameCapacity() {
        int entries = 1_000;
        int weight = MemoryTier.ENTRY_OVERHEAD_BYTES + 8 + 1_000;
        tier = tier((long) entries * weight);
        var bare =
                Caffeine.newBuilder()
                        .maximumSize(entries)
                        .executor(Runnable::run)
                        .<Bytes, Boolean>build();
        int reads = 400_000;
        int tierHits = 0;
        int bareHits = 0;
        double[] zipf = zipf(20_000, 0.9);
        var random = new SplittableRandom(42);
        for (int i = 0; i < reads; i++) {
            Bytes key = key(draw(zipf, random.nextDouble()));
            if (tier.findOrNull(key) != null) {
                tierHits++;
            } else {
                tier.put(key, value(1_000));
            }
            if (bare.getIfPresent(key) != null) {
                bareHits++;
            } else {
                bare.put(key, true);
            }
        }
        double points = 100.0 * (tierHits - bareHits) / reads;
        assertThat(points).as("points apart, of %d hits", bareHits).isBetween(-0.5, 0.5);
    }

    private static double[] zipf(int keys, double skew) {
        double[] cumulated = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) {
            sum += 1 / Math.pow(i + 1, skew);
            cumulated[i] = sum;
        }
        return cumulated;
    }

    private static int draw(double[] cumulated, double chance) {
        int found =
                java.util.Arrays.binarySearch(cumulated, chance * cumulated[cumulated.length - 1]);
        return found < 0 ? -found - 1 : found;
    }

    private static void inParallel(int threads, IntConsumer work) throws Exception {
        try (var pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                running.add(pool.submit(() -> work.accept(thread)));
            }
            for (Future<?> future : running) {
                future.get();
            }
        }
    }

    private MemoryTier tier(long bytesMax) {
        return new MemoryTier(
                settings(bytesMax),
                nanos::get,
                this::wallMillis,
                MemoryTierTest::copies,
                registry());
    }

    private static MemorySettings settings(long bytesMax) {
        return new MemorySettings(bytesMax, 1 << 20);
    }

    /** Keys that end with a 1 belong to a cache with one copy. */
    private static int copies(Bytes key) {
        return key.array()[key.length() - 1] == '1' ? 1 : 2;
    }

    /** The field's initializer runs before the constructor of the test; one registry a tier. */
    private SimpleMeterRegistry registry() {
        registry.clear();
        return registry;
    }

    private long wallMillis() {
        return START_MILLIS + TimeUnit.NANOSECONDS.toMillis(nanos.get());
    }

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private long soon(SplittableRandom random) {
        return wallMillis() + random.nextInt(5_000);
    }

    private static Entry value(int length) {
        return Entry.of(new byte[length], VERSION, Entry.NEVER);
    }

    private double evictions(String cause) {
        return registry.get("gossamer.tier.evictions")
                .tag("tier", "l1")
                .tag("cause", cause)
                .functionCounter()
                .count();
    }

    private double gauge(String name) {
        return registry.get(name).tag("tier", "l1").gauge().value();
    }

    private double count(String name) {
        return registry.get(name).tag("tier", "l1").functionCounter().count();
    }

    private static Bytes key(int number) {
        return Bytes.utf8("k" + number);
    }
}
