package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;

/** What was found where a record was looked for: what it keeps, or why it can't be believed. */
public sealed interface ReadRecord permits ReadRecord.Whole, Flaw {
    /**
     * A value or a tombstone, all checksums of which hold.
     *
     * @param key the full one; whether it is the one that was asked for is for the caller to see
     */
    record Whole(Bytes key, Entry entry) implements ReadRecord {}
}
