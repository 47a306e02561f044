package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskTier.Recovered;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.SegmentIndex.Writer;
import dev.gossamer.node.store.disk.format.SnapshotEntry;
import dev.gossamer.node.store.disk.format.SnapshotHeader;
import dev.gossamer.node.store.disk.format.SnapshotReader;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the index as the run before left it, while the node serves. Opened before the log is
 * written again, which removes the file; its bytes stay until {@link #close}.
 *
 * <p>What is written meanwhile is newer than all of it. Where the snapshot is damaged, what was
 * brought before is true, and the log has the rest.
 *
 * <p><b>Threads.</b> One, which may wait.
 */
final class SnapshotLoader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotLoader.class);

    private final Parts parts;
    private final Manifest manifest;
    private final SnapshotReader reader;
    private final SlotFill fill;
    private final DiskWatch watch;
    private final long nowMillis;
    private final List<Removal> removals = new ArrayList<>();
    private long latestClock;
    private long entries;

    private record Removal(int slot, Bytes key, Entry tombstone) {}

    private SnapshotLoader(Parts parts, Manifest manifest, SnapshotReader reader) {
        this.parts = parts;
        this.manifest = manifest;
        this.reader = reader;
        this.fill = new SlotFill(parts.index());
        this.watch = parts.watches().loader();
        this.nowMillis = parts.wallMillis().getAsLong();
    }

    /**
     * Opens the snapshot that a clean manifest speaks of.
     *
     * @throws IOException when it cannot be read
     */
    static SnapshotLoader open(Parts parts, Manifest manifest) throws IOException {
        SnapshotReader reader = SnapshotReader.open(parts.folder().path());
        // The file is removed before the log goes on, but takes its room until it is closed.
        parts.frames().reserve(reader.bytes() - parts.settings().besideFramesBytes());
        return new SnapshotLoader(parts, manifest, reader);
    }

    /**
     * Brings all of it.
     *
     * @return whether that was all; else the log has to be gone through, which is so, too, when it
     *     has something to be erased of which nobody but the log knows where it is
     */
    boolean load(Recovered recovered) {
        watch.begins();
        try {
            Bringing brings = new Bringing();
            SnapshotReader.Outcome outcome = reader.read(manifest, brings);
            brings.flush();
            if (outcome == SnapshotReader.Outcome.WHOLE) {
                removals.forEach(
                        each -> recovered.tombstone(each.slot(), each.key(), each.tombstone()));
                recovered.clock(latestClock);
                if (!brings.hasUnwanted) {
                    return true;
                }
                LOG.info("the log has entries of caches that are not kept now: it is read whole");
            } else {
                LOG.info("the snapshot of the index is of no use: {}", outcome);
            }
        } catch (IOException e) {
            LOG.info("the snapshot of the index cannot be read: {}", e.getMessage());
        } finally {
            watch.ends();
        }
        return false;
    }

    /** How much of it was brought. Any thread. */
    double part() {
        return reader.readPart();
    }

    long entries() {
        return entries;
    }

    @Override
    public void close() {
        fill.close();
        parts.frames().reserve(0);
        try {
            reader.close();
        } catch (IOException e) {
            LOG.warn("the snapshot of the index cannot be closed: {}", e.getMessage());
        }
    }

    /** Entries come in the order of slots and positions. */
    private final class Bringing implements SnapshotReader.Listener {
        private final Map<Long, Segment> segments = new HashMap<>();
        private final List<Integer> caches = new ArrayList<>();
        private final List<SnapshotEntry> ofSlot = new ArrayList<>();
        private List<Writer> writers = List.of();

        /** Whether entries are of a cache that is not kept now. */
        private boolean hasUnwanted;

        Bringing() {
            parts.frames().inOrder().forEach(each -> segments.put(each.number(), each));
        }

        @Override
        public void header(SnapshotHeader header) {
            writers = header.writers();
            List<String> names = parts.caches().all().stream().map(DiskCaches.Named::name).toList();
            header.caches().forEach(name -> caches.add(names.indexOf(name)));
        }

        @Override
        public void entry(SnapshotEntry entry) {
            if (!ofSlot.isEmpty() && !follows(ofSlot.getLast(), entry)) {
                flush();
            }
            ofSlot.add(entry);
        }

        private static boolean follows(SnapshotEntry before, SnapshotEntry entry) {
            return before.slot() == entry.slot()
                    && Integer.compareUnsigned(before.position(), entry.position()) < 0;
        }

        @Override
        public void tombstone(int slot, Bytes key, Entry tombstone) {
            latestClock = Math.max(latestClock, tombstone.clock());
            removals.add(new Removal(slot, key, tombstone));
        }

        void flush() {
            if (ofSlot.isEmpty()) {
                return;
            }
            watch.answered();
            int slot = ofSlot.getFirst().slot();
            synchronized (parts.index().lock(slot)) {
                if (parts.shelf().takesFound(slot)) {
                    fill.begin(slot);
                    ofSlot.forEach(this::bring);
                    fill.end();
                }
            }
            ofSlot.clear();
        }

        private void bring(SnapshotEntry entry) {
            long position = Integer.toUnsignedLong(entry.position());
            Segment segment = segments.get(entry.segment());
            int cache = caches.get(entry.cache());
            boolean isKept = cache >= 0 && parts.caches().all().get(cache).rules().isKept();
            hasUnwanted |= !isKept;
            if (!isKept || segment == null || segment.retired().get() || !fill.isFree(position)) {
                return;
            }
            Writer writer = writers.get(entry.writer());
            latestClock = Math.max(latestClock, entry.clock());
            long expiresAt = Integer.toUnsignedLong(entry.expirySeconds()) * 1000;
            boolean isAdded =
                    fill.add(
                            position,
                            writer.epoch(),
                            entry.clock(),
                            writer.member().value(),
                            cache,
                            Where.of(segment.address(entry.offset()), entry.length()),
                            entry.flags() | Marks.expiry(expiresAt, nowMillis));
            entries += isAdded ? 1 : 0;
        }
    }
}
