package dev.gossamer.node.store.disk.format;

import java.nio.ByteBuffer;

/** A segment file in memory. */
record Image(ByteBuffer bytes) implements SegmentSource {
    @Override
    public long size() {
        return bytes.limit();
    }

    @Override
    public void read(ByteBuffer into, long offset) {
        int length = (int) Math.max(0, Math.min(into.remaining(), bytes.limit() - offset));
        if (length > 0) {
            into.put(bytes.slice((int) offset, length));
        }
    }
}
