package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.DiskFormat;
import dev.gossamer.node.store.disk.format.LogRecord;
import dev.gossamer.node.store.disk.format.RecordHead;
import dev.gossamer.node.store.disk.format.SegmentBuilder;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/**
 * The segment that is written, and its buffer. Whole records go into the buffer; what is larger
 * goes through it in pieces. Nothing of a record is on disk before the buffer was {@link #flush
 * flushed}.
 *
 * <p>For one thread, which may wait.
 */
final class LogTail {
    private static final int BUFFER_BYTES = 2 << 20;

    /**
     * Of one write: the loop that does it reads nothing meanwhile, and neither does the device.
     * With 2 MiB at a time the slowest of a hundred reads waited twice as long.
     */
    private static final int WRITE_BYTES = 256 << 10;

    private final Segment segment;
    private final SegmentBuilder builder;
    private final ByteBuffer buffer;
    private final LongAdder written;
    private final DiskWatch watch;

    /** Where in the file the buffer's first byte goes. */
    private long bufferOffset = DiskFormat.PAGE_BYTES;

    /**
     * @param buffer of {@link #newBuffer}
     * @param written counts the bytes that go to the disk
     */
    LogTail(Segment segment, ByteBuffer buffer, LongAdder written, DiskWatch watch) {
        this.segment = segment;
        this.builder = new SegmentBuilder(segment.header());
        this.buffer = buffer.clear();
        this.written = written;
        this.watch = watch;
    }

    static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BUFFER_BYTES + DiskFormat.PAGE_BYTES)
                .alignedSlice(DiskFormat.PAGE_BYTES)
                .slice(0, BUFFER_BYTES);
    }

    /** Writes the segment's first page. */
    void begin() throws IOException {
        SegmentHeader header = segment.header();
        buffer.clear().put(header.encode()).flip();
        write(0);
        buffer.clear();
    }

    /**
     * Reads the segment's first page, as a reader would whom memory cannot help.
     *
     * @throws IOException when that fails, or it is not what was written
     */
    void readBack() throws IOException {
        ByteBuffer page =
                ByteBuffer.allocateDirect(2 * DiskFormat.PAGE_BYTES)
                        .alignedSlice(DiskFormat.PAGE_BYTES)
                        .slice(0, DiskFormat.PAGE_BYTES);
        watch.done(completion -> segment.file().read(0, page, completion));
        if (!page.equals(segment.header().encode())) {
            throw new IOException(segment.path() + " was not kept as it was written");
        }
    }

    Segment segment() {
        return segment;
    }

    boolean hasRoomFor(RecordHead head, String cache) {
        return builder.hasRoomFor(head, cache);
    }

    /**
     * Adds a record.
     *
     * @return its address
     */
    long append(LogRecord record, String cache) throws IOException {
        long offset = builder.claim(record.head(), cache);
        if (record.recordBytes() > buffer.remaining()) {
            flush();
        }
        if (record.recordBytes() <= buffer.remaining()) {
            segment.codec().encode(record, buffer, offset);
        } else {
            appendLarge(record, offset);
        }
        return segment.address(offset);
    }

    private void appendLarge(LogRecord record, long offset) throws IOException {
        if (record.head().headBytes() > buffer.remaining()) {
            throw new IOException("a head of " + record.head().headBytes() + " bytes");
        }
        segment.codec().encodeHead(record, buffer, offset);
        byte[] value = record.value().bytes();
        int at = 0;
        while (at < record.value().length()) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int piece = Math.min(buffer.remaining(), record.value().length() - at);
            buffer.put(value, at, piece);
            at += piece;
        }
        if (buffer.remaining() < DiskFormat.UNIT_BYTES) {
            flush();
        }
        segment.codec().encodePadding(record, buffer);
    }

    /**
     * Adds a record of another place, as it was read and found good.
     *
     * @param record from its position on; its head is written anew
     * @return its address
     */
    long move(RecordHead head, ByteBuffer record, String cache) throws IOException {
        long offset = builder.claim(head, cache);
        int at = record.position();
        segment.codec().move(head, record, at, offset);
        ByteBuffer left = record.slice(at, head.recordBytes());
        while (left.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int piece = Math.min(buffer.remaining(), left.remaining());
            buffer.put(left.slice(left.position(), piece));
            left.position(left.position() + piece);
        }
        return segment.address(offset);
    }

    /** Where the log ends, once everything was flushed. */
    long end() {
        return builder.nextOffset();
    }

    /** Everything that was added is written, as far as the process is concerned. */
    void flush() throws IOException {
        if (buffer.position() > 0) {
            buffer.flip();
            long bytes = buffer.remaining();
            write(bufferOffset);
            bufferOffset += bytes;
            buffer.clear();
        }
    }

    private void write(long offset) throws IOException {
        DiskFile file = segment.file();
        int length = buffer.remaining();
        for (int from = 0; from < length; from += WRITE_BYTES) {
            long at = offset + from;
            ByteBuffer piece = buffer.slice(from, Math.min(WRITE_BYTES, length - from));
            watch.done(completion -> file.write(at, piece, completion));
            written.add(piece.remaining());
        }
    }

    void sync() throws IOException {
        watch.done(segment.file()::sync);
    }

    /** Writes what tells that the segment is whole. Nothing is added afterwards. */
    void seal(long nowMillis) throws IOException {
        flush();
        SegmentBuilder.Seal seal = builder.seal(nowMillis);
        writeAll(seal.index(), seal.indexOffset());
        writeAll(seal.footer(), seal.footerOffset());
    }

    private void writeAll(ByteBuffer bytes, long offset) throws IOException {
        ByteBuffer left = bytes.duplicate().clear();
        long at = offset;
        while (left.hasRemaining()) {
            int piece = Math.min(buffer.capacity(), left.remaining());
            buffer.clear().put(left.slice(left.position(), piece)).flip();
            left.position(left.position() + piece);
            write(at);
            at += piece;
        }
        buffer.clear();
    }
}
