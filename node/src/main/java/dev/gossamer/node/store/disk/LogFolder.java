package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.DiskFormat;
import dev.gossamer.node.store.disk.format.LogId;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.ManifestFile;
import dev.gossamer.node.store.disk.format.ReadPage;
import dev.gossamer.node.store.disk.format.ScannedSegment;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.format.SegmentId;
import dev.gossamer.node.store.disk.format.SegmentScan;
import dev.gossamer.node.store.disk.format.SegmentSource;
import dev.gossamer.node.store.disk.format.SnapshotWriter;
import dev.gossamer.node.store.disk.format.UnknownFormatException;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.DiskFile;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the log: which files are there, and to whom they belong. What does not belong there
 * is removed: unfinished files, segments of an earlier log, what the budget has no room for.
 *
 * <p><b>Threads.</b> One at a time, which may wait.
 */
final class LogFolder {
    private static final Logger LOG = LoggerFactory.getLogger(LogFolder.class);

    /** Frames that are free at a start: for the segment that is begun. */
    private static final int SPARE = 1;

    /** Of a file that is made to see whether there is room for it. */
    private static final String TRIED_NAME = "room";

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final DiskSettings settings;
    private final Backend backend;
    private final Frames frames;
    private final DiskWatch watch;
    private final MemberId member;
    private final RandomGenerator random;
    private final LongSupplier wallMillis;
    private final String bootId = bootId();
    private LogId logId;
    private long nextSegment;

    /**
     * What was found at a start.
     *
     * @param manifest of the log that goes on, or nothing when there is none
     * @param sameBoot whether what was written without fsync counts
     */
    record Found(Optional<Manifest> manifest, boolean sameBoot, int discarded) {
        static final Found NOTHING = new Found(Optional.empty(), false, 0);
    }

    LogFolder(DiskSettings settings, Around around, Frames frames, DiskWatch watch) {
        this.settings = settings;
        this.backend = around.backend();
        this.frames = frames;
        this.watch = watch;
        this.member = around.member();
        this.random = around.random();
        this.wallMillis = around.wallMillis();
        this.logId = LogId.draw(random);
    }

    LogId logId() {
        return logId;
    }

    Path path() {
        return settings.folder();
    }

    /**
     * Finds the log that is there, and opens its segments.
     *
     * @throws UnknownFormatException when it is of a format that is not to be touched
     */
    Found open() throws IOException {
        Files.createDirectories(path());
        removeTemporary();
        Optional<ReadPage<Manifest>> read = ManifestFile.read(path());
        if (read.isEmpty()) {
            return begin("there was none");
        }
        return switch (read.get()) {
            case ReadPage.Damaged<Manifest>(var why) -> begin("its manifest is damaged: " + why);
            case ReadPage.OtherVersion<Manifest>(var version) -> {
                settings.olderFormat().judge(DiskFormat.MANIFEST_NAME, version);
                yield begin("it was of format " + version);
            }
            case ReadPage.Whole<Manifest>(var manifest) -> open(manifest);
        };
    }

    private Found open(Manifest manifest) throws IOException {
        if (!manifest.member().equals(member)) {
            return begin("it was another member's");
        }
        if (manifest.segmentBytes() != settings.segmentBytes()) {
            return begin("its segments had another length");
        }
        logId = manifest.logId();
        List<Path> files = segmentFiles();
        int surplus = Math.max(0, files.size() - frames.count() + SPARE);
        for (Path file : files.subList(0, surplus)) {
            LOG.info("{} is removed: the budget has no room for it", file.getFileName());
            Files.delete(file);
        }
        int discarded = 0;
        long last = manifest.nextSegment() - 1;
        for (Path file : files.subList(surplus, files.size())) {
            last = Math.max(last, numberOf(file));
            discarded += open(file) ? 0 : 1;
        }
        nextSegment = last + 1;
        boolean whole = surplus + discarded == 0 && manifest.isClean();
        return new Found(
                Optional.of(manifest.withClean(whole)),
                !bootId.isEmpty() && manifest.bootId().equals(bootId),
                discarded);
    }

