package dev.gossamer.node.cache;

import dev.gossamer.protocol.Version;

/**
 * One change of what stood under a key, or an invalidation that voids many, as one member remembers
 * it. Immutable.
 *
 * @param atMillis when this member did it, or heard of its end, by its own clock: milliseconds
 *     since 1970
 * @param what was done
 * @param asked whether this member carried a client's wish to another, which did it: who asked is
 *     known here, and what became of it there. The version says which belong together
 * @param removal whether the key had no value afterwards
 * @param version that the change gave, or that left; of an invalidation, that of the tag
 * @param caller on whose behalf
 * @param tag the hash of the tag that was invalidated, or by which the entry was void; else 0
 * @param detail the tag's name, where this member has heard it; else empty
 */
public record Mutation(
        long atMillis,
        What what,
        boolean asked,
        boolean removal,
        Version version,
        Caller caller,
        long tag,
        String detail) {

    /** What may happen to a key. */
    public enum What {
        /** Written as a whole. */
        PUT(Kind.WRITE),
        /** Appended to, overwritten in part, counted. */
        CHANGED(Kind.WRITE),
        /** Loaded from its origin under a lease. */
        FILLED(Kind.WRITE),
        /** Its expiry was changed. */
        EXPIRY(Kind.WRITE),
        /** Removed, expired by command, or found absent at its origin. */
        REMOVED(Kind.WRITE),
        /** A copy of what the primary did. */
        COPIED(Kind.COPY),
        /** Brought by a transfer or a repair. */
        TRANSFERRED(Kind.COPY),
        /** Brought by a side of a partition that has healed. */
        RECONCILED(Kind.MERGE),
        /** A copy that the primary does not have, and that is gone here, too. */
        DROPPED(Kind.DEPARTURE),
        /** Left because its time was over. */
        EXPIRED(Kind.DEPARTURE),
        /** Left for want of memory. */
        EVICTED(Kind.DEPARTURE),
        /** Taken out after an invalidation of a tag or of the cache, which had voided it. */
        VOIDED(Kind.DEPARTURE),
        /** A tag was invalidated. */
        TAG_INVALIDATED(Kind.MANY),
        /** A whole cache was invalidated. */
        CACHE_INVALIDATED(Kind.MANY),
        /** All entries of the mesh, or of one member, were asked to be removed. */
        FLUSHED(Kind.MANY);

        private final Kind kind;

        What(Kind kind) {
            this.kind = kind;
        }

        public Kind kind() {
            return kind;
        }
    }

    /** How a mutation comes about, and so what belongs to it on other members. */
    public enum Kind {
        /** By a primary, which gives it a version. */
        WRITE,
        /** By a member that has a copy of such a write. */
        COPY,
        /** By a primary, which takes over a version of the other side of a partition. */
        MERGE,
        /** By each member by itself. */
        DEPARTURE,
        /** By an invalidation, which concerns many keys. */
        MANY
    }
}
