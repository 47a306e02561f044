package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskTier.Recovered;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.SegmentIndex.Writer;
import dev.gossamer.node.store.disk.format.SnapshotEntry;
import dev.gossamer.node.store.disk.format.SnapshotHeader;
import dev.gossamer.node.store.disk.format.SnapshotReader;
import dev.gossamer.node.store.disk.format.SnapshotWriter;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
        DiskSettings settings = parts.settings();
        long bytes = parts.index().rows() * ROW_BYTES;
        if (bytes > settings.snapshotBytesMax()) {
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
        try (SnapshotWriter out = SnapshotWriter.create(settings.folder(), header)) {
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                write(parts, slot, writers, out);
            }
            recovered.tombstones(out::tombstone);
            out.finish();
        }
        parts.folder().writeManifest(true);
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

    /**
     * Reads what the run before left.
     *
     * @return false when it cannot be used, or when the log has something to be erased of which
     *     nobody but the log knows where it is; nothing is in the index then
     */
    static boolean restore(Parts parts, Manifest manifest, Recovered recovered) {
        Restoring restoring = new Restoring(parts);
        try {
            SnapshotReader.Outcome outcome =
                    SnapshotReader.read(parts.folder().path(), manifest, restoring);
            if (outcome == SnapshotReader.Outcome.WHOLE) {
                restoring.removals.forEach(
                        each -> recovered.tombstone(each.slot(), each.key(), each.tombstone()));
                recovered.clock(restoring.latestClock);
                if (!restoring.hasUnwanted) {
                    LOG.info(
                            "the disk has {} entries, by the snapshot of their index",
                            parts.index().rows());
                    return true;
                }
                LOG.info("the log has entries of caches that are not kept now: it is read whole");
            } else {
                LOG.info("the snapshot of the index is of no use: {}", outcome);
            }
        } catch (IOException e) {
            LOG.info("the snapshot of the index cannot be read: {}", e.getMessage());
        }
        parts.index().clear(false); // The log itself is read next.
        return false;
    }

    private record Removal(int slot, Bytes key, Entry tombstone) {}

    private static final class Restoring implements SnapshotReader.Listener {
        private final Parts parts;
        private final Map<Long, Segment> segments = new HashMap<>();
        private final List<Removal> removals = new ArrayList<>();
        private final List<Integer> caches = new ArrayList<>();
        private @Nullable SnapshotHeader header;
        private long latestClock;

        /** Whether entries are of a cache that is not kept now. */
        private boolean hasUnwanted;

        Restoring(Parts parts) {
            this.parts = parts;
            parts.frames().inOrder().forEach(each -> segments.put(each.number(), each));
        }

        @Override
        public void header(SnapshotHeader read) {
            header = read;
            List<String> names = parts.caches().all().stream().map(DiskCaches.Named::name).toList();
            read.caches().forEach(name -> caches.add(names.indexOf(name)));
        }

        @Override
        public void entry(SnapshotEntry entry) {
            SnapshotHeader known = header;
            Segment segment = segments.get(entry.segment());
            int cache = caches.get(entry.cache());
            hasUnwanted |= cache < 0 || !parts.caches().all().get(cache).rules().isKept();
            if (known == null || segment == null || hasUnwanted) {
                return;
            }
            Writer writer = known.writers().get(entry.writer());
            latestClock = Math.max(latestClock, entry.clock());
            long expiresAt = Integer.toUnsignedLong(entry.expirySeconds()) * 1000;
            int marks = entry.flags() | Marks.expiry(expiresAt, parts.wallMillis().getAsLong());
            synchronized (parts.index().lock(entry.slot())) {
                parts.index()
                        .put(
                                entry.slot(),
                                Integer.toUnsignedLong(entry.position()),
                                new Version(writer.epoch(), entry.clock(), writer.member()),
                                cache,
                                Where.of(segment.address(entry.offset()), entry.length()),
                                marks);
            }
        }

        @Override
        public void tombstone(int slot, Bytes key, Entry tombstone) {
            latestClock = Math.max(latestClock, tombstone.clock());
            removals.add(new Removal(slot, key, tombstone));
        }
    }
}