    /** Opens a segment and gives it a frame; removes what is none of this log. */
    private boolean open(Path file) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(DiskFormat.PAGE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (page.hasRemaining() && channel.read(page) >= 0) {
                // until the page is full or the file ends
            }
        }
        ReadPage<SegmentHeader> read = SegmentHeader.decode(page.flip());
        if (read instanceof ReadPage.OtherVersion<SegmentHeader>(var version)) {
            settings.olderFormat().judge(String.valueOf(file.getFileName()), version);
        }
        boolean ours =
                switch (read) {
                    case ReadPage.Whole<SegmentHeader>(var header) ->
                            header.logId().equals(logId)
                                    && header.number() == numberOf(file)
                                    && header.segmentBytes() == settings.segmentBytes();
                    // Its records tell whose they are.
                    case ReadPage.Damaged<SegmentHeader> _ -> page.limit() == page.capacity();
                    case ReadPage.OtherVersion<SegmentHeader> _ -> false;
                };
        if (!ours) {
            LOG.warn("{} is removed: it is no segment of this log", file.getFileName());
            Files.delete(file);
            return false;
        }
        SegmentHeader header = new SegmentHeader(logId, numberOf(file), settings.segmentBytes(), 0);
        DiskFile opened = backend.open(file, false);
        frames.fill(new Segment(header, frames.freeOrMinus(), file, opened));
        return true;
    }

    /**
     * Where something of the log is lost, as far as can be told without looking at all records:
     * segments that are not there, and those that do not end as they were sealed.
     *
     * @param first older ones do not matter
     */
    List<Intents.Hole> holes(long first, Function<Bytes, String> cacheOf) throws IOException {
        List<Intents.Hole> holes = new ArrayList<>();
        List<Segment> segments = frames.inOrder();
        long expected = first;
        for (Segment segment : segments) {
            if (segment.number() < first) {
                continue;
            }
            if (segment.number() > expected && expected > first) {
                holes.add(new Intents.Hole(expected, 0, false));
            }
            expected = segment.number() + 1;
            if (!isSealed(segment)) {
                holes.add(new Intents.Hole(segment.number(), scan(segment, cacheOf).end(), false));
            }
        }
        // Whatever was written last may have begun a segment that is not there at all.
        holes.add(new Intents.Hole(expected, 0, true));
        return holes;
    }

    private boolean isSealed(Segment segment) throws IOException {
        SegmentId id = new SegmentId(logId, segment.number(), settings.segmentBytes());
        try (FileChannel channel = FileChannel.open(segment.path(), StandardOpenOption.READ)) {
            return SegmentScan.isSealed(id, SegmentSource.of(channel));
        }
    }

    long nextSegment() {
        return nextSegment;
    }

    /** Finds out what a segment holds, whatever has happened to it. */
    ScannedSegment scan(Segment segment, Function<Bytes, String> cacheOf) throws IOException {
        return scan(segment, cacheOf, watch);
    }

    /**
     * @param by hears whenever the disk has answered
     */
    ScannedSegment scan(Segment segment, Function<Bytes, String> cacheOf, DiskWatch by)
            throws IOException {
        SegmentId id = new SegmentId(logId, segment.number(), settings.segmentBytes());
        try (FileChannel channel = FileChannel.open(segment.path(), StandardOpenOption.READ)) {
            return SegmentScan.scan(id, watched(SegmentSource.of(channel), by), cacheOf);
        }
    }

    private static SegmentSource watched(SegmentSource source, DiskWatch by) {
        return new SegmentSource() {
            @Override
            public long size() throws IOException {
                return source.size();
            }

            @Override
            public void read(ByteBuffer into, long offset) throws IOException {
                source.read(into, offset);
                by.answered();
            }
        };
    }

    /** Empties the folder and begins a log. */
    private Found begin(String why) throws IOException {
        LOG.info("a new log begins in {}: {}", path(), why);
        wipe();
        return Found.NOTHING;
    }

    /** Gives up everything that is there, and begins another log. */
    void wipe() throws IOException {
        for (Segment segment : frames.inOrder()) {
            frames.empty(segment);
            segment.file().close();
        }
        SnapshotWriter.remove(path());
        for (Path file : segmentFiles()) {
            Files.delete(file);
        }
        logId = LogId.draw(random);
        nextSegment = 0;
        writeManifest(false);
    }

    /**
     * The log is written from now on: no snapshot counts any more.
     *
     * @return what the manifest says now
     */
    Manifest writing() throws IOException {
        Manifest manifest = manifest(false);
        ManifestFile.write(path(), manifest);
        SnapshotWriter.remove(path());
        return manifest;
    }

    /**
     * @param clean whether the snapshot that is there is good
     */
    void writeManifest(boolean clean) throws IOException {
        ManifestFile.write(path(), manifest(clean));
    }

    Manifest manifest(boolean clean) {
        return new Manifest(logId, member, settings.segmentBytes(), bootId, clean, nextSegment);
    }

    /** Makes the next segment. */
    Segment create() throws IOException {
        int frame = frames.freeOrMinus();
        if (frame < 0) {
            throw new IllegalStateException("the budget has no room for another segment");
        }
        SegmentHeader header =
                new SegmentHeader(
                        logId, nextSegment, settings.segmentBytes(), wallMillis.getAsLong());
        Path file = path().resolve(DiskFormat.segmentName(nextSegment));
        DiskFile opened = backend.create(file, settings.segmentBytes());
        watch.answered();
        nextSegment++;
        if (isSynced()) {
            forceFolder();
        }
        Segment segment = new Segment(header, frame, file, opened);
        frames.fill(segment);
        return segment;
    }

    /**
     * Whether the file system has room for more segments, as far as it says and as can be seen.
     *
     * @param said so many by what it says
     * @param tried so many are made, in one, and removed
     */
    boolean hasRoomFor(int said, int tried) {
        Path file = path().resolve(TRIED_NAME + DiskFormat.TEMPORARY_SUFFIX);
        try {
            long usable = Files.getFileStore(path()).getUsableSpace();
            if (usable < (long) said * settings.segmentBytes()) {
                return false;
            }
            backend.create(file, (long) tried * settings.segmentBytes()).close();
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            removeTried(file);
        }
    }

    private static void removeTried(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", file, e.getMessage());
        }
    }

    /** Whether what is written gets to the device sooner or later, by the policy of this node. */
    boolean isSynced() {
        return !(settings.fsync() instanceof DiskSettings.Fsync.Never);
    }

    /** A file that was made or removed stays so after a loss of power. */
    private void forceFolder() throws IOException {
        try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Removes a segment that no row points to. */
    void delete(Segment segment) throws IOException {
        frames.empty(segment);
        segment.file().close();
        Files.deleteIfExists(segment.path());
        watch.answered();
    }

    private List<Path> segmentFiles() throws IOException {
        try (Stream<Path> files = Files.list(path())) {
            return new ArrayList<>(
                    files.filter(file -> number(file).isPresent())
                            .sorted(Comparator.comparingLong(LogFolder::numberOf))
                            .toList());
        }
    }

    private void removeTemporary() throws IOException {
        try (Stream<Path> files = Files.list(path())) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(DiskFormat.TEMPORARY_SUFFIX)) {
                    LOG.info("{} is removed: it was not finished", file.getFileName());
                    Files.delete(file);
                }
            }
        }
    }

    private static OptionalLong number(Path file) {
        return DiskFormat.segmentNumber(String.valueOf(file.getFileName()));
    }

    private static long numberOf(Path file) {
        return number(file).orElseThrow();
    }

    private static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Closes the files. */
    void close() {
        for (Segment segment : frames.inOrder()) {
            frames.empty(segment);
            segment.file().close();
        }
    }
}
