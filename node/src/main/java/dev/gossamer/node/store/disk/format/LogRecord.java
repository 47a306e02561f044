package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;

/**
 * A record that is to be written. Immutable, as long as nobody writes to the arrays.
 *
 * @param tags hashes, for reading only
 * @param value what stands behind the head
 */
public record LogRecord(RecordHead head, Bytes key, long[] tags, StoredValue value) {
    private static final long[] NO_TAGS = {};

    public LogRecord {
        if (head.keyBytes() != key.length()
                || head.tagCount() != tags.length
                || head.storedBytes() != value.length()
                || head.valueBytes() != value.valueBytes()) {
            throw new IllegalArgumentException("the head " + head + " is another record's");
        }
    }

    /**
     * @param slot the key's
     * @param position the key's, the lower 32 bits of {@code MemoryTier.positionOf}
     * @param entry a live one
     * @param value the entry's, compressed or not
     */
    public static LogRecord value(
            int slot, int position, Bytes key, Entry entry, StoredValue value) {
        if (entry.isTombstone() || value.valueBytes() != entry.valueLength()) {
            throw new IllegalArgumentException("the value is not that of " + entry);
        }
        long[] tags = entry.tags();
        RecordHead head =
                new RecordHead(
                        RecordKind.VALUE,
                        value.compression(),
                        slot,
                        position,
                        entry.epoch(),
                        entry.clock(),
                        entry.member(),
                        entry.expiresAtMillis(),
                        tags.length,
                        key.length(),
                        value.length(),
                        value.valueBytes());
        return new LogRecord(head, key, tags, value);
    }

    /**
     * @param tombstone with the time at which it may be forgotten
     */
    public static LogRecord tombstone(int slot, int position, Bytes key, Entry tombstone) {
        if (!tombstone.isTombstone()) {
            throw new IllegalArgumentException(tombstone + " is no tombstone");
        }
        RecordHead head =
                new RecordHead(
                        RecordKind.TOMBSTONE,
                        Compression.NONE,
                        slot,
                        position,
                        tombstone.epoch(),
                        tombstone.clock(),
                        tombstone.member(),
                        tombstone.expiresAtMillis(),
                        0,
                        key.length(),
                        0,
                        0);
        return new LogRecord(head, key, NO_TAGS, StoredValue.NOTHING);
    }

    /**
     * @param version what overtook the place, for people to see; {@link Version#NONE} if nothing
     *     did
     */
    public static LogRecord erase(int slot, int position, Version version) {
        return bare(RecordKind.ERASE, slot, position, version);
    }

    /** All places of a slot are void from here on. */
    public static LogRecord eraseSlot(int slot) {
        return bare(RecordKind.ERASE_SLOT, slot, 0, Version.NONE);
    }

    private static LogRecord bare(RecordKind kind, int slot, int position, Version version) {
        RecordHead head =
                new RecordHead(
                        kind,
                        Compression.NONE,
                        slot,
                        position,
                        version.epoch(),
                        version.clock(),
                        version.member().value(),
                        Entry.NEVER,
                        0,
                        0,
                        0,
                        0);
        return new LogRecord(head, Bytes.EMPTY, NO_TAGS, StoredValue.NOTHING);
    }

    /** The record's length, a multiple of {@code UNIT_BYTES}. */
    public int recordBytes() {
        return head.recordBytes();
    }
}
