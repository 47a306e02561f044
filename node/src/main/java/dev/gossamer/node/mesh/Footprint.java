package dev.gossamer.node.mesh;

/** How much this node's memory tier holds, for what the members tell each other. Any thread. */
public interface Footprint {
    long entries();

    long bytes();

    long bytesMax();
}
