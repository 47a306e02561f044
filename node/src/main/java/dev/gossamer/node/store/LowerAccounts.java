package dev.gossamer.node.store;

import dev.gossamer.protocol.Version;

/**
 * Where a tier under the memory accounts for what rests in it alone, so that digests and the bounds
 * of what has left say what the node has, and not just its memory.
 *
 * <p><b>Threads.</b> Any; no locks.
 */
public interface LowerAccounts {
    /**
     * A version begins to count, or ceases to; two calls undo each other.
     *
     * @param copies how many the key's cache wants
     * @param position of the key in its slot
     */
    void mixed(int slot, int copies, long position, Version version);

    /**
     * Several versions of a slot and a number of copies begin to count, or cease to.
     *
     * @param mix what {@link EntryMix} makes of each of them, in exclusive or
     */
    void mixed(int slot, int copies, long mix);

    /**
     * A version that counts is about to leave because it cannot be had any more: {@link Losses}.
     */
    void lost(int slot);

    /** A version that counted has left without a successor. */
    void letGo(int slot, long clock);
}
