package dev.gossamer.node.store.disk.format;

import java.util.Objects;

/**
 * A value as a record keeps it. Immutable, as long as nobody writes to the array.
 *
 * @param bytes for reading only; the first {@code length} of them are stored
 * @param valueBytes the length of the value itself
 */
public record StoredValue(Compression compression, byte[] bytes, int length, int valueBytes) {
    /** Of records without one. */
    public static final StoredValue NOTHING = new StoredValue(Compression.NONE, new byte[0], 0, 0);

    public StoredValue {
        Objects.checkFromIndexSize(0, length, bytes.length);
        boolean isPlain = compression == Compression.NONE;
        if (valueBytes < 0 || (isPlain ? length != valueBytes : length >= valueBytes)) {
            throw new IllegalArgumentException(
                    length + " bytes of " + compression + " for " + valueBytes);
        }
    }

    /** The value as it is; not copied. */
    public static StoredValue plain(byte[] value) {
        return new StoredValue(Compression.NONE, value, value.length, value.length);
    }

    /**
     * The value compressed, if that saves at least {@value DiskFormat#UNIT_BYTES} bytes; else as it
     * is. O(length); the array that it is compressed into is as long as the value.
     */
    public static StoredValue of(byte[] value, Compression compression) {
        int room = value.length - DiskFormat.UNIT_BYTES;
        if (compression == Compression.NONE || room <= 0) {
            return plain(value);
        }
        byte[] target = new byte[room];
        int length = compression.compress(value, target);
        return length == Compression.NO_ROOM
                ? plain(value)
                : new StoredValue(compression, target, length, value.length);
    }
}
