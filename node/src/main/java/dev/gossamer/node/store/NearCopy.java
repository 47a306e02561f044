package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;

/**
 * What another member, the primary of the key's slot, answered when it was asked for the key.
 * Immutable, but for being voided once.
 */
public final class NearCopy {
    private final Question question;
    private final Entry entry;
    private final long sequence;
    private volatile boolean voided;

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

    /**
     * It stands no more: what invalidates it from now on does not find it. So who has it in hand
     * must read {@link #currentNanos} first, and then look whether it is void: a proof that came
     * after the invalidation says nothing of this copy.
     */
    void markVoid() {
        voided = true;
    }

    boolean isVoid() {
        return voided;
    }

    /** The latest time, by this node's clock, at which it was certainly current. */
    public long currentNanos() {
        return Math.max(question.askedNanos(), question.origin().provenNanos());
    }
}
