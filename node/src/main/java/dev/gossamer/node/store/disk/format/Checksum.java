package dev.gossamer.node.store.disk.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli) of parts of buffers and arrays. O(length), by the processor's own means. */
final class Checksum {
    private Checksum() {}

    static int of(ByteBuffer buffer, int at, int length) {
        CRC32C crc = new CRC32C();
        update(crc, buffer, at, length);
        return (int) crc.getValue();
    }

    static int of(byte[] array, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(array, at, length);
        return (int) crc.getValue();
    }

    /**
     * The checksum of four bytes of a seed, then of the part: what was written for another seed
     * fails.
     */
    static int seeded(int seed, ByteBuffer buffer, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(seed);
        crc.update(seed >>> 8);
        crc.update(seed >>> 16);
        crc.update(seed >>> 24);
        update(crc, buffer, at, length);
        return (int) crc.getValue();
    }

    private static void update(CRC32C crc, ByteBuffer buffer, int at, int length) {
        if (buffer.hasArray()) {
            crc.update(buffer.array(), buffer.arrayOffset() + at, length);
        } else {
            crc.update(buffer.slice(at, length));
        }
    }
}
