package dev.gossamer.client.micrometer;

import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * {@link ClientMetrics} in a Micrometer registry:
 *
 * <ul>
 *   <li>{@code gossamer.client.requests{command, outcome}}, a timer; the outcome is {@code ok} or
 *       an {@link ErrorCode}
 *   <li>{@code gossamer.client.retries{command, cause}}, a counter
 *   <li>{@code gossamer.client.connections} and {@code gossamer.client.connections.lost}
 *   <li>{@code gossamer.client.in.flight.requests} and {@code gossamer.client.in.flight.bytes}
 *   <li>{@code gossamer.client.epoch} of the topology that the client goes by
 *   <li>{@code gossamer.client.near.reads{outcome}}, {@code hit} or {@code miss}; {@code
 *       gossamer.client.near.voided}, {@code gossamer.client.near.resumed} and {@code
 *       gossamer.client.near.overrun.slots}, counters
 *   <li>{@code gossamer.client.near.bytes} and {@code gossamer.client.near.watermark.age}, in
 *       seconds, of the member that has given no proof for longest
 * </ul>
 *
 * For one client; give each client of a program a registry or common tags of its own.
 */
public final class MicrometerClientMetrics implements ClientMetrics {
    private static final double NANOS_PER_SECOND = 1e9;

    private final MeterRegistry registry;
    private final Map<Series, Timer> requests = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong epoch = new AtomicLong();
    private final Counter lost;
    private final Counter nearHits;
    private final Counter nearMisses;
    private final Counter nearVoided;
    private final Counter nearResumed;
    private final Counter nearOverrunSlots;

    private record Series(String command, String outcome) {}

    public MicrometerClientMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.lost = registry.counter("gossamer.client.connections.lost");
        this.nearHits = registry.counter("gossamer.client.near.reads", "outcome", "hit");
        this.nearMisses = registry.counter("gossamer.client.near.reads", "outcome", "miss");
        this.nearVoided = registry.counter("gossamer.client.near.voided");
        this.nearResumed = registry.counter("gossamer.client.near.resumed");
        this.nearOverrunSlots = registry.counter("gossamer.client.near.overrun.slots");
        Gauge.builder("gossamer.client.connections", connections, AtomicInteger::get)
                .register(registry);
        Gauge.builder("gossamer.client.epoch", epoch, AtomicLong::get).register(registry);
    }

    @Override
    public void requestEnded(String command, Optional<ErrorCode> error, long latencyNanos) {
        String outcome = error.map(ErrorCode::name).orElse("ok");
        requests.computeIfAbsent(new Series(command, outcome), this::timer)
                .record(latencyNanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Series series) {
        return registry.timer(
                "gossamer.client.requests", "command", series.command, "outcome", series.outcome);
    }

    @Override
    public void retried(String command, ErrorCode why) {
        registry.counter("gossamer.client.retries", "command", command, "cause", why.name())
                .increment();
    }

    @Override
    public void connectionOpened() {
        connections.incrementAndGet();
    }

    @Override
    public void connectionClosed() {
        connections.decrementAndGet();
        lost.increment();
    }

    @Override
    public void topologyLearned(long learned) {
        epoch.set(learned);
    }

    @Override
    public void nearRead(boolean hit) {
        (hit ? nearHits : nearMisses).increment();
    }

    @Override
    public void nearVoided() {
        nearVoided.increment();
    }

    @Override
    public void nearResumed() {
        nearResumed.increment();
    }

    @Override
    public void nearOverrun(int slots) {
        nearOverrunSlots.increment(slots);
    }

    @Override
    public void watchNear(LongSupplier bytes, LongSupplier watermarkAgeNanos) {
        Gauge.builder("gossamer.client.near.bytes", bytes::getAsLong)
                .strongReference(true)
                .register(registry);
        Gauge.builder(
                        "gossamer.client.near.watermark.age",
                        () -> watermarkAgeNanos.getAsLong() / NANOS_PER_SECOND)
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void watchInFlight(LongSupplier inFlight, LongSupplier bytes) {
        Gauge.builder("gossamer.client.in.flight.requests", inFlight::getAsLong)
                .strongReference(true)
                .register(registry);
        Gauge.builder("gossamer.client.in.flight.bytes", bytes::getAsLong)
                .strongReference(true)
                .register(registry);
    }
}
