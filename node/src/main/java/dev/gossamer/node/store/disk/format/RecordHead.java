package dev.gossamer.node.store.disk.format;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;

/**
 * Everything about a record that has a fixed length. Immutable; one that was read is one whose
 * checksum held.
 *
 * @param position the upper 32 bits of the key's hash, unsigned
 * @param epoch of the version, as the next two
 * @param expiresAtMillis milliseconds since 1970, or 0 for never; of a tombstone, when it may be
 *     forgotten
 * @param tagCount of the tags that the value depends on
 * @param storedBytes the value's length in the record
 * @param valueBytes the value's length when it is decompressed
 */
public record RecordHead(
        RecordKind kind,
        Compression compression,
        int slot,
        int position,
        long epoch,
        long clock,
        long member,
        long expiresAtMillis,
        int tagCount,
        int keyBytes,
        int storedBytes,
        int valueBytes)
        implements ReadHead {
    /** Before the checksums of chunks. */
    static final int FIXED_BYTES = 72;

    static final int TAGS_MAX = 0xffff;

    public RecordHead {
        if (slot < 0 || slot >= Slot.COUNT || epoch < 0 || clock < 0) {
            throw new IllegalArgumentException(
                    "a record of slot " + slot + ", version " + epoch + "-" + clock);
        }
        if (!isPossible(kind, compression, tagCount, keyBytes, storedBytes, valueBytes)) {
            throw new IllegalArgumentException(
                    "no %s has %d tags, a key of %d bytes and a value of %d, stored (%s) in %d"
                            .formatted(
                                    kind,
                                    tagCount,
                                    keyBytes,
                                    valueBytes,
                                    compression,
                                    storedBytes));
        }
    }

    /** Whether such a record can be: what is read is asked first. */
    static boolean isPossible(
            RecordKind kind,
            Compression compression,
            int tagCount,
            int keyBytes,
            int storedBytes,
            int valueBytes) {
        if (tagCount < 0 || tagCount > TAGS_MAX) {
            return false;
        }
        return switch (kind) {
            case VALUE ->
                    isKeyLength(keyBytes)
                            && valueBytes >= 0
                            && valueBytes <= DiskFormat.VALUE_BYTES_MAX
                            && storedBytes >= 0
                            && (compression == Compression.NONE
                                    ? storedBytes == valueBytes
                                    : storedBytes < valueBytes);
            case TOMBSTONE -> isKeyLength(keyBytes) && (tagCount | storedBytes | valueBytes) == 0;
            case ERASE, ERASE_SLOT -> (tagCount | keyBytes | storedBytes | valueBytes) == 0;
        };
    }

    private static boolean isKeyLength(int keyBytes) {
        return keyBytes >= 0 && keyBytes <= DiskFormat.KEY_BYTES_MAX;
    }

    /** How many checksums the stored value has: one for each started {@code CHUNK_BYTES}. */
    public int chunkCount() {
        return chunkCount(storedBytes);
    }

    /** Of a chunk's stored bytes; all but the last are as long as they can be. */
    public int chunkBytes(int chunk) {
        return Math.min(DiskFormat.CHUNK_BYTES, storedBytes - chunk * DiskFormat.CHUNK_BYTES);
    }

    private static int chunkCount(int storedBytes) {
        return (storedBytes + DiskFormat.CHUNK_BYTES - 1) / DiskFormat.CHUNK_BYTES;
    }

    /** From the record's start to its key. */
    int keyOffset() {
        return FIXED_BYTES + Integer.BYTES * chunkCount() + Long.BYTES * tagCount;
    }

    /** From the record's start to its tags. */
    int tagsOffset() {
        return FIXED_BYTES + Integer.BYTES * chunkCount();
    }

    /** The head's length, which is where the stored value starts. */
    public int headBytes() {
        return keyOffset() + keyBytes;
    }

    /** The record's length, a multiple of {@code UNIT_BYTES}. */
    public int recordBytes() {
        return DiskFormat.toUnits(headBytes() + storedBytes);
    }

    public Version version() {
        return new Version(epoch, clock, new MemberId(member));
    }

    /** How long a value's record will be. O(1). */
    public static int recordBytes(int keyBytes, int tagCount, int storedBytes) {
        return DiskFormat.toUnits(headBytes(keyBytes, tagCount, storedBytes) + storedBytes);
    }

    static int headBytes(int keyBytes, int tagCount, int storedBytes) {
        int chunks = chunkCount(storedBytes);
        return FIXED_BYTES + Integer.BYTES * chunks + Long.BYTES * tagCount + keyBytes;
    }
}
