package dev.gossamer.node.store.disk.io;

/**
 * The limits of a backend.
 *
 * @param depth operations that the kernel has at a time, on each event loop or, for the portable
 *     backend, in all; more hide the device's latency and lengthen the tail. What is beyond waits
 *     in the order in which it was asked for
 * @param pendingBytesMax bytes of all operations asked for and not yet ended, of all files and
 *     loops: buffers, the room for widening, and a fixed charge each. Beyond it operations are
 *     refused with {@link DiskException.Busy}; reads are refused already at three quarters, so that
 *     a crowd of readers never shuts out the writer. One operation alone is never refused
 * @param direct whether cold reads go past the page cache (O_DIRECT) where the file system allows
 *     it
 * @param pinnedBytesMax of what is read most, that much is locked in memory; 0 for nothing
 */
public record IoSettings(int depth, long pendingBytesMax, boolean direct, long pinnedBytesMax) {
    public static final int DEPTH_MAX = 4096;

    /**
     * What is worth more than this belongs to the memory tier, which keeps entries and not parts.
     */
    public static final long PINNED_BYTES_MAX = 4L << 30;

    /** 128 operations, 64 MiB, past the page cache, 64 MiB locked in memory. */
    public static final IoSettings DEFAULTS = new IoSettings(128, 64L << 20, true, 64L << 20);

    /** Nothing is locked in memory. */
    public IoSettings(int depth, long pendingBytesMax, boolean direct) {
        this(depth, pendingBytesMax, direct, 0);
    }

    public IoSettings {
        if (depth < 1 || depth > DEPTH_MAX) {
            throw new IllegalArgumentException(
                    "depth " + depth + " is outside [1, " + DEPTH_MAX + "]");
        }
        if (pinnedBytesMax < 0 || pinnedBytesMax > PINNED_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "pinnedBytesMax "
                            + pinnedBytesMax
                            + " is outside [0, "
                            + PINNED_BYTES_MAX
                            + "]");
        }
        if (pendingBytesMax < 1) {
            throw new IllegalArgumentException(
                    "pendingBytesMax " + pendingBytesMax + " is less than 1");
        }
    }
}
