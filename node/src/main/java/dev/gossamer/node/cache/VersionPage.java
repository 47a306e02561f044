package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A part of a slot, without the values.
 *
 * @param next the position to go on from, or {@link #END}
 * @param asOf whatever this node wrote in the slot up to this time, by its clock, was stored before
 *     the page was read. What others wrote may come later with an earlier time: see {@link
 *     Keyspace#dropUnlessLater}
 */
public record VersionPage(List<KeyVersion> versions, long next, long asOf) {
    public static final long END = -1;

    public VersionPage {
        versions = List.copyOf(versions);
    }

    /** Of the keys that count, as {@link Keyspace#versions} describes it. */
    static VersionPage of(
            MemoryTier tier, MemoryTier.KeyPage keys, Predicate<Bytes> counts, long asOf) {
        List<KeyVersion> versions = new ArrayList<>(keys.keys().size());
        for (Bytes key : keys.keys()) {
            Entry entry = counts.test(key) ? tier.peekOrNull(key) : null;
            if (entry != null) {
                versions.add(new KeyVersion(key, entry.version()));
            }
        }
        return new VersionPage(versions, keys.next() < 0 ? END : keys.next(), asOf);
    }
}
