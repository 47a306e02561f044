package dev.gossamer.node.cache;

import java.time.Duration;
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
 */
public record CacheSettings(
        String name, Optional<Duration> ttl, long entryBytesMax, int replication, Acks acks) {
    /** The name of the cache that takes every key that no other claims. */
    public static final String DEFAULT_NAME = "default";

    /** When a write is acknowledged. */
    public enum Acks {
        /** When every copy is stored (C2). */
        ALL,
        /** When the primary has it: a kill of the primary may lose acknowledged writes. */
        PRIMARY
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
