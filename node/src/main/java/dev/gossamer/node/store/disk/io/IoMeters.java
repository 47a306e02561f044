package dev.gossamer.node.store.disk.io;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a backend counts, times and exports. Any thread. */
final class IoMeters {

    /** Of one operation. */
    private static final class Counts {
        final LongAdder done = new LongAdder();
        final LongAdder failed = new LongAdder();
        final LongAdder bytes = new LongAdder();
        volatile @Nullable Timer timer;
    }

    private final Map<Operation, Counts> counts = new EnumMap<>(Operation.class);
    private final LongAdder refused = new LongAdder();
    private final LongAdder readNowHits = new LongAdder();
    private final LongAdder readNowMisses = new LongAdder();

    IoMeters() {
        for (Operation operation : Operation.values()) {
            counts.put(operation, new Counts());
        }
    }

    void done(Operation operation, int bytes, long nanos) {
        Counts mine = of(operation);
        mine.done.increment();
        mine.bytes.add(bytes);
        Timer timer = mine.timer;
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    void failed(Operation operation) {
        of(operation).failed.increment();
    }

    void refused() {
        refused.increment();
    }

    void readNow(boolean hit) {
        (hit ? readNowHits : readNowMisses).increment();
    }

    private Counts of(Operation operation) {
        return Objects.requireNonNull(counts.get(operation));
    }

    IoStats stats(Traffic traffic) {
        return new IoStats(
                traffic.pending(),
                traffic.pendingBytes(),
                counts.values().stream().mapToLong(each -> each.done.sum()).sum(),
                counts.values().stream().mapToLong(each -> each.failed.sum()).sum(),
                refused.sum(),
                readNowHits.sum(),
                readNowMisses.sum());
    }

    void register(MeterRegistry registry, Backend.Kind kind, Traffic traffic) {
        String backend = kind.name().toLowerCase(Locale.ROOT);
        counts.forEach((operation, mine) -> register(registry, backend, operation, mine));
        FunctionCounter.builder("gossamer.disk.io.refused", refused, LongAdder::sum)
                .description("Operations refused because too much was waiting for the disk")
                .register(registry);
        readNow(registry, "hit", readNowHits);
        readNow(registry, "miss", readNowMisses);
        Gauge.builder("gossamer.disk.io.pending", traffic, Traffic::pending)
                .description("Operations asked of the disk and not yet ended")
                .register(registry);
        Gauge.builder("gossamer.disk.io.pending.bytes", traffic, Traffic::pendingBytes)
                .description("Bytes of operations asked of the disk and not yet ended")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder(
                        "gossamer.disk.io.pending.bytes.max",
                        traffic,
                        it -> it.settings().pendingBytesMax())
                .description("The bound of what may wait for the disk")
                .baseUnit("bytes")
                .register(registry);
    }

    private static void readNow(MeterRegistry registry, String result, LongAdder count) {
        FunctionCounter.builder("gossamer.disk.io.cached.reads", count, LongAdder::sum)
                .tag("result", result)
                .description("Reads that asked the page cache first, by whether it had the bytes")
                .register(registry);
    }

    private static void register(
            MeterRegistry registry, String backend, Operation operation, Counts mine) {
        mine.timer =
                Timer.builder("gossamer.disk.io.latency")
                        .tag("backend", backend)
                        .tag("operation", operation.word())
                        .description("From the call to the completion of an operation that worked")
                        .serviceLevelObjectives(
                                Duration.ofNanos(50_000),
                                Duration.ofNanos(100_000),
                                Duration.ofNanos(250_000),
                                Duration.ofMillis(1),
                                Duration.ofMillis(5),
                                Duration.ofMillis(25),
                                Duration.ofMillis(100),
                                Duration.ofMillis(1000))
                        .register(registry);
        FunctionCounter.builder("gossamer.disk.io.errors", mine.failed, LongAdder::sum)
                .tag("operation", operation.word())
                .description("Operations that failed")
                .register(registry);
        FunctionCounter.builder("gossamer.disk.io.moved", mine.bytes, LongAdder::sum)
                .tag("operation", operation.word())
                .description("Bytes moved by operations that worked")
                .baseUnit("bytes")
                .register(registry);
    }
}
