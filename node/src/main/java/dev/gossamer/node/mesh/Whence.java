package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.protocol.Member;
import org.jspecify.annotations.Nullable;

/**
 * Where the answer to a read came from.
 *
 * @param from the member that gave it, or null for this one
 * @param isNear whether it is a near copy of what that member gave
 * @param ageNanos it was certainly current so long ago
 * @param at the end of this node's log before it read the entry, where it was asked for
 */
record Whence(@Nullable Member from, boolean isNear, long ageNanos, @Nullable Position at) {
    /** From this node's own memory, for itself. */
    static final Whence HERE = new Whence(null, false, 0, null);

    static Whence here(@Nullable Position at) {
        return at == null ? HERE : new Whence(null, false, 0, at);
    }

    static Whence owner(Member from) {
        return owner(from, 0);
    }

    /** For who joined a question that somebody else had asked so long ago. */
    static Whence owner(Member from, long ageNanos) {
        return new Whence(from, false, ageNanos, null);
    }

    static Whence near(Member from, long ageNanos) {
        return new Whence(from, true, ageNanos, null);
    }
}
