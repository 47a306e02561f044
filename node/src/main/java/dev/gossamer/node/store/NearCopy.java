package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;

/**
 * What another member, the primary of the key's slot, answered when it was asked for the key.
 * Immutable.
 */
public final class NearCopy {
    private final Question question;
    private final Entry entry;
    private final long sequence;

    /**
     * Until then it may have been invalidated on its way: nothing is proved but when it was asked
     * for.
     */
    private volatile boolean isSettled;

    /** Taken out: who has found it just before sees that. */
    private volatile boolean isOut;

    /**
     * A question to a primary: what it is about, when it was put, and what was void then.
     *
     * @param hash of the key, as invalidations name it
     * @param askedNanos of this node's monotonic clock, read before it was sent
     */
    public record Question(
            Bytes key,
            int slot,
            long hash,
            NearOrigin origin,
            long askedNanos,
            long originGeneration,
            long slotGeneration) {}

    /**
     * @param sequence of the origin's log, read there before the entry was
     */
    public NearCopy(Question question, Entry entry, long sequence) {
        this.question = question;
        this.entry = entry;
        this.sequence = sequence;
    }

    public Entry entry() {
        return entry;
    }

    public NearOrigin origin() {
        return question.origin();
    }

    /** Everything that the origin has invalidated up to here was known to it. */
    public long sequence() {
        return sequence;
    }

    Question question() {
        return question;
    }

    boolean isOf(Bytes key) {
        return question.key().equals(key);
    }

    /** It was put, and nothing that names it had been heard by then. */
    public void settle() {
        isSettled = true;
    }

    void markOut() {
        isOut = true;
    }

    boolean isOut() {
        return isOut;
    }

    /**
     * The latest time, by this node's clock, at which it was certainly current, if it {@linkplain
     * NearTier#stands stands} after this was called.
     */
    public long currentNanos() {
        return isSettled
                ? Math.max(question.askedNanos(), question.origin().provenNanos())
                : question.askedNanos();
    }
}
