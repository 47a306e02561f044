package dev.gossamer.node.cache;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * 64-bit integers as Redis keeps them in strings: decimal, in the one shortest form. A sign other
 * than a minus, leading zeros, spaces and {@code -0} are no integers.
 */
final class IntegerText {
    private static final int LENGTH_MAX = 20;

    private IntegerText() {}

    static OptionalLong parse(byte[] text) {
        if (text.length == 0 || text.length > LENGTH_MAX) {
            return OptionalLong.empty();
        }
        if (text.length == 1 && text[0] == '0') {
            return OptionalLong.of(0);
        }
        boolean negative = text[0] == '-';
        int first = negative ? 1 : 0;
        if (first == text.length || text[first] < '1' || text[first] > '9') {
            return OptionalLong.empty();
        }
        return digits(text, first, negative);
    }

    /** Sums below zero, where the range is larger by one. */
    private static OptionalLong digits(byte[] text, int first, boolean negative) {
        long sum = 0;
        for (int i = first; i < text.length; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9 || sum < Long.MIN_VALUE / 10) {
                return OptionalLong.empty();
            }
            long shifted = sum * 10;
            if (shifted < Long.MIN_VALUE + digit) {
                return OptionalLong.empty();
            }
            sum = shifted - digit;
        }
        if (negative) {
            return OptionalLong.of(sum);
        }
        return sum == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(-sum);
    }

    static byte[] format(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }
}
