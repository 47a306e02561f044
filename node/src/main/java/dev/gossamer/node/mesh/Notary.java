package dev.gossamer.node.mesh;

import dev.gossamer.membership.agreement.AcceptorState;

/** Keeps the word that this member has given about topologies, beyond the end of the process. */
public interface Notary {
    /**
     * Returns when the state will survive the loss of power.
     *
     * @throws RuntimeException when it may not; this member must say nothing any more then
     */
    void save(AcceptorState state);
}
