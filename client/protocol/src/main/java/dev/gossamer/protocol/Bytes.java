package dev.gossamer.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An immutable sequence of bytes with value equality: a key, or anything that nodes treat as
 * opaque. The hash is computed once, when the bytes are wrapped.
 *
 * <p><b>Ownership.</b> {@link #wrap} takes the array over without copying it: the caller must not
 * write to it again. {@link #array} hands out the same array and must only be read.
 */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;
    private final int hash;

    private Bytes(byte[] array) {
        this.array = array;
        this.hash = Arrays.hashCode(array);
    }

    /** Takes {@code array} over; it must not be changed afterwards. */
    public static Bytes wrap(byte[] array) {
        return new Bytes(array);
    }

    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return new Bytes(copy);
    }

    /** The UTF-8 form of {@code text}. */
    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The backing array, for reading only. */
    public byte[] array() {
        return array;
    }

    public int length() {
        return array.length;
    }

    /** Which of the {@link Slot#COUNT} slots a key of these bytes lives in. */
    public int slotIndex() {
        return Slot.indexOf(array, 0, array.length);
    }

    /** These bytes read as UTF-8; malformed parts become replacement characters. */
    public String toUtf8() {
        return new String(array, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && hash == that.hash && Arrays.equals(array, that.array);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Printable ASCII as it is, all else as {@code \xNN}; at most 128 bytes are shown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int shown = Math.min(array.length, 128);
        for (int i = 0; i < shown; i++) {
            int value = array[i] & 0xff;
            if (value >= 0x20 && value < 0x7f && value != '\\') {
                text.append((char) value);
            } else {
                text.append(String.format("\\x%02x", value));
            }
        }
        return shown < array.length
                ? text.append("…(").append(array.length).append(" bytes)").toString()
                : text.toString();
    }
}
