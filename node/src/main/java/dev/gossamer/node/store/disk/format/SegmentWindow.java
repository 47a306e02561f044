package dev.gossamer.node.store.disk.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A part of a segment in memory that moves along with whoever looks at one place after the other.
 * Larger than the head of any record, so that every head is in it whole. For one thread.
 */
final class SegmentWindow {
    static final int BYTES = 4 << 20;

    private final SegmentSource source;
    private final long limit;
    private final ByteBuffer buffer;
    private long base;

    /**
     * @param limit where what may be looked at ends
     * @param bytes how much to hold at once
     */
    SegmentWindow(SegmentSource source, long limit, int bytes) {
        this.source = source;
        this.limit = limit;
        this.buffer = ByteBuffer.allocate((int) Math.min(bytes, Math.max(0, limit))).limit(0);
    }

    /** What is there; its limit is the end of the window or of what may be looked at. */
    ByteBuffer buffer() {
        return buffer;
    }

    /**
     * Where in the buffer an offset is, after the window was moved if it does not reach {@code
     * bytes} beyond it, or the end.
     */
    int at(long offset, int bytes) throws IOException {
        long end = Math.min(limit, offset + bytes);
        if (offset < base || end > base + buffer.limit()) {
            move(offset);
        }
        return (int) (offset - base);
    }

    private void move(long offset) throws IOException {
        base = offset;
        buffer.clear().limit((int) Math.min(buffer.capacity(), limit - offset));
        source.read(buffer, offset);
        buffer.flip();
    }
}
