package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.DiskTier.Recovered;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.SegmentIndex.Writer;
import dev.gossamer.node.store.disk.format.SnapshotEntry;
import dev.gossamer.node.store.disk.format.SnapshotHeader;
import dev.gossamer.node.store.disk.format.SnapshotWriter;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The index as a node that is stopped in order leaves it to its next run. May wait. */
final class IndexSnapshot {
    private static final Logger LOG = LoggerFactory.getLogger(IndexSnapshot.class);

    private IndexSnapshot() {}

    /** About how many bytes a row takes in a snapshot. */
    private static final int ROW_BYTES = 36;

    /** Writes it, if the budget has room for it, and says so in the manifest. */
    static void write(Parts parts, Recovered recovered) throws IOException {
        long bytes = parts.index().rows() * ROW_BYTES;
        if (bytes > bytesMax(parts)) {
            LOG.info("no snapshot of the index: {} bytes are more than there is room for", bytes);
            return;
        }
        Map<Writer, Integer> writers = writers(parts.index());
        List<String> caches = parts.caches().all().stream().map(DiskCaches.Named::name).toList();
        Manifest manifest = parts.folder().manifest(true);
        List<Segment> segments = parts.frames().inOrder();
        long oldest = segments.isEmpty() ? manifest.nextSegment() : segments.getFirst().number();
        SnapshotHeader header =
                new SnapshotHeader(
                        manifest.logId(),
                        manifest.nextSegment(),
                        oldest,
                        parts.wallMillis().getAsLong(),
                        List.copyOf(writers.keySet()),
                        caches);
        try (SnapshotWriter out = SnapshotWriter.create(parts.folder().path(), header)) {
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                write(parts, slot, writers, out);
            }
            recovered.tombstones(out::tombstone);
            out.finish();
        }
        parts.folder().writeManifest(true);
    }

    /** The next run needs room for the segment that it begins. */
    private static long bytesMax(Parts parts) {
        Frames frames = parts.frames();
        return parts.settings().besideFramesBytes()
                + Math.max(0, frames.free() - 1L) * frames.segmentBytes();
    }

    private static Map<Writer, Integer> writers(DiskIndex index) {
        Map<Writer, Integer> writers = new LinkedHashMap<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            SlotTable table = index.tableOrNull(slot);
            for (int row = 0; table != null && row < table.size(); row++) {
                Version version = index.version(slot, row);
                writers.putIfAbsent(new Writer(version.epoch(), version.member()), writers.size());
            }
        }
        return writers;
    }

    private static void write(
            Parts parts, int slot, Map<Writer, Integer> writers, SnapshotWriter out)
            throws IOException {
        DiskIndex index = parts.index();
        SlotTable table = index.tableOrNull(slot);
        for (int row = 0; table != null && row < table.size(); row++) {
            int marks = table.marks(row);
            long address = Where.address(table.where(row));
            Segment segment = parts.frames().atOrNull(address);
            Version version = index.version(slot, row);
            Integer writer = writers.get(new Writer(version.epoch(), version.member()));
            if ((marks & (Marks.STAGED | Marks.VOID)) == 0 && segment != null && writer != null) {
                out.entry(
                        new SnapshotEntry(
                                slot,
                                (int) table.position(row),
                                marks & Marks.USED,
                                version.clock(),
                                writer,
                                index.cache(slot, row),
                                segment.number(),
                                (int) parts.frames().offset(address),
                                (int) Where.length(table.where(row)),
                                Marks.expirySeconds(marks, parts.wallMillis().getAsLong())));
            }
        }
    }
}
