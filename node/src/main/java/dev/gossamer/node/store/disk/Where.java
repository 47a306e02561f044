package dev.gossamer.node.store.disk;

/**
 * Where a record lies, in 48 bits: 38 of the address, in units of {@value #UNIT} bytes over all
 * frames (8 TiB), and 10 of its length, rounded up by less than a thirty-second: 5 of an exponent
 * and 5 that follow the leading one.
 */
final class Where {
    static final int UNIT = 32;

    private static final int LENGTH_BITS = 10;
    private static final int FRACTION_BITS = 5;
    private static final int FRACTIONS = 1 << FRACTION_BITS;
    private static final long ADDRESS_MAX = (1L << 38) - 1;

    private Where() {}

    /**
     * @param address in bytes, a multiple of {@value #UNIT}
     * @param length in bytes, a multiple of {@value #UNIT}
     */
    static long of(long address, long length) {
        long unit = address / UNIT;
        if (unit < 0 || unit > ADDRESS_MAX || address % UNIT != 0) {
            throw new IllegalArgumentException("address " + address + " cannot be kept");
        }
        return unit << LENGTH_BITS | lengthClass(length / UNIT);
    }

    static long address(long where) {
        return (where >>> LENGTH_BITS) * UNIT;
    }

    /** At least the record's length. */
    static long length(long where) {
        return units((int) (where & ((1 << LENGTH_BITS) - 1))) * UNIT;
    }

    /** What {@link #length} makes of a length, in bytes. */
    static long rounded(long length) {
        return units(lengthClass(length / UNIT)) * UNIT;
    }

    private static int lengthClass(long units) {
        if (units < FRACTIONS) {
            return (int) units;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(units) - FRACTION_BITS;
        long fraction = (units + (1L << exponent) - 1) >>> exponent;
        // A fraction that was rounded up to the next power of two is that one's first.
        return ((exponent + 1) << FRACTION_BITS) + (int) (fraction - FRACTIONS);
    }

    private static long units(int lengthClass) {
        int exponent = lengthClass >>> FRACTION_BITS;
        if (exponent == 0) {
            return lengthClass;
        }
        return (long) ((lengthClass & (FRACTIONS - 1)) + FRACTIONS) << (exponent - 1);
    }
}
