package dev.gossamer.node.store;

/**
 * How much memory the entries of this node may take.
 *
 * @param bytesMax the budget of the memory tier in bytes: keys, values and the bookkeeping of each
 *     entry ({@link MemoryTier#ENTRY_OVERHEAD_BYTES}). More of it raises the hit ratio; the heap
 *     must be larger by what connections and the collector need, a third as a rule. At least 1 MiB.
 */
public record MemorySettings(long bytesMax) {
    public static final long BYTES_MIN = 1L << 20;

    /** 256 MiB: fits a JVM with half a gigabyte of heap. */
    public static final MemorySettings DEFAULT = new MemorySettings(256L << 20);

    public MemorySettings {
        if (bytesMax < BYTES_MIN) {
            throw new IllegalArgumentException(
                    "memory of " + bytesMax + " bytes is less than " + BYTES_MIN);
        }
    }
}
