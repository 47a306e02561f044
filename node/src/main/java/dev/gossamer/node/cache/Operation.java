package dev.gossamer.node.cache;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.math.BigDecimal;
import java.util.List;

/**
 * A change to the key space, applied atomically by the slot's primary, which gives it its version.
 */
public sealed interface Operation {

    /** The key whose slot decides where the operation runs. */
    Bytes key();

    /** Whether what it does, or its outcome, depends on what stands under its keys. */
    default boolean looks() {
        return true;
    }

    /**
     * @param wantPrevious whether the outcome carries the entry that stood there before
     * @param tags hashes of what the value depends on ({@link Tags#hashesOf}); read-modify-writes
     *     keep those of the entry that they change
     */
    record Put(
            Bytes key,
            byte[] value,
            Expiry expiry,
            Condition condition,
            boolean wantPrevious,
            long[] tags)
            implements Operation {
        /** Without tags. */
        public Put(
                Bytes key, byte[] value, Expiry expiry, Condition condition, boolean wantPrevious) {
            this(key, value, expiry, condition, wantPrevious, Tags.NONE);
        }

        @Override
        public boolean looks() {
            return wantPrevious
                    || !(condition instanceof Condition.Always)
                    || expiry instanceof Expiry.Keep;
        }
    }

    record Remove(Bytes key, Condition condition, boolean wantPrevious) implements Operation {}

    /** Changes when an entry expires, if it exists; {@link Expiry#NONE} makes it stay. */
    record Expire(Bytes key, Expiry expiry, ExpireCondition condition, boolean wantPrevious)
            implements Operation {}

    /** The outcome's number is the new length. */
    record Append(Bytes key, byte[] suffix) implements Operation {}

    /**
     * Overwrites from {@code offset}, padding with zero bytes; the outcome's number is the new
     * length.
     */
    record SetRange(Bytes key, int offset, byte[] patch) implements Operation {}

    /** The outcome's number is the new value. */
    record Increment(Bytes key, long delta) implements Operation {}

    /** The outcome's text is the new value. */
    record IncrementDecimal(Bytes key, BigDecimal delta) implements Operation {}

    /** All or none: stores every pair if no key exists. All keys are of one slot. */
    record PutAllIfAbsent(List<Pair> pairs) implements Operation {
        public PutAllIfAbsent {
            pairs = List.copyOf(pairs);
            if (pairs.isEmpty()) {
                throw new IllegalArgumentException("no pairs");
            }
        }

        @Override
        public Bytes key() {
            return pairs.getFirst().key();
        }
    }

    /**
     * Finds a value, or takes the right to load it (C7): the outcome is {@link Outcome.Leased}. Who
     * asks again under the same operation id has the same lease.
     *
     * @param timeoutMillis how long the lease is to last; 0 for as long as the settings say
     * @param refreshMillis a value that expires within so long is due: one caller at a time gets
     *     the lease to load it anew, though it is there
     */
    record TakeLease(Bytes key, long timeoutMillis, long refreshMillis) implements Operation {
        public TakeLease {
            if (timeoutMillis < 0 || refreshMillis < 0) {
                throw new IllegalArgumentException("a lease for a negative time");
            }
        }
    }

    /**
     * Stores what was loaded under a lease, which ends; refused with OVERTAKEN when it has ended,
     * or when one of the tags or the whole cache was invalidated since it was given (C6).
     *
     * @param tags as those of {@link Put}
     */
    record Fill(Bytes key, byte[] value, Expiry expiry, Version token, long[] tags)
            implements Operation {
        /** Without tags. */
        public Fill(Bytes key, byte[] value, Expiry expiry, Version token) {
            this(key, value, expiry, token, Tags.NONE);
        }
    }

    /**
     * Ends a lease without a value.
     *
     * @param absentMillis above 0 when the origin has nothing under the key: what is here is
     *     removed, and nobody needs to load the key for so long unless it is written or invalidated
     *     before; refused with OVERTAKEN when the lease has ended. With 0 nobody knows
     */
    record EndLease(Bytes key, Version token, long absentMillis) implements Operation {
        public EndLease {
            if (absentMillis < 0) {
                throw new IllegalArgumentException("absent for a negative time");
            }
        }
    }

    /** A key and the value to store under it. */
    record Pair(Bytes key, byte[] value) {}

    /** When the written entry expires. */
    sealed interface Expiry {
        /** As the named cache says. */
        record CacheDefault() implements Expiry {}

        /** Never. */
        record None() implements Expiry {}

        /** As the entry that is overwritten does (KEEPTTL). */
        record Keep() implements Expiry {}

        /**
         * @param millis counted from the moment the primary applies the write
         */
        record After(long millis) implements Expiry {}

        /**
         * @param epochMillis milliseconds since 1970; in the past, the entry is gone at once
         */
        record At(long epochMillis) implements Expiry {}

        Expiry CACHE_DEFAULT = new CacheDefault();
        Expiry NONE = new None();
        Expiry KEEP = new Keep();
    }

    /** What must hold for the write to happen. */
    sealed interface Condition {
        record Always() implements Condition {}

        record IfAbsent() implements Condition {}

        record IfPresent() implements Condition {}

        /** {@link Version#NONE} means: if absent. */
        record IfVersion(Version expected) implements Condition {}

        Condition ALWAYS = new Always();
        Condition IF_ABSENT = new IfAbsent();
        Condition IF_PRESENT = new IfPresent();
    }

    /**
     * EXPIRE's options: always; only without, only with an expiry; only later, only earlier than
     * the present one.
     */
    enum ExpireCondition {
        ALWAYS,
        IF_NONE,
        IF_SOME,
        IF_LATER,
        IF_EARLIER
    }
}
