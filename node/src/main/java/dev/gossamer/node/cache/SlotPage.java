package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a slot.
 *
 * @param next the position to go on from, or {@link #END}
 */
public record SlotPage(List<Keyspace.Item> items, long next) {
    public static final long END = -1;

    /** What has not expired by now, as {@link Keyspace#page} describes it. */
    static SlotPage of(
            MemoryTier tier, long now, int slot, long from, int entriesMax, long bytesMax) {
        MemoryTier.KeyPage keys = tier.keysFrom(slot, from, entriesMax);
        List<Keyspace.Item> items = new ArrayList<>(keys.keys().size());
        long bytes = 0;
        long last = END;
        for (Bytes key : keys.keys()) {
            long position = MemoryTier.positionOf(key);
            if (bytes >= bytesMax && position != last) {
                return new SlotPage(items, position);
            }
            last = position;
            Entry entry = tier.peekOrNull(key);
            if (entry != null && !entry.expiredAt(now)) {
                items.add(new Keyspace.Item(key, entry));
                bytes += key.length() + entry.valueLength();
            }
        }
        return new SlotPage(items, keys.next() < 0 ? END : keys.next());
    }
}
