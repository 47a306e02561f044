package dev.gossamer.node.cache;

import java.util.List;

/**
 * A part of a slot, without the values.
 *
 * @param next the position to go on from, or {@link #END}
 * @param asOf whatever this node wrote in the slot up to this time, by its clock, was stored before
 *     the page was read. What others wrote may come later with an earlier time: see {@link
 *     Keyspace#dropUnlessLater}
 */
public record VersionPage(List<Keyspace.KeyVersion> versions, long next, long asOf) {
    public static final long END = -1;

    public VersionPage {
        versions = List.copyOf(versions);
    }
}
