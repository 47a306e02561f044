package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.Compression;
import java.time.Duration;

/**
 * What one cache wants of the SSD.
 *
 * @param policy what of the cache's entries is written to the SSD, and when
 * @param compression tried on every value, and kept where it makes the value smaller
 * @param bytesMax the most that the cache's live records may take; what comes beyond is not
 *     admitted until older ones have left. 0 means no limit of its own
 * @param entryBytesMax what is larger, key and value together, stays in memory
 * @param ttlMin what expires sooner than this from now stays in memory: it would be over before it
 *     has paid for its writing
 */
public record DiskRules(
        Policy policy,
        Compression compression,
        long bytesMax,
        long entryBytesMax,
        Duration ttlMin) {

    /** When an entry goes to the SSD. */
    public enum Policy {
        /** With every write: what a restart is to find again. */
        WRITE_THROUGH,
        /** When memory has no more room for it: the SSD as more room. */
        ON_EVICTION,
        /** Never. */
        NEVER
    }

    /** Nothing of the cache rests on the SSD. */
    public static final DiskRules NEVER =
            new DiskRules(Policy.NEVER, Compression.NONE, 0, Long.MAX_VALUE, Duration.ZERO);

    public DiskRules {
        if (bytesMax < 0 || entryBytesMax < 1 || ttlMin.isNegative()) {
            throw new IllegalArgumentException(
                    "bytesMax "
                            + bytesMax
                            + ", entryBytesMax "
                            + entryBytesMax
                            + ", ttlMin "
                            + ttlMin
                            + " cannot all hold");
        }
    }

    boolean isKept() {
        return policy != Policy.NEVER;
    }
}
