package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Version;
import org.jspecify.annotations.Nullable;

/** What became of an {@link Operation}. */
public sealed interface Outcome {
    /**
     * Done.
     *
     * @param version what the primary gave the change
     * @param number the new length or the new integer, where the operation names one; else 0
     * @param text the new decimal, where the operation names one
     * @param previous the live entry before, where it was asked for and there was one
     */
    record Applied(Version version, long number, @Nullable String text, @Nullable Entry previous)
            implements Outcome {}

    /**
     * Not done, for its condition did not hold or there was nothing to change.
     *
     * @param previous the live entry that stands, where it was asked for and there is one
     */
    record Unchanged(@Nullable Entry previous) implements Outcome {}

    /**
     * What became of {@link Operation.TakeLease}.
     *
     * @param entry the live entry, which is due unless it is a {@link State#HIT}
     * @param token of the lease that the caller has now; else {@link Version#NONE}
     * @param ageMillis how long ago the entry was written, by this member's clock; 0 without one
     * @param leftMillis how long the lease lasts yet, or the knowledge that nothing is there
     */
    record Leased(
            State state, @Nullable Entry entry, Version token, long ageMillis, long leftMillis)
            implements Outcome {
        /** How the key stands. */
        public enum State {
            /** The entry is there, and not due. */
            HIT,
            /** The caller is to load it. */
            LOAD,
            /** Somebody else loads it. */
            BUSY,
            /** Its origin is known to have nothing. */
            ABSENT
        }
    }

    /** Not done and nothing changed: the request was wrong, or came to the wrong place. */
    record Refused(ErrorCode code, String message) implements Outcome {}

    /** Whether the same call may have another outcome in a moment. */
    default boolean isToBeSentAgain() {
        return this instanceof Refused(var code, var _) && code.retryable();
    }
}
