package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.util.Optional;

/** Many entries, or one, that are to count as absent. */
public sealed interface Invalidation {

    /**
     * All entries of a cache that depend on a tag. Costs two messages to each member at most,
     * however many entries there are.
     *
     * @param cache a named cache; any other name means the default cache, whose keys those are
     */
    record Tag(String cache, Bytes tag) implements Invalidation {}

    /**
     * All entries of a cache. Costs as much as a tag, where the cache is one of the settings, and
     * else as much as a prefix.
     */
    record Cache(String name) implements Invalidation {}

    /**
     * All entries whose keys begin so. Where that is not just a whole cache, it walks over all keys
     * of the mesh and removes those, one by one: a prefix that every entry depended on would cost
     * each of them memory. What is written under the prefix meanwhile may stay.
     */
    record Prefix(Bytes prefix) implements Invalidation {}

    /** One entry: it is removed. */
    record Key(Bytes key) implements Invalidation {}

    /**
     * What was done.
     *
     * @param version of the invalidation, where it is one step
     * @param removed how many entries were removed one by one
     */
    record Done(Optional<Version> version, long removed) {}
}
