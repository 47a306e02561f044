package dev.gossamer.node.cache;

import java.util.List;

/**
 * A part of a slot.
 *
 * @param next the position to go on from, or {@link #END}
 */
public record SlotPage(List<Keyspace.Item> items, long next) {
    public static final long END = -1;
}
