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
