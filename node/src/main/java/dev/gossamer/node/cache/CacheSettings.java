package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskRules;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/**
 * The rules of one named cache: the keys that begin with {@code name:}, or, for the cache named
 * {@code default}, all that no other claims.
 *
 * @param name as in the key's prefix, without the colon
 * @param ttl when an entry expires that was written without an expiry of its own; empty for never
 * @param entryBytesMax the most that key and value may have together
 * @param replication how many copies, at most the mesh's own
 * @param acks when a write is acknowledged
 * @param partition what a partition costs, and so in which order versions are compared
 * @param freshness of a read that does not say how fresh it must be (C4)
 * @param disk what of it rests on the SSD
 */
public record CacheSettings(
        String name,
        Optional<Duration> ttl,
        long entryBytesMax,
        int replication,
        Acks acks,
        Partition partition,
        Freshness freshness,
        DiskRules disk) {
    /** With nothing on the SSD. */
    public CacheSettings(
            String name,
            Optional<Duration> ttl,
            long entryBytesMax,
            int replication,
            Acks acks,
            Partition partition,
            Freshness freshness) {
        this(name, ttl, entryBytesMax, replication, acks, partition, freshness, DiskRules.NEVER);
    }

    /** With {@link Freshness#DEFAULT}, too. */
    public CacheSettings(
            String name,
            Optional<Duration> ttl,
            long entryBytesMax,
            int replication,
            Acks acks,
            Partition partition) {
        this(name, ttl, entryBytesMax, replication, acks, partition, Freshness.DEFAULT);
    }

    /** The name of the cache that takes every key that no other claims. */
    public static final String DEFAULT_NAME = "default";

    /** When a write is acknowledged. */
    public enum Acks {
        /** When every copy is stored (C2). */
        ALL,
        /** When the primary has it: a kill of the primary may lose acknowledged writes. */
        PRIMARY
    }

    /** What a partition of the mesh costs this cache (C9). */
    public enum Partition {
        /** Nobody's service: both sides serve and write, and the later write wins the merge. */
        AVAILABLE,
        /** The smaller side's service: it refuses, so that LATEST stays linearizable (C5). */
        CONSISTENT;

        /**
         * The order of the cache's versions: by the clock, so that the later write wins whichever
         * side took it; or by the epoch, so that a deposed primary's writes lose.
         */
        public Comparator<Version> order() {
            return switch (this) {
                case AVAILABLE -> Version.CLOCK_FIRST;
                case CONSISTENT -> Version.EPOCH_FIRST;
            };
        }

        /** Whether {@code entry} is later than {@code other} in this order; allocates nothing. */
        public boolean isLater(Entry entry, Entry other) {
            return switch (this) {
                case AVAILABLE -> entry.isLaterByClock(other);
                case CONSISTENT -> entry.isLaterByEpoch(other);
            };
        }
    }

    public CacheSettings {
        if (name.isEmpty() || name.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "cache name '" + name + "' is empty or contains a colon");
        }
        if (entryBytesMax < 1 || replication < 1) {
            throw new IllegalArgumentException(
                    "cache '"
                            + name
                            + "': entryBytesMax "
                            + entryBytesMax
                            + " and replication "
                            + replication
                            + " must be at least 1");
        }
    }
}
