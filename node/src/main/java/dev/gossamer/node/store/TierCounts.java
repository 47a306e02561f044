package dev.gossamer.node.store;

import com.github.benmanes.caffeine.cache.RemovalCause;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * What happened in the memory tier, counted without contention and shown as {@code
 * gossamer.tier.*}.
 */
final class TierCounts {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictedForSize = new LongAdder();
    private final LongAdder expired = new LongAdder();
    private final LongAdder removed = new LongAdder();
    private final LongAdder tombstonesDropped = new LongAdder();

    void hit() {
        hits.increment();
    }

    void missed() {
        misses.increment();
    }

    void left(RemovalCause cause) {
        if (cause == RemovalCause.EXPIRED) {
            expired.increment();
        } else {
            evictedForSize.increment();
        }
    }

    /** An entry was removed on request, with a tombstone or without. */
    void removed() {
        removed.increment();
    }

    /** A tombstone was forgotten, in its time or for want of room. */
    void forgot(boolean inTime) {
        if (inTime) {
            expired.increment();
        } else {
            tombstonesDropped.increment();
        }
    }

    void register(MeterRegistry registry, MemoryTier tier) {
        counter(registry, "gossamer.tier.hits", hits, "Reads that found a live entry");
        counter(registry, "gossamer.tier.misses", misses, "Reads that found none");
        evictions(registry, "size", evictedForSize);
        evictions(registry, "expired", expired);
        evictions(registry, "explicit", removed);
        gauge(registry, "gossamer.tier.entries", tier, MemoryTier::liveCount, "Live entries");
        gauge(registry, "gossamer.tier.tombstones", tier, MemoryTier::tombstoneCount, "Tombstones");
        gauge(
                registry,
                "gossamer.tombstones.bytes",
                tier,
                MemoryTier::tombstoneBytes,
                "Bytes that remembered removals take");
        gauge(
                registry,
                "gossamer.tombstones.bytes.max",
                tier,
                MemoryTier::tombstoneBytesMax,
                "The budget of remembered removals");
        counter(
                registry,
                "gossamer.tombstones.dropped",
                tombstonesDropped,
                "Removals forgotten before their time for want of room");
        gauge(registry, "gossamer.tier.bytes", tier, MemoryTier::bytes, "Bytes in use");
        gauge(registry, "gossamer.tier.bytes.max", tier, MemoryTier::bytesMax, "The budget");
    }

    private static void counter(
            MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .tag("tier", "l1")
                .register(registry);
    }

    private static void evictions(MeterRegistry registry, String cause, LongAdder adder) {
        FunctionCounter.builder("gossamer.tier.evictions", adder, LongAdder::sum)
                .description("Entries and tombstones that left, by cause")
                .tag("tier", "l1")
                .tag("cause", cause)
                .register(registry);
    }

    private static void gauge(
            MeterRegistry registry,
            String name,
            MemoryTier tier,
            ToDoubleFunction<MemoryTier> value,
            String description) {
        Gauge.builder(name, tier, value)
                .description(description)
                .tag("tier", "l1")
                .register(registry);
    }
}
