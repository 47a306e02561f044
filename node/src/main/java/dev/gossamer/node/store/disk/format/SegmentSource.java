package dev.gossamer.node.store.disk.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes of a segment file, to be read at any place. Blocking; for one thread. */
public interface SegmentSource {
    /** The file's length in bytes, as it is now. */
    long size() throws IOException;

    /** Fills the buffer from its position to its limit, or as far as the file goes. */
    void read(ByteBuffer into, long offset) throws IOException;

    /**
     * @param channel stays the caller's to close
     */
    static SegmentSource of(FileChannel channel) {
        return new SegmentSource() {
            @Override
            public long size() throws IOException {
                return channel.size();
            }

            @Override
            public void read(ByteBuffer into, long offset) throws IOException {
                DurableFiles.read(channel, into, offset);
            }
        };
    }
}
