package dev.gossamer.protocol;

/**
 * How a topology's epoch is written in one number. The upper 44 bits count what a majority agreed
 * on; the lower 20 are 0 in an agreed epoch and number the provisional topologies that the minority
 * of a partition makes up for itself on top of the last agreed one. So a provisional epoch is later
 * than the agreed one that it stands on and earlier than the next, and a version tells for ever on
 * which side of a partition it was written.
 */
public final class Epoch {
    private static final int PROVISIONAL_BITS = 20;
    private static final long PROVISIONAL_MASK = (1L << PROVISIONAL_BITS) - 1;

    /** Before any topology. */
    public static final long NONE = 0;

    private Epoch() {}

    /**
     * The agreed epoch of a number.
     *
     * @param number at least 0
     */
    public static long agreed(long number) {
        return Math.multiplyExact(number, 1L << PROVISIONAL_BITS);
    }

    /** The number of the agreed epoch that this one is or stands on. */
    public static long number(long epoch) {
        return epoch >>> PROVISIONAL_BITS;
    }

    /** The agreed epoch that this one is or stands on. */
    public static long agreedPart(long epoch) {
        return epoch & ~PROVISIONAL_MASK;
    }

    public static boolean isProvisional(long epoch) {
        return (epoch & PROVISIONAL_MASK) != 0;
    }

    /**
     * A provisional epoch on top of an agreed one.
     *
     * @param viewId grows with every view of one side; its lower bits tell provisional topologies
     *     apart
     */
    public static long provisional(long epoch, long viewId) {
        return agreedPart(epoch) | Math.max(1, viewId & PROVISIONAL_MASK);
    }

    /** {@code 7}, or {@code 7~3} for the third provisional one on top of it. */
    public static String text(long epoch) {
        return isProvisional(epoch)
                ? number(epoch) + "~" + (epoch & PROVISIONAL_MASK)
                : Long.toString(number(epoch));
    }
}
