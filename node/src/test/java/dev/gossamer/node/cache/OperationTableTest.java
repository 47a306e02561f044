package dev.gossamer.node.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OperationTableTest {
    private static final long RETENTION_NANOS = Duration.ofSeconds(60).toNanos();
    private static final int BYTES_MAX = 64 << 10;

    private final AtomicLong nanos = new AtomicLong(-5);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final OperationTable table = table(BYTES_MAX);

    @Test
    void anOutcomeIsKnownUntilItsRetentionIsOver() {
        table.remember(3, id(1), applied(1));
        nanos.addAndGet(RETENTION_NANOS - 1);
        table.forgetOld();
        assertThat(table.findOrNull(id(1))).isEqualTo(applied(1));
        nanos.addAndGet(1);
        table.forgetOld();
        assertThat(table.findOrNull(id(1))).isNull();
        assertThat(table.bytes()).isZero();
        assertThat(dropped()).isZero();
    }

    @Test
    void whereThereIsNoRoomTheOldestIsForgottenAndCounted() {
        int fit = BYTES_MAX / OperationTable.OVERHEAD_BYTES;
        for (int i = 0; i < fit + 3; i++) {
            table.remember(i, id(i), applied(i));
        }
        assertThat(table.bytes()).isBetween(BYTES_MAX - 300L, (long) BYTES_MAX);
        assertThat(dropped()).isEqualTo(3);
        assertThat(table.findOrNull(id(2))).isNull();
        assertThat(table.findOrNull(id(3))).isNotNull();
        assertThat(registry.get("gossamer.operations.bytes").gauge().value())
                .isEqualTo((double) table.bytes());
        assertThat(registry.get("gossamer.operations.bytes.max").gauge().value())
                .isEqualTo(BYTES_MAX);
    }

    @Test
    void anOutcomeWithALargeValueIsRememberedAsDoneButUnknown() {
        Entry large = Entry.of(new byte[BYTES_MAX / 16], version(1), Entry.NEVER);
        table.remember(3, id(1), new Outcome.Applied(version(2), 0, null, large));
        assertThat(table.findOrNull(id(1)))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(table.bytes()).isLessThan(600);
    }

    @Test
    void mirroringForgetsWhatThePrimaryDoesNotKnowButNotWhatCameMeanwhile() {
        table.remember(3, id(1), applied(1));
        table.remember(3, id(2), applied(2));
        List<RecentOperation> before = table.ofSlot(3);
        table.remember(3, id(3), applied(3));
        table.remember(4, id(4), applied(4));
        List<RecentOperation> primary =
                List.of(
                        new RecentOperation(id(2), applied(22)),
                        new RecentOperation(id(5), applied(5)));
        table.mirror(3, before, primary);
        assertThat(table.findOrNull(id(1))).isNull();
        assertThat(table.findOrNull(id(2))).isEqualTo(applied(22));
        assertThat(table.findOrNull(id(3))).isEqualTo(applied(3));
        assertThat(table.findOrNull(id(4))).isEqualTo(applied(4));
        assertThat(table.ofSlot(3))
                .extracting(RecentOperation::id)
                .containsExactly(id(3), id(2), id(5));
    }

    @Test
    void mirroringTheSameAgainTakesNoMoreRoom() {
        table.remember(3, id(1), applied(1));
        long bytes = table.bytes();
        for (int i = 0; i < 100; i++) {
            table.mirror(3, table.ofSlot(3), table.ofSlot(3));
        }
        assertThat(table.bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void itIsAMapThatForgetsTheOldestFirst(long seed) {
        var random = new SplittableRandom(seed);
        Map<OperationId, Outcome> model = new LinkedHashMap<>();
        Deque<OperationId> order = new ArrayDeque<>();
        int fit = BYTES_MAX / OperationTable.OVERHEAD_BYTES;
        for (int step = 0; step < 3_000; step++) {
            OperationId id = id(step);
            int slot = random.nextInt(4);
            table.remember(slot, id, applied(step));
            model.put(id, applied(step));
            order.add(id);
            while (order.size() > fit) {
                model.remove(order.removeFirst());
            }
            OperationId asked = id(random.nextInt(step + 1));
            assertThat(table.findOrNull(asked)).isEqualTo(model.get(asked));
        }
        long known = IntStream.range(0, 4).mapToLong(slot -> table.ofSlot(slot).size()).sum();
        assertThat(known).isEqualTo(model.size());
    }

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(10) : LongStream.of(fixed);
    }

    @Test
    void theBytesThatAreCountedAreTheBytesThatTheHeapHolds() {
        long before = usedHeapBytes();
        OperationTable large = table(1 << 30);
        long base = usedHeapBytes() - before;
        for (int i = 0; i < 200_000; i++) {
            large.remember(i & 1023, new OperationId(77, i), applied(i));
        }
        long held = usedHeapBytes() - before - base;
        assertThat(large.bytes())
                .as("%,d bytes held, %d each", held, held / 200_000)
                .isCloseTo(held, Percentage.withPercentage(15));
        assertThat(large.findOrNull(new OperationId(77, 5))).isNotNull();
    }

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

    private double dropped() {
        return registry.get("gossamer.operations.dropped").functionCounter().count();
    }

    private OperationTable table(long bytesMax) {
        var defaults = KeyspaceSettings.DEFAULT;
        var settings =
                new KeyspaceSettings(
                        defaults.tombstoneRetention(),
                        defaults.driftMax(),
                        bytesMax,
                        Duration.ofNanos(RETENTION_NANOS),
                        defaults.ledgerBytesMax(),
                        defaults.leases(),
                        defaults.tagsBytesMax(),
                        defaults.mutationsBytesMax(),
                        defaults.caches());
        registry.clear();
        return new OperationTable(settings, nanos::get, registry);
    }

    private static OperationId id(long sequence) {
        return new OperationId(9, sequence);
    }

    private static Outcome applied(long clock) {
        return new Outcome.Applied(version(clock), 0, null, null);
    }

    private static Version version(long clock) {
        return new Version(1, clock, new MemberId(1));
    }
}
