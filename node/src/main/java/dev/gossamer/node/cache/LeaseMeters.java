package dev.gossamer.node.cache;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What {@link Leases} counts and exports. Any thread. */
final class LeaseMeters {
    private static final double NANOS_PER_SECOND = 1e9;

    final LongAdder given = new LongAdder();
    final LongAdder waited = new LongAdder();

    /** Requests for which there was no room. */
    final LongAdder refused = new LongAdder();

    /** Fills whose lease had ended. */
    final LongAdder overtakenFills = new LongAdder();

    private final LongAdder loadNanos = new LongAdder();
    private final Map<Leases.End, LongAdder> ended = new EnumMap<>(Leases.End.class);

    LeaseMeters() {
        for (Leases.End why : Leases.End.values()) {
            ended.put(why, new LongAdder());
        }
    }

    void ended(Leases.End why) {
        Objects.requireNonNull(ended.get(why)).increment();
    }

    /** From a lease to its fill. */
    void loaded(long nanos) {
        loadNanos.add(nanos);
    }

    void register(MeterRegistry registry, Leases leases) {
        gauges(registry, leases);
        FunctionCounter.builder("gossamer.leases.given", given, LongAdder::sum)
                .description("Leases given to load a key")
                .register(registry);
        FunctionCounter.builder("gossamer.leases.waited", waited, LongAdder::sum)
                .description("Requests that waited for another's load")
                .register(registry);
        FunctionCounter.builder("gossamer.leases.refused", refused, LongAdder::sum)
                .description("Requests for a lease, or to wait for one, refused for want of room")
                .register(registry);
        FunctionCounter.builder("gossamer.leases.overtaken.fills", overtakenFills, LongAdder::sum)
                .description("Fills refused because their lease had ended")
                .register(registry);
        FunctionCounter.builder(
                        "gossamer.leases.load.seconds",
                        loadNanos,
                        nanos -> nanos.sum() / NANOS_PER_SECOND)
                .description("Time from leases to their fills, all added up")
                .baseUnit("seconds")
                .register(registry);
        ended.forEach((why, count) ->
                FunctionCounter.builder("gossamer.leases.ended", count, LongAdder::sum)
                        .tag("cause", why.name().toLowerCase(Locale.ROOT))
                        .description("Leases that have ended, by what ended them")
                        .register(registry));
    }

    private static void gauges(MeterRegistry registry, Leases leases) {
        Gauge.builder("gossamer.leases", leases, Leases::count)
                .description("Leases given now, and keys known to be absent from their origins")
                .register(registry);
        Gauge.builder("gossamer.leases.waiters", leases, Leases::waiters)
                .description("Requests that wait for another's load")
                .register(registry);
        Gauge.builder("gossamer.leases.bytes", leases, Leases::bytes)
                .description("Bytes of leases and of who waits for them")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("gossamer.leases.bytes.max", leases, it -> it.settings().bytesMax())
                .description("The bound of leases and of who waits for them")
                .baseUnit("bytes")
                .register(registry);
    }
}
