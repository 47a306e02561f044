package dev.gossamer.node.store.disk;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * What the SSD's tier exports: {@code gossamer.tier.*} as the memory does, {@code gossamer.disk.*}.
 */
final class DiskMeters {
    private final MeterRegistry registry;

    DiskMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void register(DiskTier tier, ShelfCounts shelf, WriterCounts writer, ReaderCounts reader) {
        tierCounter("gossamer.tier.hits", reader.hitCount(), "Reads that found a live entry");
        tierCounter("gossamer.tier.misses", reader.missCount(), "Reads that found none");
        FunctionCounter.builder("gossamer.tier.evictions", writer.evictedCount(), LongAdder::sum)
                .description("Entries and tombstones that left, by cause")
                .tag("tier", "l2")
                .tag("cause", "size")
                .register(registry);
        tierGauge("gossamer.tier.entries", tier, it -> it.status().entries(), "Live entries");
        tierGauge("gossamer.tier.bytes", tier, it -> it.status().bytes(), "Bytes in use");
        tierGauge("gossamer.tier.bytes.max", tier, it -> it.status().bytesMax(), "The budget");
        gauges(tier);
        count(shelf, writer, reader);
    }

    private void gauges(DiskTier tier) {
        gauge(
                "gossamer.disk.live.ratio",
                tier,
                it -> it.status().liveRatio(),
                "Live part of the segments");
        gauge("gossamer.disk.index.bytes", tier, it -> it.status().indexBytes(), "Of the index");
        gauge(
                "gossamer.disk.index.bytes.max",
                tier,
                DiskTier::indexBytesMax,
                "The most that the index may take");
        gauge("gossamer.disk.staged.bytes", tier, it -> it.status().stagedBytes(), "To be written");
        gauge(
                "gossamer.disk.staged.bytes.max",
                tier,
                DiskTier::stagedBytesMax,
                "The most that values on their way may take");
        gauge(
                "gossamer.disk.write.amplification",
                tier,
                it -> it.status().writeAmplification(),
                "Bytes written for each byte of new records");
        gauge(
                "gossamer.disk.loaded.ratio",
                tier,
                it -> it.status().loaded(),
                "Of the log, indexed");
        gauge(
                "gossamer.disk.lacking.bytes",
                tier,
                it -> it.status().lackingBytes(),
                "Of the budget, for which the file system has no room");
        gauge(
                "gossamer.disk.open",
                tier,
                it -> it.status().isGivenUp() ? 1 : 0,
                "1 while the disk is not used, for it failed");
    }

    private void count(ShelfCounts shelf, WriterCounts writer, ReaderCounts reader) {
        counter("gossamer.disk.admitted", shelf.admittedCount(), "Entries that were staged");
        counter("gossamer.disk.admitted.bytes", shelf.admittedBytes(), "Keys and values of those");
        counter(
                "gossamer.disk.refused",
                shelf.refusedCount(),
                "Entries that a cache's rules kept out, or that are worth too little");
        counter("gossamer.disk.dropped", shelf.droppedCount(), "Entries the disk was too slow for");
        counter("gossamer.disk.written.bytes", writer.diskBytes(), "Bytes that went to the disk");
        counter("gossamer.disk.moved", writer.movedCount(), "Entries copied to the log's end");
        counter("gossamer.disk.moved.bytes", writer.movedBytes(), "Bytes of those");
        counter("gossamer.disk.reads.hot", reader.hotReads(), "Reads that needed no device");
        counter("gossamer.disk.reads.cold", reader.coldReads(), "Reads from the device");
        counter(
                "gossamer.disk.reads.failed",
                reader.failedCount(),
                "Reads that failed or were late");
        counter(
                "gossamer.disk.quarantined",
                reader.quarantinedCount(),
                "Records and segments that could not be believed");
    }

    private void tierCounter(String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .tag("tier", "l2")
                .register(registry);
    }

    private void counter(String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }

    private void tierGauge(
            String name, DiskTier tier, ToDoubleFunction<DiskTier> value, String description) {
        Gauge.builder(name, tier, value)
                .description(description)
                .tag("tier", "l2")
                .register(registry);
    }

    private void gauge(
            String name, DiskTier tier, ToDoubleFunction<DiskTier> value, String description) {
        Gauge.builder(name, tier, value).description(description).register(registry);
    }
}
