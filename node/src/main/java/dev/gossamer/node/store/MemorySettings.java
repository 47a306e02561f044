package dev.gossamer.node.store;

/**
 * How much memory the entries of this node may take.
 *
 * @param bytesMax the budget of the live entries in bytes: keys, values and the bookkeeping of each
 *     ({@link MemoryTier#ENTRY_OVERHEAD_BYTES}). More of it raises the hit ratio; the heap must be
 *     larger by what tombstones, connections and the collector need, a third as a rule. At least 1
 *     MiB.
 * @param tombstoneBytesMax the budget of the removals that are remembered, beside the other. Over
 *     it the oldest are forgotten before their time. What it takes is (removals a second) ×
 *     (retention in seconds) × (key length + {@link MemoryTier#TOMBSTONE_OVERHEAD_BYTES}). At least
 *     64 KiB.
 */
public record MemorySettings(long bytesMax, long tombstoneBytesMax) {
    public static final long BYTES_MIN = 1L << 20;
    public static final long TOMBSTONE_BYTES_MIN = 64L << 10;

    /** 256 MiB and 32 MiB: fits a JVM with half a gigabyte of heap. */
    public static final MemorySettings DEFAULT = new MemorySettings(256L << 20, 32L << 20);

    public MemorySettings {
        atLeast("memory", bytesMax, BYTES_MIN);
        atLeast("memory for tombstones", tombstoneBytesMax, TOMBSTONE_BYTES_MIN);
    }

    private static void atLeast(String what, long bytes, long min) {
        if (bytes < min) {
            throw new IllegalArgumentException(
                    what + " of " + bytes + " bytes is less than " + min);
        }
    }
}
