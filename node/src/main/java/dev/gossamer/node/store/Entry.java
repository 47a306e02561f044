package dev.gossamer.node.store;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import org.jspecify.annotations.Nullable;

/**
 * What is kept under a key: opaque bytes with the version that its primary gave it and the time it
 * expires; or a tombstone, which has a version and no value. Immutable; the version is kept flat,
 * for entries are many.
 *
 * <p>An entry may depend on tags: then it counts as absent from the moment on at which one of them
 * is invalidated later than its version says. Which moment that is, is not kept here. Entries
 * without tags cost nothing for those that have some.
 */
public sealed class Entry {
    /** The expiry of an entry that never expires. */
    public static final long NEVER = 0;

    private static final long[] NO_TAGS = {};

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
     * @param value taken over, not copied
     * @param expiresAtMillis milliseconds since 1970, or {@link #NEVER}
     * @param tags hashes of what the value depends on; taken over, not copied; may be empty
     */
    public static Entry of(byte[] value, Version version, long expiresAtMillis, long[] tags) {
        return tags.length == 0
                ? new Entry(value, version, expiresAtMillis)
                : new Tagged(value, version, expiresAtMillis, tags);
    }

    /** Only where there are tags: a field in every entry would cost all of them 8 bytes. */
    private static final class Tagged extends Entry {
        private final long[] tags;

        Tagged(byte[] value, Version version, long expiresAtMillis, long[] tags) {
            super(value, version, expiresAtMillis);
            this.tags = tags;
        }

        @Override
        public long[] tags() {
            return tags;
        }
    }

    /** Hashes of the tags that it depends on, for reading only; none for a tombstone. */
    public long[] tags() {
        return NO_TAGS;
    }

    /**
     * @param forgetAtMillis when the tombstone may be forgotten, in milliseconds since 1970
     */
    public static Entry tombstone(Version version, long forgetAtMillis) {
        return new Entry(null, version, forgetAtMillis);
    }

    /** The same, written under another epoch. */
    public final Entry inEpoch(long otherEpoch) {
        Version version = new Version(otherEpoch, clock, new MemberId(member));
        return value == null
                ? tombstone(version, expiresAtMillis)
                : of(value, version, expiresAtMillis, tags());
    }

    public final boolean isTombstone() {
        return value == null;
    }

    /** The bytes, for reading only. @throws IllegalStateException for a tombstone */
    public final byte[] value() {
        if (value == null) {
            throw new IllegalStateException("a tombstone has no value");
        }
        return value;
    }

    public final int valueLength() {
        return value == null ? 0 : value.length;
    }

    public final Version version() {
        return new Version(epoch, clock, new MemberId(member));
    }

    /** Milliseconds since 1970, or {@link #NEVER}. */
    public final long expiresAtMillis() {
        return expiresAtMillis;
    }

    public final boolean expiredAt(long nowMillis) {
        return expiresAtMillis != NEVER && expiresAtMillis <= nowMillis;
    }

    /** Whether this one's version is later, the clock compared first; allocates nothing. */
    public final boolean isLaterByClock(Entry other) {
        if (clock != other.clock) {
            return clock > other.clock;
        }
        return epoch != other.epoch ? epoch > other.epoch : hasGreaterMember(other);
    }

    /** Whether this one's version is later, the epoch compared first; allocates nothing. */
    public final boolean isLaterByEpoch(Entry other) {
        if (epoch != other.epoch) {
            return epoch > other.epoch;
        }
        return clock != other.clock ? clock > other.clock : hasGreaterMember(other);
    }

    private boolean hasGreaterMember(Entry other) {
        return Long.compareUnsigned(member, other.member) > 0;
    }

    /** Of the version. */
    public final long epoch() {
        return epoch;
    }

    /** Of the version. */
    public final long clock() {
        return clock;
    }

    /** Of the version. */
    public final long member() {
        return member;
    }

    /** The version, and how much is kept under it; never the value itself. */
    @Override
    public final String toString() {
        return version() + (isTombstone() ? " (removed)" : " (" + valueLength() + " B)");
    }
}
