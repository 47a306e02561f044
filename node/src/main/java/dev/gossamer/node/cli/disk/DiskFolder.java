package dev.gossamer.node.cli.disk;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.store.disk.format.DiskFormat;
import dev.gossamer.node.store.disk.format.LogId;
import dev.gossamer.node.store.disk.format.Manifest;
import dev.gossamer.node.store.disk.format.ManifestFile;
import dev.gossamer.node.store.disk.format.ReadPage;
import dev.gossamer.node.store.disk.format.ScannedSegment.State;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.format.SegmentId;
import dev.gossamer.node.store.disk.format.SegmentSource;
import dev.gossamer.node.store.disk.format.UnknownFormatException;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The folder of an SSD tier, of a node that is stopped or runs: files may grow and disappear while
 * they are looked at.
 */
public final class DiskFolder {
    private static final int NAMES_FROM_SEGMENTS = 4;

    private final Path path;
    private final Optional<Manifest> manifest;
    private final Optional<String> manifestFlaw;
    private final List<SegmentFile> segments;
    private final Set<String> cacheNames = new HashSet<>();

    private DiskFolder(
            Path path,
            Optional<Manifest> manifest,
            Optional<String> manifestFlaw,
            List<SegmentFile> segments) {
        this.path = path;
        this.manifest = manifest;
        this.manifestFlaw = manifestFlaw;
        this.segments = List.copyOf(segments);
    }

    /**
     * @throws UnknownFormatException when another release wrote it
     */
    public static DiskFolder open(Path path) throws IOException {
        Optional<ReadPage<Manifest>> read = ManifestFile.read(path);
        Optional<Manifest> manifest = Optional.empty();
        Optional<String> flaw = Optional.of("there is none");
        if (read.isPresent()) {
            switch (read.get()) {
                case ReadPage.Whole<Manifest>(var content) -> {
                    manifest = Optional.of(content);
                    flaw = Optional.empty();
                }
                case ReadPage.Damaged<Manifest>(var why) -> flaw = Optional.of(why);
                case ReadPage.OtherVersion<Manifest>(var version) ->
                        throw UnknownFormatException.of(
                                path.resolve(DiskFormat.MANIFEST_NAME).toString(), version);
            }
        }
        DiskFolder folder = new DiskFolder(path, manifest, flaw, segmentsIn(path));
        folder.learnCacheNames();
        return folder;
    }

    private static List<SegmentFile> segmentsIn(Path path) throws IOException {
        List<SegmentFile> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                OptionalLong number = DiskFormat.segmentNumber(String.valueOf(file.getFileName()));
                if (number.isPresent()) {
                    add(file, number.getAsLong(), found);
                }
            }
        }
        found.sort(Comparator.comparingLong(SegmentFile::number));
        return found;
    }

    private static void add(Path file, long number, List<SegmentFile> found) throws IOException {
        try {
            found.add(new SegmentFile(file, number, Files.size(file)));
        } catch (NoSuchFileException _) {
            return; // the node has removed it since the folder was listed
        }
    }

    public Path path() {
        return path;
    }

    public Optional<Manifest> manifest() {
        return manifest;
    }

    /** Why the manifest can't be read. */
    public Optional<String> manifestFlaw() {
        return manifestFlaw;
    }

    /** Oldest first. */
    public List<SegmentFile> segments() {
        return segments;
    }

    /** Of all segment files. */
    public long bytes() {
        return segments.stream().mapToLong(SegmentFile::bytes).sum();
    }

    /** Whether no segment is newer. */
    public boolean isNewest(SegmentFile file) {
        return segments.getLast().number() == file.number();
    }

    /**
     * Opens a segment and scans it.
     *
     * @return nothing if the node has removed it meanwhile
     */
    public Optional<OpenSegment> scan(SegmentFile file) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file.path(), StandardOpenOption.READ);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
        try {
            return Optional.of(OpenSegment.scan(file, idOf(file, channel), channel, this::cacheOf));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** What the segment should be by the manifest, else by its own header. */
    private SegmentId idOf(SegmentFile file, FileChannel channel) throws IOException {
        if (manifest.isPresent()) {
            Manifest known = manifest.get();
            return new SegmentId(known.logId(), file.number(), known.segmentBytes());
        }
        ByteBuffer page = ByteBuffer.allocate(DiskFormat.PAGE_BYTES);
        SegmentSource.of(channel).read(page, 0);
        return SegmentHeader.decode(page.flip())
                        instanceof ReadPage.Whole<SegmentHeader>(var header)
                ? new SegmentId(header.logId(), file.number(), header.segmentBytes())
                : new SegmentId(new LogId(0, 0), file.number(), DiskFormat.SEGMENT_BYTES_MAX);
    }

    /** Index blocks of sealed segments name the caches; records of others do not. */
    private void learnCacheNames() throws IOException {
        int seen = 0;
        for (int i = segments.size() - 1; i >= 0 && seen < NAMES_FROM_SEGMENTS; i--) {
            Optional<OpenSegment> found = scan(segments.get(i));
            if (found.isPresent()) {
                try (OpenSegment segment = found.get()) {
                    if (segment.scanned().state() == State.SEALED) {
                        cacheNames.addAll(segment.index().caches());
                        seen++;
                    }
                }
            }
        }
    }

    private String cacheOf(Bytes key) {
        String text = key.toUtf8();
        int colon = text.indexOf(':');
        String prefix = colon < 0 ? "" : text.substring(0, colon);
        return cacheNames.contains(prefix) && !prefix.isEmpty()
                ? prefix
                : CacheSettings.DEFAULT_NAME;
    }

    /**
     * The folder that is meant: the one that is named, or the one inside of it; else the only one
     * below the data folder.
     *
     * @throws CliException when there is none, or more than one
     */
    public static Path find(Optional<Path> named, Path data) {
        Path base = named.orElse(data);
        List<Path> found = below(base);
        if (found.isEmpty()) {
            throw new CliException(
                    "no segments of an SSD tier are in "
                            + base
                            + ": name the folder, such as DATA-DIR/disk");
        }
        if (found.size() > 1) {
            throw new CliException("there is more than one: name one of " + found);
        }
        return found.getFirst();
    }

    private static List<Path> below(Path base) {
        if (isLog(base)) {
            return List.of(base);
        }
        Path inside = base.resolve("disk");
        if (isLog(inside)) {
            return List.of(inside);
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(base, Files::isDirectory)) {
            folders.forEach(folder -> found.add(folder.resolve("disk")));
        } catch (IOException _) {
            return List.of(); // no such folder, or none that may be read: nothing was found in it
        }
        found.removeIf(folder -> !isLog(folder));
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private static boolean isLog(Path folder) {
        if (Files.isRegularFile(folder.resolve(DiskFormat.MANIFEST_NAME))) {
            return true;
        }
        try {
            return Files.isDirectory(folder) && !segmentsIn(folder).isEmpty();
        } catch (IOException _) {
            return false; // it may not be read
        }
    }
}
