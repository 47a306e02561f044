package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;

/**
 * Consecutive invalidations of one origin, without a gap. Immutable; 40 bytes each, in one array.
 *
 * <p>They are addressed by their place in here, {@code 0 <= index < count()}; the sequence of the
 * one at {@code index} is {@code first() + index}.
 */
public final class Invalidations {
    static final int FIELDS = 5;

    private final long first;
    private final long[] fields;

    /**
     * @param fields head, hash, epoch, clock and member of each; not copied
     */
    Invalidations(long first, long[] fields) {
        this.first = first;
        this.fields = fields;
    }

    /** Kind and slot in one number below 2^16. */
    static long head(Kind kind, int slot) {
        return ((long) kind.code() << 14) | slot;
    }

    static boolean isHead(long head) {
        return head >>> 14 < Kind.values().length;
    }

    /** The sequence of the first. */
    public long first() {
        return first;
    }

    /** The sequence of the last. */
    public long last() {
        return first + count() - 1;
    }

    public int count() {
        return fields.length / FIELDS;
    }

    public Kind kind(int index) {
        return Kind.of((int) (head(index) >>> 14));
    }

    /** Index of the slot of the key or tag. */
    public int slot(int index) {
        return (int) head(index) & 0x3fff;
    }

    /** 64 bits of hash of the key or tag, by the origin's hash function. */
    public long hash(int index) {
        return fields[index * FIELDS + 1];
    }

    /** The version that voids all before it. */
    public Version version(int index) {
        return new Version(epoch(index), clock(index), new MemberId(member(index)));
    }

    long head(int index) {
        return fields[index * FIELDS];
    }

    long epoch(int index) {
        return fields[index * FIELDS + 2];
    }

    long clock(int index) {
        return fields[index * FIELDS + 3];
    }

    long member(int index) {
        return fields[index * FIELDS + 4];
    }

    @Override
    public String toString() {
        return count() + " invalidations from " + first;
    }
}
