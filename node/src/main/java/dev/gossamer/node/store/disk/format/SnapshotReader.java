package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.SegmentIndex.Writer;
import dev.gossamer.node.store.disk.format.SnapshotBlock.Kind;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a snapshot of the index as a stream, block by block, each checked before anything in it is
 * told. Blocking, for one thread; a buffer of one block.
 *
 * <p>A snapshot is complete only if {@link #read} answers {@link Outcome#WHOLE}. What it has told
 * before it met with damage is true, but not all.
 */
public final class SnapshotReader implements AutoCloseable {
    private final FileChannel channel;
    private final long size;
    private final List<Writer> writers = new ArrayList<>();
    private final List<String> caches = new ArrayList<>();
    private ByteBuffer block = ByteBuffer.allocate(SnapshotBlock.BYTES);
    private long at = DiskFormat.PAGE_BYTES;
    private volatile double readPart;
    private int mark;
    private long oldestSegment;
    private boolean areTablesTold;
    private long entryCount;
    private long tombstoneCount;

    /** What is in a snapshot, in this order. */
    public interface Listener {
        /** Called once, before all else. */
        void header(SnapshotHeader header);

        void entry(SnapshotEntry entry);

        void tombstone(int slot, Bytes key, Entry tombstone);
    }

    /** How reading a snapshot ended. */
    public enum Outcome {
        WHOLE,

        /** It is damaged or unfinished: what was told is true, but not all. */
        DAMAGED,

        /** It is another log's, or the log went on after it; nothing was told. */
        STALE,

        /** It is of another version of the format; nothing was told. */
        OTHER_VERSION
    }

    private SnapshotReader(FileChannel channel) throws IOException {
        this.channel = channel;
        this.size = channel.size();
    }

    /**
     * Reads the folder's snapshot.
     *
     * @param manifest a clean one, whose snapshot it must be
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    public static Outcome read(Path folder, Manifest manifest, Listener listener)
            throws IOException {
        try (SnapshotReader reader = open(folder)) {
            return reader.read(manifest, listener);
        }
    }

    /**
     * Opens the folder's snapshot, to be read even after it was removed.
     *
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    public static SnapshotReader open(Path folder) throws IOException {
        Path file = folder.resolve(DiskFormat.SNAPSHOT_NAME);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new SnapshotReader(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** How long the snapshot is. */
    public long bytes() {
        return size;
    }

    /** How much of it was read. Any thread. */
    public double readPart() {
        return readPart;
    }

    /**
     * Reads it; to be called once.
     *
     * @param manifest a clean one, whose snapshot it must be
     */
    public Outcome read(Manifest manifest, Listener listener) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(DiskFormat.PAGE_BYTES);
        DurableFiles.read(channel, page, 0);
        return switch (SnapshotHeader.decode(page.flip())) {
            case ReadPage.Damaged<SnapshotHeader> _ -> Outcome.DAMAGED;
            case ReadPage.OtherVersion<SnapshotHeader> _ -> Outcome.OTHER_VERSION;
            case ReadPage.Whole<SnapshotHeader>(var header) ->
                    isOf(header, manifest) ? blocks(header, listener) : Outcome.STALE;
        };
    }

    private static boolean isOf(SnapshotHeader header, Manifest manifest) {
        return manifest.isClean()
                && header.logId().equals(manifest.logId())
                && header.nextSegment() == manifest.nextSegment();
    }

    private Outcome blocks(SnapshotHeader header, Listener listener) throws IOException {
        mark = new RecordCodec(header.logId(), header.nextSegment()).mark();
        oldestSegment = header.oldestSegment();
        try {
            while (nextBlock()) {
                if (tell(header, listener)) {
                    return Outcome.WHOLE;
                }
            }
            return Outcome.DAMAGED;
        } catch (ImpossibleException _) {
            return Outcome.DAMAGED;
        }
    }

    /** A checksum holds over something that can't be. */
    private static final class ImpossibleException extends Exception {
        ImpossibleException(String what) {
            super(what);
        }

        ImpossibleException(RuntimeException cause) {
            super(cause);
        }
    }

    /** Reads the next block and checks it. */
    private boolean nextBlock() throws IOException {
        block.clear().limit(SnapshotBlock.HEADER_BYTES);
        DurableFiles.read(channel, block, at);
        int bytes = block.hasRemaining() ? -1 : Little.i32(block, SnapshotBlock.BYTES_AT);
        if (bytes < SnapshotBlock.HEADER_BYTES
                || bytes > SnapshotBlock.BYTES_MAX
                || Little.i32(block, 0) != SnapshotBlock.MAGIC) {
            return false;
        }
        if (bytes > block.capacity()) {
            block = ByteBuffer.allocate(bytes);
        }
        block.clear().limit(bytes);
        DurableFiles.read(channel, block, at);
        at += bytes;
        readPart = (double) at / size;
        int covered = bytes - SnapshotBlock.BYTES_AT;
        return !block.hasRemaining()
                && Little.i32(block, SnapshotBlock.CRC_AT)
                        == Checksum.seeded(mark, block, SnapshotBlock.BYTES_AT, covered);
    }

    /**
     * @return whether this was the last block, and all is there
     */
    private boolean tell(SnapshotHeader header, Listener listener) throws ImpossibleException {
        int count = Little.i32(block, SnapshotBlock.COUNT_AT) & SnapshotBlock.COUNT_MASK;
        int kind = Little.u8(block, SnapshotBlock.KIND_AT);
        if (kind == Kind.WRITERS.code() || kind == Kind.CACHES.code()) {
            readTable(kind, count);
            return false;
        }
        if (!areTablesTold) {
            areTablesTold = true;
            listener.header(header.with(writers, caches));
        }
        if (kind == Kind.ENTRIES.code()) {
            tellEntries(count, listener);
        } else if (kind == Kind.TOMBSTONES.code()) {
            tellTombstones(count, listener);
        } else {
            return isEnd(kind);
        }
        return false;
    }

    private boolean isEnd(int kind) throws ImpossibleException {
        int first = SnapshotBlock.HEADER_BYTES;
        if (kind != Kind.END.code()
                || Little.i64(block, first) != entryCount
                || Little.i64(block, first + Long.BYTES) != tombstoneCount) {
            throw new ImpossibleException("the snapshot does not end as it should");
        }
        return true;
    }

    private void readTable(int kind, int count) throws ImpossibleException {
        try {
            if (kind == Kind.WRITERS.code()) {
                readWriters(count);
            } else {
                readCaches(count);
            }
        } catch (IndexOutOfBoundsException e) {
            throw new ImpossibleException(e);
        }
    }

    private void readWriters(int count) {
        int item = SnapshotBlock.HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            MemberId member = new MemberId(Little.i64(block, item + Long.BYTES));
            writers.add(new Writer(Little.i64(block, item), member));
            item += SegmentIndex.WRITER_BYTES;
        }
    }

    private void readCaches(int count) {
        int item = SnapshotBlock.HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[Little.u16(block, item)];
            block.get(item + Short.BYTES, name);
            caches.add(new String(name, StandardCharsets.UTF_8));
            item += Short.BYTES + name.length;
        }
    }

    private void tellEntries(int count, Listener listener) throws ImpossibleException {
        int item = SnapshotBlock.HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            listener.entry(entry(item));
            item += SnapshotBlock.ENTRY_BYTES;
        }
        entryCount += count;
    }

    private SnapshotEntry entry(int item) throws ImpossibleException {
        try {
            return readEntry(item);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new ImpossibleException(e);
        }
    }

    private SnapshotEntry readEntry(int item) {
        int writer = Little.u16(block, item + 16);
        int cache = Little.u16(block, item + 18);
        if (writer >= writers.size() || cache >= caches.size()) {
            throw new IllegalArgumentException("writer " + writer + ", cache " + cache);
        }
        return new SnapshotEntry(
                Little.u16(block, item + 4),
                Little.i32(block, item),
                Little.u16(block, item + 6),
                Little.i64(block, item + 8),
                writer,
                cache,
                oldestSegment + Integer.toUnsignedLong(Little.i32(block, item + 20)),
                Little.i32(block, item + 24) * DiskFormat.UNIT_BYTES,
                Little.i32(block, item + 28) * DiskFormat.UNIT_BYTES,
                Little.i32(block, item + 32));
    }

    private void tellTombstones(int count, Listener listener) throws ImpossibleException {
        int item = SnapshotBlock.HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            Removal removal = removal(item);
            listener.tombstone(removal.slot().index(), removal.key(), removal.tombstone());
            item += SnapshotBlock.TOMBSTONE_FIXED_BYTES + removal.key().length();
        }
        tombstoneCount += count;
    }

    private record Removal(Slot slot, Bytes key, Entry tombstone) {}

    private Removal removal(int item) throws ImpossibleException {
        try {
            MemberId member = new MemberId(Little.i64(block, item + 16));
            Version version =
                    new Version(Little.i64(block, item), Little.i64(block, item + 8), member);
            int keyAt = item + SnapshotBlock.TOMBSTONE_FIXED_BYTES;
            Bytes key = Bytes.copyOf(block.slice(keyAt, Little.i32(block, item + 32)));
            Slot slot = new Slot(Little.u16(block, item + 40));
            return new Removal(slot, key, Entry.tombstone(version, Little.i64(block, item + 24)));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new ImpossibleException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
