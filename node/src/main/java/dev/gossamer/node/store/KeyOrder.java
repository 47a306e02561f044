package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;

/**
 * The order in which a walk over a slot meets its keys: by an unsigned 32-bit hash of the key's
 * bytes. It is the same on every node, so that a walk can go on at another member.
 */
final class KeyOrder {
    private KeyOrder() {}

    /** The upper half of the key's hash, to be compared as unsigned. */
    static int of(Bytes key) {
        return (int) (KeyHash.of(key) >>> 32);
    }
}
