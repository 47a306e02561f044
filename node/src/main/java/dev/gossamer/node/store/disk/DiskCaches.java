package dev.gossamer.node.store.disk;

import dev.gossamer.protocol.Bytes;
import java.util.List;

/** The named caches as far as the SSD needs to know them. Thread-safe; allocates nothing. */
public interface DiskCaches {
    /** Which of {@link #all} a key belongs to. */
    int indexOf(Bytes key);

    /** The name of the cache a key belongs to. */
    default String nameOf(Bytes key) {
        return all().get(indexOf(key)).name();
    }

    /** Always the same list; at most 4,096. */
    List<Named> all();

    /**
     * One cache.
     *
     * @param name as in the keys' prefix
     * @param copies how many copies it wants, at least 1
     */
    record Named(String name, int copies, DiskRules rules) {}
}
