package dev.gossamer.node.cli.disk;

import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.ScannedSegment;
import dev.gossamer.node.store.disk.format.SegmentFooter;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code disk inspect} tells of a segment.
 *
 * @param records how many of each kind
 * @param liveEntries values that nothing later overtook and that have not expired
 * @param liveTombstones removals that nothing later overtook and that may not be forgotten yet
 * @param liveBytes of records that count
 */
public record SegmentReport(
        SegmentFile file,
        ScannedSegment scanned,
        Map<RecordKind, Long> records,
        long liveEntries,
        long liveTombstones,
        long liveBytes) {
    public SegmentReport {
        records = Map.copyOf(records);
    }

    long count(RecordKind kind) {
        return records.getOrDefault(kind, 0L);
    }

    long erasures() {
        return count(RecordKind.ERASE) + count(RecordKind.ERASE_SLOT);
    }

    /** In words. */
    String state() {
        return switch (scanned.state()) {
            case SEALED -> "sealed";
            case UNSEALED -> scanned.tail().isPresent() ? "torn" : "open";
            case INDEX_DAMAGED -> "index damaged";
            case FOREIGN -> "foreign";
        };
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("segment", file.number());
        map.put("file", file.name());
        map.put("state", scanned.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        scanned.header()
                .map(SegmentHeader::createdAtMillis)
                .ifPresent(at -> map.put("createdAtMs", at));
        scanned.footer()
                .map(SegmentFooter::sealedAtMillis)
                .ifPresent(at -> map.put("sealedAtMs", at));
        map.put("bytes", file.bytes());
        map.put("usedBytes", scanned.end());
        map.put("values", count(RecordKind.VALUE));
        map.put("tombstones", count(RecordKind.TOMBSTONE));
        map.put("erasures", erasures());
        map.put("liveEntries", liveEntries);
        map.put("liveTombstones", liveTombstones);
        map.put("liveBytes", liveBytes);
        scanned.tail().ifPresent(flaw -> map.put("tail", flaw.sentence()));
        map.put("quarantined", quarantined());
        return map;
    }

    private List<Map<String, Object>> quarantined() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (ScannedSegment.Quarantined part : scanned.quarantined()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("offset", part.offset());
            map.put("bytes", part.length());
            map.put("what", part.flaw().sentence());
            all.add(map);
        }
        return all;
    }
}
