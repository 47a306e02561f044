package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.SegmentIndex.Writer;
import dev.gossamer.node.store.disk.format.SnapshotBlock.Kind;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a snapshot of the index: all entries, then all tombstones, then {@link #finish}, without
 * which the folder has none. Blocking, for one thread; a buffer of about 1 MiB.
 */
public final class SnapshotWriter implements AutoCloseable {
    private final Path file;
    private final Path temporary;
    private final FileChannel channel;
    private final RecordCodec seed;
    private final long oldestSegment;
    private ByteBuffer block = ByteBuffer.allocate(SnapshotBlock.BYTES);
    private Kind kind = Kind.WRITERS;
    private int items;
    private int end = SnapshotBlock.HEADER_BYTES;
    private long entryCount;
    private long tombstoneCount;
    private boolean isFinished;

    private SnapshotWriter(Path file, SnapshotHeader header) throws IOException {
        this.file = file;
        this.temporary = DurableFiles.temporary(file);
        this.channel = DurableFiles.create(temporary);
        this.seed = new RecordCodec(header.logId(), header.nextSegment());
        this.oldestSegment = header.oldestSegment();
    }

    /** Begins a snapshot beside the one that may be there. */
    public static SnapshotWriter create(Path folder, SnapshotHeader header) throws IOException {
        SnapshotWriter writer =
                new SnapshotWriter(folder.resolve(DiskFormat.SNAPSHOT_NAME), header);
        try {
            writer.begin(header);
        } catch (IOException e) {
            writer.close();
            throw e;
        }
        return writer;
    }

    private void begin(SnapshotHeader header) throws IOException {
        DurableFiles.writeAll(channel, header.page());
        for (Writer writer : header.writers()) {
            int at = place(Kind.WRITERS, SegmentIndex.WRITER_BYTES);
            Little.put64(block, at, writer.epoch());
            Little.put64(block, at + Long.BYTES, writer.member().value());
        }
        for (String cache : header.caches()) {
            byte[] name = cache.getBytes(StandardCharsets.UTF_8);
            int at = place(Kind.CACHES, Short.BYTES + name.length);
            Little.put16(block, at, name.length);
            block.put(at + Short.BYTES, name);
        }
    }

    /** Adds an entry; in the order of slots, if reading is to be quick. */
    public void entry(SnapshotEntry entry) throws IOException {
        int at = place(Kind.ENTRIES, SnapshotBlock.ENTRY_BYTES);
        Little.put32(block, at, entry.position());
        Little.put16(block, at + 4, entry.slot());
        Little.put16(block, at + 6, entry.flags());
        Little.put64(block, at + 8, entry.clock());
        Little.put16(block, at + 16, entry.writer());
        Little.put16(block, at + 18, entry.cache());
        Little.put32(block, at + 20, Math.toIntExact(entry.segment() - oldestSegment));
        Little.put32(block, at + 24, entry.offset() / DiskFormat.UNIT_BYTES);
        Little.put32(block, at + 28, entry.length() / DiskFormat.UNIT_BYTES);
        Little.put32(block, at + 32, entry.expirySeconds());
        entryCount++;
    }

    /** Adds a removal that is remembered in memory; none of an entry may follow. */
    public void tombstone(int slot, Bytes key, Entry tombstone) throws IOException {
        int at = place(Kind.TOMBSTONES, SnapshotBlock.TOMBSTONE_FIXED_BYTES + key.length());
        Little.put64(block, at, tombstone.epoch());
        Little.put64(block, at + 8, tombstone.clock());
        Little.put64(block, at + 16, tombstone.member());
        Little.put64(block, at + 24, tombstone.expiresAtMillis());
        Little.put32(block, at + 32, key.length());
        Little.put32(block, at + 36, 0);
        Little.put16(block, at + 40, slot);
        block.put(at + SnapshotBlock.TOMBSTONE_FIXED_BYTES, key.array());
        tombstoneCount++;
    }

    /** Puts the snapshot in its place; it is there after a loss of power, too. */
    public void finish() throws IOException {
        int at = place(Kind.END, 2 * Long.BYTES);
        Little.put64(block, at, entryCount);
        Little.put64(block, at + Long.BYTES, tombstoneCount);
        flush();
        channel.force(true);
        channel.close();
        DurableFiles.publish(temporary, file);
        isFinished = true;
    }

    /** Where in the block an item of that length goes. */
    private int place(Kind next, int bytes) throws IOException {
        boolean isFull = end + bytes > SnapshotBlock.BYTES || items == SnapshotBlock.COUNT_MASK;
        if (next != kind || isFull) {
            flush();
        }
        kind = next;
        if (end + bytes > block.capacity()) {
            block = ByteBuffer.allocate(end + bytes);
        }
        int at = end;
        end += bytes;
        items++;
        return at;
    }

    private void flush() throws IOException {
        if (items == 0) {
            return;
        }
        Little.put32(block, 0, SnapshotBlock.MAGIC);
        Little.put32(block, SnapshotBlock.BYTES_AT, end);
        Little.put32(block, SnapshotBlock.COUNT_AT, items | kind.code() << 24);
        int covered = end - SnapshotBlock.BYTES_AT;
        int crc = Checksum.seeded(seed.mark(), block, SnapshotBlock.BYTES_AT, covered);
        Little.put32(block, SnapshotBlock.CRC_AT, crc);
        DurableFiles.writeAll(channel, block.slice(0, end));
        items = 0;
        end = SnapshotBlock.HEADER_BYTES;
    }

    /** Without {@link #finish} before, nothing is left. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!isFinished) {
            Files.deleteIfExists(temporary);
        }
    }

    /** Removes the folder's snapshot for good: the log is about to be written again. */
    public static void remove(Path folder) throws IOException {
        DurableFiles.remove(folder.resolve(DiskFormat.SNAPSHOT_NAME));
    }
}
