package dev.gossamer.node.store.disk;

import dev.gossamer.node.cli.trace.CaffeineReference;
import dev.gossamer.node.cli.trace.Trace;
import dev.gossamer.node.cli.trace.TraceFile;
import dev.gossamer.node.cli.trace.TraceFormat;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * A trace through memory of 1 % of its footprint over a disk of 10 %, beside LRU and W-TinyLFU
 * (Caffeine) that have room for as many entries as both together. All values have one length, so
 * the footprint is a number of bytes. A miss stores its key.
 *
 * <p>A trace has no times, and is replayed faster than any disk is asked in earnest. So the replay
 * waits while more than a quarter of staging is taken: nothing is dropped because the disk is slow,
 * and the hit ratio is what the policy makes of it.
 *
 * <p>{@code DiskReplay TRACE...}, by node/benchmarks/disk-replay.sh.
 */
final class DiskReplay implements AutoCloseable {
    private static final int RECORD_OVERHEAD_BYTES = 96;
    private static final int SEGMENTS = 64;
    private static final int STAGED_ENTRIES = 64;
    private static final long PAUSE_NANOS = 20_000;

    private final Trace trace;
    private final DiskLab lab;
    private final byte[] value;
    private final long entriesMax;

    /** Ratios of reads that were hits. */
    record Outcome(
            long entriesMax,
            double both,
            double memory,
            double lru,
            double tinyLfu,
            double amplification,
            double dropped) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "room for %,d entries; memory and disk %.2f %% (memory %.2f %%), LRU %.2f %%,"
                            + " W-TinyLFU %.2f %%; write amplification %.3f, %.0f dropped",
                    entriesMax,
                    both * 100,
                    memory * 100,
                    lru * 100,
                    tinyLfu * 100,
                    amplification,
                    dropped);
        }
    }

    DiskReplay(Trace trace, Path folder) throws IOException {
        this.trace = trace;
        long keyBytes = 0;
        for (int key = 0; key < trace.keyCount(); key++) {
            keyBytes += trace.keyText(key).length;
        }
        int keyLength = (int) (keyBytes / trace.keyCount());
        // Memory has a least size: small footprints get larger values.
        int valueBytes = 4 << 10;
        while ((long) trace.keyCount() * valueBytes / 100 < MemorySettings.BYTES_MIN) {
            valueBytes *= 2;
        }
        value = new byte[valueBytes];
        long footprint = (long) trace.keyCount() * (keyLength + valueBytes);
        int segment = (int) Math.max(valueBytes * 4L, footprint / 10 / SEGMENTS) / 4096 * 4096;
        long disk = DiskSettings.bytesMin(segment) + (SEGMENTS - 4L) * segment * 32 / 31;
        lab =
                new DiskLab(
                        DiskLab.options(folder)
                                .memory(footprint / 100)
                                .disk(disk, segment)
                                .rules(DiskLab.rules(Policy.ON_EVICTION))
                                .bounds(boundsFor(valueBytes)));
        entriesMax =
                footprint / 100 / (keyLength + valueBytes + MemoryTier.ENTRY_OVERHEAD_BYTES)
                        + footprint / 10 / (keyLength + valueBytes + RECORD_OVERHEAD_BYTES);
    }

    /** Little staging: what is on its way is room that the others do not have. */
    private static DiskLab.Bounds boundsFor(int valueBytes) {
        return new DiskLab.Bounds(
                STAGED_ENTRIES * (long) valueBytes,
                DiskLab.Bounds.USUAL.readTimeout(),
                DiskLab.Bounds.USUAL.probeInterval());
    }

    Outcome run() {
        long inMemory = 0;
        long onDisk = 0;
        for (int at = 0; at < trace.length(); at++) {
            Bytes key = Bytes.wrap(trace.keyText(trace.key(at)));
            if (trace.isWrite(at)) {
                store(key);
            } else if (lab.tiers.findOrNull(key, (_, _) -> true) != null) {
                inMemory++;
            } else if (findBelow(key)) {
                onDisk++;
            } else {
                store(key);
            }
        }
        double reads = trace.reads();
        return new Outcome(
                entriesMax,
                (inMemory + onDisk) / reads,
                inMemory / reads,
                lru() / reads,
                CaffeineReference.hits(trace, entriesMax) / reads,
                lab.disk.status().writeAmplification(),
                lab.registry.get("gossamer.disk.dropped").functionCounter().count());
    }

    /** As a node does it: what rests below is brought up, and read there. */
    private boolean findBelow(Bytes key) {
        int slot = key.slotIndex();
        if (!lab.tiers.isCold(slot, key)) {
            return false;
        }
        waitForRoom();
        CompletableFuture<Boolean> warmed = new CompletableFuture<>();
        lab.tiers.warm(slot, key, () -> warmed.complete(true));
        warmed.join();
        Entry entry = lab.tiers.findOrNull(key, (_, _) -> true);
        lab.tiers.release(key);
        return entry != null;
    }

    private void store(Bytes key) {
        waitForRoom();
        lab.tiers.put(key.slotIndex(), key, Entry.of(value, lab.version(), Entry.NEVER));
    }

    private void waitForRoom() {
        while (lab.disk.status().stagedBytes() > lab.disk.stagedBytesMax() / 4) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private long lru() {
        LinkedHashMap<Integer, Boolean> lru =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                        return size() > entriesMax;
                    }
                };
        long hits = 0;
        for (int at = 0; at < trace.length(); at++) {
            boolean hit = lru.get(trace.key(at)) != null;
            hits += hit && !trace.isWrite(at) ? 1 : 0;
            lru.put(trace.key(at), true);
        }
        return hits;
    }

    @Override
    public void close() {
        lab.close();
    }

    /** For a person at a terminal. */
    public static void main(String[] arguments) throws IOException {
        for (String name : arguments) {
            Path folder = Files.createTempDirectory("disk-replay");
            Trace trace = TraceFile.read(Path.of(name), TraceFormat.AUTO, _ -> {});
            long began = System.nanoTime();
            try (DiskReplay replay = new DiskReplay(trace, folder)) {
                System.out.println(Path.of(name).getFileName() + ": " + replay.run());
            }
            System.out.println((System.nanoTime() - began) / 1_000_000_000 + " s");
        }
    }
}
