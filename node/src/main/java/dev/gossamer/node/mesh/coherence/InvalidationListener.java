package dev.gossamer.node.mesh.coherence;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;

/**
 * Hears of what other members invalidate, in the order in which it has to be done.
 *
 * <p><b>Threads.</b> One thread at a time, which must not wait.
 */
public interface InvalidationListener {
    /** See {@link Effect.Deliver}. */
    void invalidated(Effect.Deliver delivery);

    /** See {@link Effect.Overrun}. */
    void overrun(Effect.Overrun overrun);

    /** See {@link Effect.Watermark}. */
    default void proven(Effect.Watermark mark) {}
}
