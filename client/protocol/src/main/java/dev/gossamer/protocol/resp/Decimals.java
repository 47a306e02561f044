package dev.gossamer.protocol.resp;

import java.util.OptionalLong;

/** Integers in decimal ASCII, as strictly as Redis' {@code string2ll} reads them. */
public final class Decimals {
    private static final int DIGITS_MAX = 19;

    private Decimals() {}

    /** Empty when the bytes are not the one canonical form of a 64-bit integer. */
    public static OptionalLong parse(byte[] bytes, int offset, int length) {
        boolean negative = length > 0 && bytes[offset] == '-';
        int first = negative ? offset + 1 : offset;
        int end = offset + length;
        int digits = end - first;
        if (digits < 1 || digits > DIGITS_MAX) {
            return OptionalLong.empty();
        }
        if (bytes[first] == '0') {
            return length == 1 ? OptionalLong.of(0) : OptionalLong.empty();
        }
        // Negative numbers reach one further than positive ones, so the sum is kept negative.
        long sum = 0;
        for (int i = first; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || sum < Long.MIN_VALUE / 10) {
                return OptionalLong.empty();
            }
            sum = sum * 10 - digit;
            if (sum > 0) {
                return OptionalLong.empty();
            }
        }
        if (negative) {
            return OptionalLong.of(sum);
        }
        return sum == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(-sum);
    }
}
