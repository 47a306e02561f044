package dev.gossamer.node.cli.disk;

import dev.gossamer.node.store.disk.format.DiskFormat;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * What {@code disk inspect} tells of a folder: the log is replayed from its end, as a node does
 * that starts, and so it is known which records count.
 */
public final class FolderReport {
    private final DiskFolder folder;
    private final OptionalLong snapshotBytes;
    private final long nowSeconds;
    private final Places places = new Places();
    private final List<SegmentReport> segments = new ArrayList<>();
    private final Map<String, CacheReport> caches = new TreeMap<>();

    /** What a cache has in the log. */
    record CacheReport(long entries, long bytes) {
        CacheReport plus(int recordBytes) {
            return new CacheReport(entries + 1, bytes + recordBytes);
        }
    }

    private FolderReport(DiskFolder folder, OptionalLong snapshotBytes, long nowMillis) {
        this.folder = folder;
        this.snapshotBytes = snapshotBytes;
        this.nowSeconds = nowMillis / 1_000;
    }

    /**
     * @param progress told how many bytes of the segments were passed
     */
    public static FolderReport of(
            DiskFolder folder, OptionalLong snapshotBytes, long nowMillis, LongConsumer progress)
            throws IOException {
        FolderReport report = new FolderReport(folder, snapshotBytes, nowMillis);
        long passed = 0;
        for (SegmentFile file : folder.segments().reversed()) {
            Optional<OpenSegment> found = folder.scan(file);
            if (found.isPresent()) {
                try (OpenSegment segment = found.get()) {
                    report.segments.addFirst(report.replay(segment));
                }
            }
            passed += file.bytes();
            progress.accept(passed);
        }
        return report;
    }

    private SegmentReport replay(OpenSegment segment) {
        SegmentIndex index = segment.index();
        Map<RecordKind, Long> records = new EnumMap<>(RecordKind.class);
        long liveEntries = 0;
        long liveTombstones = 0;
        long liveBytes = 0;
        for (int fact = index.count() - 1; fact >= 0; fact--) {
            RecordKind kind = index.kind(fact);
            records.merge(kind, 1L, Long::sum);
            if (!places.decides(index, fact) || isOver(index.expirySeconds(fact))) {
                continue;
            }
            if (kind == RecordKind.VALUE) {
                liveEntries++;
                String cache = index.caches().get(index.cache(fact));
                int length = index.length(fact);
                caches.merge(cache, new CacheReport(1, length), (old, _) -> old.plus(length));
            } else if (kind == RecordKind.TOMBSTONE) {
                liveTombstones++;
            }
            liveBytes += index.length(fact);
        }
        return new SegmentReport(
                segment.file(), segment.scanned(), records, liveEntries, liveTombstones, liveBytes);
    }

    private boolean isOver(int expirySeconds) {
        return expirySeconds != 0 && Integer.toUnsignedLong(expirySeconds) <= nowSeconds;
    }

    /** Oldest first. */
    public List<SegmentReport> segments() {
        return List.copyOf(segments);
    }

    Map<String, CacheReport> caches() {
        return caches;
    }

    OptionalLong snapshotBytes() {
        return snapshotBytes;
    }

    long liveEntries() {
        return segments.stream().mapToLong(SegmentReport::liveEntries).sum();
    }

    long liveTombstones() {
        return segments.stream().mapToLong(SegmentReport::liveTombstones).sum();
    }

    long liveBytes() {
        return segments.stream().mapToLong(SegmentReport::liveBytes).sum();
    }

    long bytes() {
        return segments.stream().mapToLong(segment -> segment.file().bytes()).sum();
    }

    long quarantinedBytes() {
        return segments.stream().mapToLong(each -> each.scanned().quarantinedBytes()).sum();
    }

    DiskFolder folder() {
        return folder;
    }

    /** For {@code --json}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("folder", folder.path());
        map.put("format", DiskFormat.VERSION);
        folder.manifest().ifPresent(manifest -> putManifest(map, manifest));
        folder.manifestFlaw().ifPresent(flaw -> map.put("manifestFlaw", flaw));
        snapshotBytes.ifPresent(bytes -> map.put("snapshotBytes", bytes));
        map.put("bytes", bytes());
        map.put("liveEntries", liveEntries());
        map.put("liveTombstones", liveTombstones());
        map.put("liveBytes", liveBytes());
        map.put("quarantinedBytes", quarantinedBytes());
        map.put("caches", caches.entrySet().stream().map(FolderReport::toMap).toList());
        map.put("segments", segments.stream().map(SegmentReport::toMap).toList());
        return map;
    }

    private static void putManifest(Map<String, Object> map, Manifest manifest) {
        map.put("log", manifest.logId());
        map.put("member", manifest.member());
        map.put("segmentBytes", manifest.segmentBytes());
        map.put("nextSegment", manifest.nextSegment());
        map.put("clean", manifest.isClean());
        map.put("bootId", manifest.bootId());
    }

    private static Map<String, Object> toMap(Map.Entry<String, CacheReport> cache) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("cache", cache.getKey());
        map.put("entries", cache.getValue().entries());
        map.put("bytes", cache.getValue().bytes());
        return map;
    }
}
