package dev.gossamer.node.cache;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Decimals as INCRBYFLOAT reads and prints them: at most 17 places after the point, no trailing
 * zeros, no exponent. Redis adds in 80-bit binary and shows its rounding; here the sum is exact.
 *
 * <p>No text, however short, costs more than its result has digits: magnitudes are checked before
 * anything is added.
 */
final class DecimalText {
    /** As Redis's buffer for a long double. */
    private static final int LENGTH_MAX = 5 * 1024;

    /** The decimal exponent of the largest long double. */
    private static final long MAGNITUDE_MAX = 4932;

    private static final int PLACES = 17;

    /** Smaller than this many places cannot be seen in a result. */
    private static final int PLACES_KEPT = 40;

    private DecimalText() {}

    static Optional<BigDecimal> parse(byte[] text) {
        if (text.length == 0 || text.length >= LENGTH_MAX) {
            return Optional.empty();
        }
        try {
            BigDecimal value = new BigDecimal(new String(text, StandardCharsets.ISO_8859_1));
            return inRange(value) ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            // What is no number is a value like any other; the caller answers with Redis's words.
            return Optional.empty();
        }
    }

    /** Whether a long double could hold a number of this size, and a string its digits. */
    static boolean inRange(BigDecimal value) {
        return magnitude(value) <= MAGNITUDE_MAX && value.precision() < LENGTH_MAX;
    }

    /** Both must be in range. */
    static BigDecimal sum(BigDecimal a, BigDecimal b) {
        return withoutDust(a).add(withoutDust(b));
    }

    static String format(BigDecimal value) {
        BigDecimal rounded =
                value.setScale(Math.min(PLACES, value.scale()), RoundingMode.HALF_EVEN);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private static BigDecimal withoutDust(BigDecimal value) {
        boolean dust = value.signum() == 0 || magnitude(value) < -PLACES_KEPT;
        return dust ? BigDecimal.ZERO : value;
    }

    /** The number of digits before the point; below zero, of zeros after it. */
    private static long magnitude(BigDecimal value) {
        return value.signum() == 0 ? 0 : (long) value.precision() - value.scale();
    }
}
