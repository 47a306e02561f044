package dev.gossamer.node.store;

/**
 * The positions of a slot ({@link MemoryTier#positionOf}) in equal ranges, so that two members that
 * differ in a slot need list only the ranges in which they differ. How many there are is a power of
 * two, so that every member cuts at the same positions.
 *
 * <p>Smaller ranges: less to list, more digests to send. With {@value #ENTRIES} entries a range, a
 * digest of 8 bytes stands for some 400 bytes of keys and versions. Stateless.
 */
public final class KeyRanges {
    /** One more than the last position. */
    public static final long END = 1L << 32;

    public static final int COUNT_MAX = 4096;
    private static final int ENTRIES = 8;

    private KeyRanges() {}

    /** How many ranges a slot of so many entries is compared in: from 1 to {@value #COUNT_MAX}. */
    public static int countFor(int entries) {
        int wanted = Math.clamp(entries / ENTRIES, 1, COUNT_MAX);
        return Integer.highestOneBit(wanted);
    }

    public static boolean isCount(int count) {
        return count >= 1 && count <= COUNT_MAX && Integer.bitCount(count) == 1;
    }

    /** The number of the range in which a position lies. */
    public static int of(long position, int count) {
        return (int) ((position * count) >>> 32);
    }

    /** Where a range begins; the range numbered {@code count} begins at {@link #END}. */
    public static long begin(int range, int count) {
        return range * (END / count);
    }
}
