package dev.gossamer.node.mesh;

/** What this node is for a slot under a topology: see {@link Holding}. */
enum Role {
    /** The first owner: gives versions, answers. */
    PRIMARY,
    /** Another owner: holds everything acknowledged in the caches that have a copy here. */
    BACKUP,
    /** Gets every write, and copies what there was before. */
    COPYING,
    /** Was an owner just before: still holds everything, and gets every write. */
    FORMER,
    NONE
}
