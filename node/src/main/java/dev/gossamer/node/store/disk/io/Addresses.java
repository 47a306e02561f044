package dev.gossamer.node.store.disk.io;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Where direct buffers lie in memory. */
final class Addresses {
    private Addresses() {}

    /** Of the byte at the buffer's position; valid while somebody holds the buffer. */
    static long of(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address();
    }
}
