package dev.gossamer.membership;

import dev.gossamer.protocol.Topology;

/**
 * Turns views into topologies and grants their epochs. Small on purpose: who grants an epoch may
 * change.
 */
public interface TopologyAuthority {
    /**
     * The topology for {@code view}, its epoch greater than that of {@code current} when anything
     * differs.
     */
    Topology next(Topology current, MeshView view);
}
