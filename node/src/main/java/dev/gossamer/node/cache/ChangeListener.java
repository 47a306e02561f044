package dev.gossamer.node.cache;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;

/**
 * Hears of every change of what stands under a key: a write, a removal (of what is not here, too),
 * and a version that came from another member. What leaves by capacity or expiry, or because this
 * node does not own it any more, is no such change.
 *
 * <p><b>Threads.</b> Called by whoever changes the key, under the lock of its slot, after the
 * memory tier has the change and before anybody is told that it happened. It must not wait, nor
 * call the key space for another slot.
 */
@FunctionalInterface
public interface ChangeListener {
    /**
     * @param version what the key has now is of this version, or later; or absent because of it
     */
    void changed(int slot, Bytes key, Version version);
}
