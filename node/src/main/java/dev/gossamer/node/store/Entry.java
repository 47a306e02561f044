package dev.gossamer.node.store;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import org.jspecify.annotations.Nullable;

/**
 * What is kept under a key: opaque bytes with the version that its primary gave it and the time it
 * expires; or a tombstone, which has a version and no value. Immutable; the version is kept flat,
 * for entries are many.
 */
public final class Entry {
    /** The expiry of an entry that never expires. */
    public static final long NEVER = 0;

    private final byte @Nullable [] value;
    private final long epoch;
    private final long clock;
    private final long member;
    private final long expiresAtMillis;

    private Entry(byte @Nullable [] value, Version version, long expiresAtMillis) {
        this.value = value;
        this.epoch = version.epoch();
        this.clock = version.clock();
        this.member = version.member().value();
        this.expiresAtMillis = expiresAtMillis;
    }

    /**
     * @param value taken over, not copied
     * @param expiresAtMillis milliseconds since 1970, or {@link #NEVER}
     */
    public static Entry of(byte[] value, Version version, long expiresAtMillis) {
        return new Entry(value, version, expiresAtMillis);
    }

    /**
     * @param forgetAtMillis when the tombstone may be forgotten, in milliseconds since 1970
     */
    public static Entry tombstone(Version version, long forgetAtMillis) {
        return new Entry(null, version, forgetAtMillis);
    }

    /** The same, written under another epoch. */
    public Entry inEpoch(long otherEpoch) {
        Version version = new Version(otherEpoch, clock, new MemberId(member));
        return new Entry(value, version, expiresAtMillis);
    }

    public boolean isTombstone() {
        return value == null;
    }

    /** The bytes, for reading only. @throws IllegalStateException for a tombstone */
    public byte[] value() {
        if (value == null) {
            throw new IllegalStateException("a tombstone has no value");
        }
        return value;
    }

    public int valueLength() {
        return value == null ? 0 : value.length;
    }

    public Version version() {
        return new Version(epoch, clock, new MemberId(member));
    }

    /** Milliseconds since 1970, or {@link #NEVER}. */
    public long expiresAtMillis() {
        return expiresAtMillis;
    }

    public boolean expiredAt(long nowMillis) {
        return expiresAtMillis != NEVER && expiresAtMillis <= nowMillis;
    }

    /** Whether this one's version is later, the clock compared first; allocates nothing. */
    public boolean isLaterByClock(Entry other) {
        if (clock != other.clock) {
            return clock > other.clock;
        }
        return epoch != other.epoch ? epoch > other.epoch : hasGreaterMember(other);
    }

    /** Whether this one's version is later, the epoch compared first; allocates nothing. */
    public boolean isLaterByEpoch(Entry other) {
        if (epoch != other.epoch) {
            return epoch > other.epoch;
        }
        return clock != other.clock ? clock > other.clock : hasGreaterMember(other);
    }

    private boolean hasGreaterMember(Entry other) {
        return Long.compareUnsigned(member, other.member) > 0;
    }

    /** Of the version. */
    public long epoch() {
        return epoch;
    }

    /** Of the version. */
    long clock() {
        return clock;
    }

    /** Of the version. */
    long member() {
        return member;
    }

    /** The version, and how much is kept under it; never the value itself. */
    @Override
    public String toString() {
        return version() + (isTombstone() ? " (removed)" : " (" + valueLength() + " B)");
    }
}
