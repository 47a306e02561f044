package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.protocol.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written to the log of one place. Identity counts: a place's change is current until
 * another one of the same place is staged.
 */
final class Change {
    private static final int OVERHEAD_BYTES = 160;

    final RecordKind kind;
    final int slot;
    final long position;
    final Bytes key;

    /** The value or the tombstone; null for an erasure. */
    final @Nullable Entry entry;

    /** Of the key, see {@link DiskCaches}. */
    final int cache;

    /** Its place in the order of all changes, from 1 on; given by {@link Staging}. */
    long sequence;

    /** Whether the log may have a record that this one makes void; under the slot's lock. */
    boolean isNoted;

    /** Where it was written; set by the writer. */
    long where;

    Change(RecordKind kind, int slot, long position, Bytes key, @Nullable Entry entry, int cache) {
        this.kind = kind;
        this.slot = slot;
        this.position = position;
        this.key = key;
        this.entry = entry;
        this.cache = cache;
    }

    /**
     * Whether it is written in its turn, even if another one of its place has been staged: it
     * concerns more than what stands there in the end.
     */
    boolean isAlwaysWritten() {
        return kind == RecordKind.ERASE_SLOT;
    }

    long place() {
        return placeOf(slot, position);
    }

    static long placeOf(int slot, long position) {
        return ((long) slot << (Integer.SIZE + 1)) | position;
    }

    /** The memory it takes, at most. */
    int weightBytes() {
        return OVERHEAD_BYTES + key.length() + (entry == null ? 0 : entry.valueLength());
    }
}
