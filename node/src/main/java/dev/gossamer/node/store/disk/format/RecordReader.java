package dev.gossamer.node.store.disk.format;

import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads records of one segment, best from its start to its end: the bytes come through a window of
 * 4 MiB. For tools; blocking, for one thread.
 */
public final class RecordReader {
    private final RecordCodec codec;
    private final SegmentWindow window;
    private final long limit;
    private int at;

    /**
     * @param limit where the records end; what is beyond is not looked at
     */
    public RecordReader(SegmentId id, SegmentSource source, long limit) {
        this(id, source, limit, SegmentWindow.BYTES);
    }

    RecordReader(SegmentId id, SegmentSource source, long limit, int windowBytes) {
        this.codec = id.codec();
        this.window = new SegmentWindow(source, limit, windowBytes);
        this.limit = limit;
    }

    /** The head that starts there, if its checksum holds and the record ends before the limit. */
    public ReadHead head(long offset) throws IOException {
        at = window.at(offset, RecordHead.FIXED_BYTES);
        if (available() >= RecordHead.FIXED_BYTES) {
            int headBytes = RecordCodec.headBytes(window.buffer(), at);
            at = window.at(offset, Math.max(headBytes, RecordHead.FIXED_BYTES));
        }
        ReadHead read = codec.readHead(window.buffer(), at, offset);
        return read instanceof RecordHead head && head.recordBytes() > limit - offset
                ? Flaw.CUT
                : read;
    }

    private int available() {
        return window.buffer().limit() - at;
    }

    /** The place of the damaged record that was looked at last, as an erasure, if it is known. */
    Optional<RecordHead> twin(long offset) {
        return codec.twin(window.buffer(), at, offset);
    }

    /** Whether where was looked at last there are only zeroes: nothing was ever written. */
    boolean isZero() {
        int end = at + Math.clamp(available(), 0, DiskFormat.UNIT_BYTES);
        for (int i = at; i < end; i++) {
            if (window.buffer().get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the next whole record starts, at {@code from} or behind it; the limit without one. */
    long nextRecord(long from) throws IOException {
        long offset = nextMark(from);
        while (offset < limit && head(offset) instanceof Flaw) {
            offset = nextMark(offset + DiskFormat.UNIT_BYTES);
        }
        return offset;
    }

    private long nextMark(long from) throws IOException {
        long offset = from;
        while (offset + Integer.BYTES <= limit) {
            int place = window.at(offset, Integer.BYTES);
            int last = window.buffer().limit() - Integer.BYTES;
            if (place > last) {
                return limit; // the file has become shorter meanwhile
            }
            while (place <= last) {
                if (codec.hasMark(window.buffer(), place)) {
                    return offset;
                }
                place += DiskFormat.UNIT_BYTES;
                offset += DiskFormat.UNIT_BYTES;
            }
        }
        return limit;
    }

    /** The key of the head that was read last. */
    public Bytes key(RecordHead head) {
        return RecordCodec.key(head, window.buffer(), at);
    }

    /** Whether the head that was read last names the place of its own key. */
    public boolean isInItsPlace(RecordHead head) {
        return RecordCodec.isInItsPlace(head, window.buffer(), at);
    }

    /**
     * Reads and checks the value of the head that was read last, which can't be looked at any more
     * then.
     *
     * @param offset where the record starts
     */
    public ReadRecord record(RecordHead head, long offset) throws IOException {
        if (!head.kind().hasKey()) {
            return Flaw.NO_RECORD;
        }
        ChunkedRecord record = new ChunkedRecord(head, window.buffer(), at);
        while (record.nextBytes() > 0) {
            int length = record.nextBytes();
            ByteBuffer chunk = bytes(offset + record.nextOffset(), length);
            if (chunk.remaining() < length) {
                return Flaw.CUT;
            }
            if (!record.accept(chunk)) {
                return Flaw.VALUE_DAMAGED;
            }
        }
        return record.finish();
    }

    /** Up to so many bytes, which are there until something else is read. */
    private ByteBuffer bytes(long offset, int length) throws IOException {
        at = window.at(offset, length);
        return window.buffer().slice(at, Math.clamp(available(), 0, length));
    }
}
