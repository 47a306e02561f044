package dev.gossamer.node.edge.resp;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The counters of all event loops together, and their face in the meter registry. A command's
 * meters are registered when it is first served, so that a scrape lists only what is used.
 *
 * <p>Latencies are a cumulative histogram: {@code gossamer.command.seconds.bucket{command,le}},
 * with {@code gossamer.command.seconds.sum} and {@code gossamer.commands} as its sum and count.
 */
final class Served {
    /** Every second power of two from 2 µs to 8.6 s is shown; counted is every one. */
    private static final int BUCKETS_SHOWN_STEP = 2;

    private static final double NANOS_PER_SECOND = 1e9;

    private final MeterRegistry registry;
    private final CommandTable table;
    private final List<LoopStats> loops = new CopyOnWriteArrayList<>();
    private final List<Feeds> feeds = new CopyOnWriteArrayList<>();
    private final AtomicIntegerArray registered;

    Served(MeterRegistry registry, CommandTable table) {
        this.registry = registry;
        this.table = table;
        this.registered = new AtomicIntegerArray(table.commands().size());
    }

    void add(LoopStats stats, Feeds ofLoop) {
        loops.add(stats);
        feeds.add(ofLoop);
    }

    /** Registers the meters that are not per command. */
    void register(Connections connections, BufferBudget budget) {
        for (Port port : Port.values()) {
            Gauge.builder("gossamer.connections", connections, c -> c.count(port))
                    .tag("port", port.tag())
                    .register(registry);
        }
        for (Connections.Cause cause : Connections.Cause.values()) {
            FunctionCounter.builder(
                            "gossamer.connections.closed", connections, c -> c.closedCount(cause))
                    .tag("cause", cause.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("gossamer.connections.max", connections, Connections::max).register(registry);
        counter("gossamer.connections.accepted", connections::accepted);
        Gauge.builder("gossamer.resp.buffers.bytes", budget, BufferBudget::chargedBytes)
                .register(registry);
        Gauge.builder("gossamer.resp.buffers.bytes.max", budget, BufferBudget::bytesMax)
                .register(registry);
        counter("gossamer.resp.input.bytes", () -> sum(LoopStats.Sum.INPUT_BYTES));
        counter("gossamer.resp.output.bytes", () -> sum(LoopStats.Sum.OUTPUT_BYTES));
        counter("gossamer.resp.errors", () -> sum(LoopStats.Sum.ERRORS));
        counter("gossamer.resp.protocol.errors", () -> sum(LoopStats.Sum.PROTOCOL_ERRORS));
        registerFeeds();
    }

    private void registerFeeds() {
        Gauge.builder("gossamer.near.followers", this, Served::followers).register(registry);
        Gauge.builder("gossamer.near.feeds.bytes", this, s -> (double) s.followers() * Feed.BYTES)
                .register(registry);
        counter(
                "gossamer.near.invalidations.pushed",
                () -> sum(LoopStats.Sum.INVALIDATIONS_PUSHED));
        counter("gossamer.near.feed.overruns", () -> sum(LoopStats.Sum.FEED_OVERRUNS));
    }

    private long followers() {
        return feeds.stream().mapToLong(Feeds::count).sum();
    }

    private void counter(String name, java.util.function.LongSupplier value) {
        FunctionCounter.builder(name, this, ignored -> value.getAsLong()).register(registry);
    }

    /** A command has been served: its meters must exist from now on. */
    void seen(int command) {
        if (registered.getPlain(command) == 0 && registered.compareAndSet(command, 0, 1)) {
            register(command);
        }
    }

    private void register(int command) {
        Tags tags = Tags.of("command", table.command(command).name());
        FunctionCounter.builder("gossamer.commands", this, s -> s.count(command))
                .tags(tags)
                .register(registry);
        FunctionCounter.builder("gossamer.command.seconds.sum", this, s -> s.seconds(command))
                .tags(tags)
                .register(registry);
        for (int b = 0; b < LoopStats.BUCKETS - 1; b += BUCKETS_SHOWN_STEP) {
            int bucket = b;
            Gauge.builder("gossamer.command.seconds.bucket", this, s -> s.upTo(command, bucket))
                    .tags(tags.and("le", boundText(bucket)))
                    .register(registry);
        }
        Gauge.builder("gossamer.command.seconds.bucket", this, s -> s.count(command))
                .tags(tags.and("le", "+Inf"))
                .register(registry);
    }

    private static String boundText(int bucket) {
        return Double.toString((1L << (bucket + LoopStats.FIRST_EXPONENT)) / NANOS_PER_SECOND);
    }

    long sum(LoopStats.Sum sum) {
        long total = 0;
        for (LoopStats stats : loops) {
            total += stats.sum(sum);
        }
        return total;
    }

    private long upTo(int command, int bucket) {
        long total = 0;
        for (LoopStats stats : loops) {
            total += stats.upTo(command, bucket);
        }
        return total;
    }

    private long count(int command) {
        return upTo(command, LoopStats.BUCKETS - 1);
    }

    private double seconds(int command) {
        long total = 0;
        for (LoopStats stats : loops) {
            total += stats.totalNanos(command);
        }
        return total / NANOS_PER_SECOND;
    }

    /** All commands served since the start. */
    long commands() {
        long total = 0;
        for (int command = 0; command < table.commands().size(); command++) {
            total += count(command);
        }
        return total;
    }
}
