package dev.gossamer.node.store.disk.format;

import dev.gossamer.protocol.Slot;

/**
 * One entry of the index in memory, as a snapshot keeps it.
 *
 * @param position unsigned
 * @param flags up to eight bits, which mean what the index wants
 * @param writer into the snapshot's table of writers
 * @param cache into the snapshot's table of caches
 * @param segment the number of the segment that the record is in
 * @param offset where it starts there, a multiple of {@code UNIT_BYTES}
 * @param length of the record or at least of its part that is read first, likewise a multiple
 * @param expirySeconds unsigned; 0 for never
 */
public record SnapshotEntry(
        int slot,
        int position,
        int flags,
        long clock,
        int writer,
        int cache,
        long segment,
        int offset,
        int length,
        int expirySeconds) {
    public SnapshotEntry {
        if (slot < 0 || slot >= Slot.COUNT || (flags & ~0xff) != 0 || (offset | length) < 0) {
            throw new IllegalArgumentException(
                    "slot %d, flags %d, %d bytes at %d".formatted(slot, flags, length, offset));
        }
        if ((offset | length) % DiskFormat.UNIT_BYTES != 0 || clock < 0) {
            throw new IllegalArgumentException("%d bytes at %d".formatted(length, offset));
        }
    }
}
