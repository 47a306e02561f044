package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Version;
import java.util.BitSet;
import java.util.Optional;

/**
 * What this node invalidated as the primary of its slots, numbered without a gap, for edges that
 * feed it to clients (C4).
 *
 * <p>A copy that was taken from this node as of position p (read before the value), and that no
 * entry after p names, was current at every time at which {@link #isProven} held and {@link
 * #position}, asked afterwards, was the end of what the reader has heard.
 *
 * <p><b>Threads.</b> All methods by any thread; none blocks for longer than it takes to copy one
 * {@link Run}.
 */
public interface FollowedLog {

    /**
     * A place in the log.
     *
     * @param incarnation which life of this node's log; a greater one voids all earlier ones
     * @param sequence of the last entry up to here; 0 before the first
     */
    record Position(long incarnation, long sequence) {}

    /** What an entry voids. */
    enum Voids {
        /** Copies of the key with this hash in this slot. */
        KEY,
        /** Copies that were built under an older version of the tag with this hash. */
        TAG,
        /** Copies of any key of this slot. */
        SLOT
    }

    /** Consecutive entries, addressed by their place in here: {@code 0 <= index < count()}. */
    interface Run {
        /** The sequence of the first. */
        long first();

        int count();

        /** The sequence of the last. */
        default long last() {
            return first() + count() - 1;
        }

        Voids voids(int index);

        /** Index of the slot of the key or tag. */
        int slot(int index);

        /** {@link dev.gossamer.protocol.KeyHash} of the key or tag. */
        long hash(int index);

        /** What voids all before it. */
        Version version(int index);
    }

    /**
     * Which slots changed.
     *
     * @param upTo the end of the log when this was said
     * @param slots indexes of slots
     */
    record Changes(Position upTo, BitSet slots) {}

    /** The end of the log, as of now. */
    Position position();

    /**
     * Some of what comes after {@code sequence}, beginning right after it.
     *
     * @return empty when there is nothing after it, or when it is no longer kept: {@link #position}
     *     tells which, when it was asked before
     */
    Optional<Run> after(long sequence);

    /** Exactly the slots with an entry after {@code sequence}, however long ago. */
    Changes changesSince(long sequence);

    /**
     * Whether this node holds, now, the authority of an agreed topology of which the log knows all
     * (C5). Nothing is proved by a log of which this was not so before its end was read.
     */
    boolean isProven();

    /** Whether this node serves the slot as its primary. */
    boolean serves(int slot);
}
