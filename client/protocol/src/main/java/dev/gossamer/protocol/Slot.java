package dev.gossamer.protocol;

/**
 * One of the {@value #COUNT} fixed parts of the key space. A key never changes its slot; slots
 * change owners.
 *
 * <p>A key's slot is CRC16/XMODEM of the key, or of its hashtag, modulo {@value #COUNT}, as the
 * Redis Cluster specification defines it: the hashtag is what stands between the first <code>{
 * </code> and the first <code>}</code> after it, when that is not empty.
 */
public record Slot(int index) implements Comparable<Slot> {
    public static final int COUNT = 16_384;

    public Slot {
        if (index < 0 || index >= COUNT) {
            throw new IllegalArgumentException("slot " + index + " is outside [0, " + COUNT + ")");
        }
    }

    public static Slot of(Bytes key) {
        return new Slot(key.slotIndex());
    }

    /**
     * The index of the slot of the key in {@code bytes[offset, offset + length)}; allocates
     * nothing.
     */
    public static int indexOf(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int open = indexOf(bytes, offset, end, (byte) '{');
        if (open >= 0) {
            int close = indexOf(bytes, open + 1, end, (byte) '}');
            if (close > open + 1) {
                return Crc16.of(bytes, open + 1, close - open - 1) & (COUNT - 1);
            }
        }
        return Crc16.of(bytes, offset, length) & (COUNT - 1);
    }

    private static int indexOf(byte[] bytes, int from, int to, byte wanted) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int compareTo(Slot other) {
        return Integer.compare(index, other.index);
    }
}
