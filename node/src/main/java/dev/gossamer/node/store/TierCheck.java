package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Whether the map and everything that is derived from it agree; for tests, on a quiet tier. */
final class TierCheck {
    private final Map<Bytes, Entry> map;
    private final MemoryTier tier;
    private final long size;

    /**
     * @param size entries of the map, those included that it hides because they have expired
     */
    TierCheck(Map<Bytes, Entry> map, MemoryTier tier, long size) {
        this.size = size;
        this.map = map;
        this.tier = tier;
    }

    void run() {
        Set<Bytes> indexed = indexed();
        agree("number of indexed keys", (long) indexed.size(), size);
        agree("whether all keys are indexed", indexed.containsAll(map.keySet()), true);
        if (Set.copyOf(map.keySet()).size() == size) {
            compareSums();
        }
    }

    private void compareSums() {
        int[] live = new int[Slot.COUNT];
        long tombstones = 0;
        long bytes = 0;
        for (var item : map.entrySet()) {
            bytes += MemoryTier.weightOf(item.getKey(), item.getValue());
            if (item.getValue().isTombstone()) {
                tombstones++;
            } else {
                live[item.getKey().slotIndex()]++;
            }
        }
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            agree("live entries of slot " + slot, tier.liveCount(slot), live[slot]);
        }
        agree("tombstones", tier.tombstoneCount(), tombstones);
        agree("bytes", tier.bytes(), bytes);
    }

    private Set<Bytes> indexed() {
        Set<Bytes> keys = new HashSet<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            for (Bytes key : tier.keysFrom(slot, 0, Integer.MAX_VALUE).keys()) {
                agree("slot of " + key, slot, key.slotIndex());
                agree("first sight of " + key, keys.add(key), true);
            }
        }
        return keys;
    }

    private static void agree(String what, Object counted, Object found) {
        if (!counted.equals(found)) {
            throw new IllegalStateException(what + ": " + counted + ", but the map has " + found);
        }
    }
}
