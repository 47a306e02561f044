package dev.gossamer.node.cli.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.DiskFormat;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.ScannedSegment;
import dev.gossamer.node.store.disk.format.ScannedSegment.Quarantined;
import dev.gossamer.node.store.disk.format.ScannedSegment.State;
import dev.gossamer.node.store.disk.format.SnapshotEntry;
import dev.gossamer.node.store.disk.format.SnapshotHeader;
import dev.gossamer.node.store.disk.format.SnapshotReader;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** What {@code disk verify} finds: every byte of a folder was looked at. */
public final class FolderCheck {
    /** Of all that is damaged, as much as is listed; the rest is counted. */
    static final int LISTED_MAX = 10_000;

    private final DiskFolder folder;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long findingCount;
    private long segmentCount;
    private long recordCount;
    private long byteCount;

    /**
     * Something that is damaged.
     *
     * @param file its name
     * @param what for people
     */
    public record Finding(String file, long offset, long bytes, String what) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("file", file);
            map.put("offset", offset);
            map.put("bytes", bytes);
            map.put("what", what);
            return map;
        }
    }

    private FolderCheck(DiskFolder folder) {
        this.folder = folder;
    }

    /**
     * @param progress told how many bytes of the segments were looked at
     */
    public static FolderCheck of(DiskFolder folder, LongConsumer progress) throws IOException {
        FolderCheck check = new FolderCheck(folder);
        folder.manifestFlaw().ifPresent(flaw -> check.found(DiskFormat.MANIFEST_NAME, 0, 0, flaw));
        long passed = 0;
        for (SegmentFile file : folder.segments()) {
            long before = passed;
            check.look(file, offset -> progress.accept(before + offset));
            passed += file.bytes();
            progress.accept(passed);
        }
        check.lookAtSnapshot();
        return check;
    }

    private void look(SegmentFile file, LongConsumer progress) throws IOException {
        List<Quarantined> damaged = damagedIn(file, progress, true);
        if (!damaged.isEmpty() && folder.isNewest(file)) {
            // A node that runs may just have been writing there: what stays is damaged.
            damaged = damagedIn(file, progress, false);
        }
        damaged.forEach(
                part -> found(file.name(), part.offset(), part.length(), part.flaw().sentence()));
    }

    private List<Quarantined> damagedIn(SegmentFile file, LongConsumer progress, boolean isFirst)
            throws IOException {
        Optional<OpenSegment> found = folder.scan(file);
        if (found.isEmpty()) {
            notes.add(file.name() + " was removed meanwhile");
            return List.of();
        }
        try (OpenSegment segment = found.get()) {
            if (isFirst) {
                count(segment);
            }
            return segment.check(progress);
        }
    }

    private void count(OpenSegment segment) {
        ScannedSegment scanned = segment.scanned();
        String name = segment.file().name();
        segmentCount++;
        recordCount += scanned.index().count();
        byteCount += segment.file().bytes();
        if (scanned.state() == State.FOREIGN) {
            notes.add(name + " belongs to another log, or is a copy of another segment");
        } else if (scanned.header().isEmpty() && segment.file().bytes() > 0) {
            found(name, 0, DiskFormat.PAGE_BYTES, "the segment's header is damaged");
        }
        scanned.tail()
                .ifPresent(flaw ->
                        notes.add(
                                name
                                        + " ends at "
                                        + scanned.end()
                                        + ", within a record: "
                                        + flaw.sentence()));
    }

    private void found(String file, long offset, long bytes, String what) {
        findingCount++;
        if (findings.size() < LISTED_MAX) {
            findings.add(new Finding(file, offset, bytes, what));
        }
    }

    private void lookAtSnapshot() throws IOException {
        Optional<Manifest> manifest = folder.manifest();
        if (manifest.isEmpty() || !manifest.get().isClean()) {
            return;
        }
        String name = DiskFormat.SNAPSHOT_NAME;
        try {
            SnapshotReader.Outcome outcome =
                    SnapshotReader.read(folder.path(), manifest.get(), new Deaf());
            if (outcome != SnapshotReader.Outcome.WHOLE) {
                long bytes = Files.size(folder.path().resolve(name));
                found(name, 0, bytes, sentence(outcome));
            }
        } catch (NoSuchFileException _) {
            found(name, 0, 0, "it is missing, although the node was stopped in order");
        }
    }

    private static String sentence(SnapshotReader.Outcome outcome) {
        return switch (outcome) {
            case WHOLE -> "it is whole";
            case DAMAGED -> "it is damaged; the index is found in the segments instead";
            case STALE -> "it is not of this end of the log";
            case OTHER_VERSION -> "it is of another version of the format";
        };
    }

    /** Only whether it is whole matters here. */
    private static final class Deaf implements SnapshotReader.Listener {
        @Override
        public void header(SnapshotHeader header) {}

        @Override
        public void entry(SnapshotEntry entry) {}

        @Override
        public void tombstone(int slot, Bytes key, Entry tombstone) {}
    }

    /** The first {@value #LISTED_MAX}, in the order of the log. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    public long findingCount() {
        return findingCount;
    }

    /** What is no damage, but worth knowing. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    public long segmentCount() {
        return segmentCount;
    }

    public long recordCount() {
        return recordCount;
    }

    public long byteCount() {
        return byteCount;
    }

    /** For {@code --json}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("folder", folder.path());
        map.put("segments", segmentCount);
        map.put("records", recordCount);
        map.put("bytes", byteCount);
        map.put("damaged", findingCount);
        map.put("findings", findings.stream().map(Finding::toMap).toList());
        map.put("notes", notes);
        return map;
    }
}
