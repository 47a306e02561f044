package dev.gossamer.client.metrics;

import dev.gossamer.protocol.ErrorCode;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Hears what the client does. Implementations are called by the client's own threads and by
 * callers, must be safe for many threads, must return at once and must not throw.
 */
public interface ClientMetrics {
    /** Nobody listens. */
    ClientMetrics NONE =
            new ClientMetrics() {
                @Override
                public void requestEnded(
                        String command, Optional<ErrorCode> error, long latencyNanos) {}

                @Override
                public void retried(String command, ErrorCode why) {}

                @Override
                public void connectionOpened() {}

                @Override
                public void connectionClosed() {}

                @Override
                public void topologyLearned(long epoch) {}

                @Override
                public void watchInFlight(LongSupplier requests, LongSupplier bytes) {}
            };

    /**
     * A request has ended; its retries are part of it.
     *
     * @param command the command's name on the wire
     * @param error what went wrong; empty for every answer, a miss included
     */
    void requestEnded(String command, Optional<ErrorCode> error, long latencyNanos);

    /** A request is about to be sent again. */
    void retried(String command, ErrorCode why);

    /** A connection is open and authenticated. */
    void connectionOpened();

    /** A connection that had been open is gone. */
    void connectionClosed();

    /** The client goes by a new topology. */
    void topologyLearned(long epoch);

    /** A read has looked for a near copy that was fresh enough; whether there was one. */
    default void nearRead(boolean hit) {}

    /** A near copy was dropped, for it was invalidated, overtaken or expired. */
    default void nearVoided() {}

    /** A connection was lost and is back, and its member's near copies are as good as before. */
    default void nearResumed() {}

    /** A member's log did not reach back to where this client had left off. */
    default void nearOverrun(int slots) {}

    /**
     * Called once, when a client with a near cache starts.
     *
     * @param bytes what the near copies count for now
     * @param watermarkAgeNanos how long ago that member gave proof which has been silent for
     *     longest; 0 when none has been asked
     */
    default void watchNear(LongSupplier bytes, LongSupplier watermarkAgeNanos) {}

    /**
     * Called once, when the client starts.
     *
     * @param requests how many requests wait for their answer now
     * @param bytes how many bytes they have on the wire
     */
    void watchInFlight(LongSupplier requests, LongSupplier bytes);
}
