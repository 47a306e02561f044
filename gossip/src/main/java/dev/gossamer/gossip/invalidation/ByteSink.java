package dev.gossamer.gossip.invalidation;

import java.util.Arrays;

/** A message being written: big-endian numbers into an array that grows up to a bound. */
final class ByteSink {
    private static final int BYTES_AT_FIRST = 128;
    private final int bytesMax;
    private byte[] bytes;
    private int length;

    ByteSink(int bytesMax) {
        this.bytesMax = bytesMax;
        this.bytes = new byte[Math.min(BYTES_AT_FIRST, bytesMax)];
    }

    int length() {
        return length;
    }

    int left() {
        return bytesMax - length;
    }

    ByteSink u8(int value) {
        if (length == bytes.length) {
            if (length == bytesMax) {
                throw new IllegalStateException("message of more than " + bytesMax + " bytes");
            }
            bytes = Arrays.copyOf(bytes, Math.min(2 * length, bytesMax));
        }
        bytes[length++] = (byte) value;
        return this;
    }

    ByteSink u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    ByteSink i64(long value) {
        return u16((int) (value >>> 48))
                .u16((int) (value >>> 32))
                .u16((int) (value >>> 16))
                .u16((int) value);
    }

    /** Seven bits a byte, the lowest first; 1 byte below 128, at most 10. */
    ByteSink varint(long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            u8(((int) left & 0x7f) | 0x80);
            left >>>= 7;
        }
        return u8((int) left);
    }

    /** A difference of either sign, short when it is small. */
    ByteSink zigzag(long value) {
        return varint((value << 1) ^ (value >> 63));
    }

    ByteSink raw(byte[] value) {
        for (byte each : value) {
            u8(each);
        }
        return this;
    }

    /** Replaces two bytes that were written before. */
    void patchU16(int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    /** Takes back what was written from {@code newLength} on. */
    void truncate(int newLength) {
        length = newLength;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
