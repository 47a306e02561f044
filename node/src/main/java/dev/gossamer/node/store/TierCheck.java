package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Whether the map and everything that is derived from it agree; for tests, on a quiet tier. */
final class TierCheck {
    private static final int RANKS = 3;

    private final Map<Bytes, Entry> map;
    private final Tombstones tombstones;
    private final Digests digests;
    private final MemoryTier tier;
    private final long size;

    /**
     * @param size entries of the map, those included that it hides because they have expired
     */
    TierCheck(
            Map<Bytes, Entry> map,
            Tombstones tombstones,
            Digests digests,
            MemoryTier tier,
            long size) {
        this.size = size;
        this.map = map;
        this.tombstones = tombstones;
        this.digests = digests;
        this.tier = tier;
    }

    void run() {
        Set<Bytes> indexed = indexed();
        agree("number of indexed keys", (long) indexed.size(), size + tombstones.count());
        agree("whether all keys are indexed", indexed.containsAll(map.keySet()), true);
        if (Set.copyOf(map.keySet()).size() == size) {
            compareSums(indexed);
        }
    }

    private void compareSums(Set<Bytes> indexed) {
        int[] live = new int[Slot.COUNT];
        long bytes = 0;
        long tombstoneBytes = 0;
        for (Bytes key : indexed) {
            Entry entry = kept(key);
            agree("tombstone of " + key, tombstones.findOrNull(key) != null, !map.containsKey(key));
            int weight = MemoryTier.weightOf(key, entry);
            bytes += entry.isTombstone() ? 0 : weight;
            tombstoneBytes += entry.isTombstone() ? weight : 0;
            live[key.slotIndex()] += entry.isTombstone() ? 0 : 1;
        }
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            agree("live entries of slot " + slot, tier.liveCount(slot), live[slot]);
        }
        agree("bytes", tier.bytes(), bytes);
        agree("bytes of tombstones", tier.tombstoneBytes(), tombstoneBytes);
        for (int rank = 0; rank < RANKS; rank++) {
            compareDigests(indexed, rank);
        }
    }

    private void compareDigests(Set<Bytes> indexed, int rank) {
        long[] expected = new long[Slot.COUNT];
        for (Bytes key : indexed) {
            if (digests.reaches(rank, key)) {
                int slot = key.slotIndex();
                expected[slot] ^= EntryMix.of(slot, MemoryTier.positionOf(key), kept(key));
            }
        }
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            agree("digest of slot " + slot, tier.digest(slot, rank), expected[slot]);
        }
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

    private Entry kept(Bytes key) {
        Entry entry = tier.peekOrNull(key);
        if (entry == null) {
            throw new IllegalStateException(key + " is in the index and nowhere else");
        }
        return entry;
    }

    private static void agree(String what, Object counted, Object found) {
        if (!counted.equals(found)) {
            throw new IllegalStateException(what + ": " + counted + ", but the map has " + found);
        }
    }
}
