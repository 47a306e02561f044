package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;

/** Hears of entries that leave a tier by themselves. */
@FunctionalInterface
public interface LeftListener {
    /**
     * Called inside the key's atomic computation: it must not wait, nor call the tier.
     *
     * @param expired whether its time was over; else there was no room for it
     */
    void left(Bytes key, Entry entry, boolean expired);
}
