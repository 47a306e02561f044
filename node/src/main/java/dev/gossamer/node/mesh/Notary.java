package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.AcceptorState;

/**
 * Keeps what must not end with the process: the word that this member has given about topologies,
 * and what it held.
 */
public interface Notary {
    /**
     * Returns when the state will survive the loss of power.
     *
     * @throws RuntimeException when it may not; this member must say nothing any more then
     */
    void save(AcceptorState state);

    /** What was kept last, by an earlier run; {@link Past#NONE} when there is nothing. */
    default Past past() {
        return Past.NONE;
    }

    /**
     * Returns when it will survive the loss of power. Whatever has come to this node's entries
     * before this is called must survive it first: entries that were stored, replaced and dropped,
     * above all of slots that were dropped whole. Without a disk for entries there is nothing to
     * keep.
     *
     * @throws RuntimeException when it may not survive, which does no harm
     */
    default void keep(Past past) {}
}
