package dev.gossamer.node.cli.disk;

import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import dev.gossamer.protocol.Bytes;
import java.util.Optional;

/**
 * Which records {@code disk dump} shows. Erasures are shown for a slot or a key that they void.
 *
 * @param slot only of this one
 * @param key only of this one
 * @param cache only of this one
 */
public record RecordFilter(Optional<Integer> slot, Optional<Bytes> key, Optional<String> cache) {

    /** Whether the record may be one: its key is still to be asked. */
    boolean mayMatch(SegmentIndex index, int fact) {
        if (slot.isPresent() && slot.get() != index.slot(fact)) {
            return false;
        }
        if (cache.isPresent() && !cache.get().equals(index.caches().get(index.cache(fact)))) {
            return false;
        }
        return key.isEmpty() || isAt(index, fact, key.get());
    }

    private static boolean isAt(SegmentIndex index, int fact, Bytes key) {
        return index.slot(fact) == key.slotIndex()
                && (index.kind(fact) == RecordKind.ERASE_SLOT
                        || index.position(fact) == (int) MemoryTier.positionOf(key));
    }

    /** Whether a record with this key is one; two keys may share a place. */
    boolean matches(Bytes found) {
        return key.isEmpty() || key.get().equals(found);
    }
}
