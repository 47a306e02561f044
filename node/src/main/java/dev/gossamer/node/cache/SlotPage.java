package dev.gossamer.node.cache;

import dev.gossamer.node.store.KeyRanges;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.Tiers;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a slot.
 *
 * @param next the position to go on from, or {@link #END}
 */
public record SlotPage(List<Keyspace.Item> items, long next) {
    public static final long END = -1;

    /** What has not expired by now, as {@link Keyspace#page} describes it. May wait for the SSD. */
    static SlotPage of(Tiers tiers, long now, int slot, long from, int entriesMax, long bytesMax) {
        Tiers.Page page =
                tiers.pageFrom(slot, from, KeyRanges.END, entriesMax, _ -> true, bytesMax, true);
        List<Keyspace.Item> items = new ArrayList<>(page.items().size());
        long bytes = 0;
        long last = END;
        for (LowerTier.RestedItem each : page.items()) {
            long position = MemoryTier.positionOf(each.key());
            if (bytes >= bytesMax && position != last) {
                return new SlotPage(items, position);
            }
            last = position;
            if (!each.entry().expiredAt(now)) {
                items.add(new Keyspace.Item(each.key(), each.entry()));
                bytes += each.key().length() + each.entry().valueLength();
            }
        }
        return new SlotPage(items, page.next() < 0 ? END : page.next());
    }
}
