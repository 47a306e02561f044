package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Keyspace.KeyVersion;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.Tiers;
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
    static VersionPage of(Tiers.Page page, Predicate<Bytes> counts, long asOf) {
        List<KeyVersion> versions = new ArrayList<>(page.items().size());
        for (LowerTier.RestedItem each : page.items()) {
            if (counts.test(each.key())) {
                versions.add(new KeyVersion(each.key(), each.entry().version()));
            }
        }
        return new VersionPage(versions, page.next() < 0 ? END : page.next(), asOf);
    }
}
