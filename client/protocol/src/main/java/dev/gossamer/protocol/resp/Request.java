package dev.gossamer.protocol.resp;

import dev.gossamer.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * One request as it lies in the input: a list of byte ranges. Valid until its decoder is asked for
 * the next one; whoever needs an argument longer takes a copy.
 *
 * <p><b>Threads.</b> One at a time. <b>Cost.</b> Nothing is allocated but by the methods that say
 * "copy".
 */
public final class Request {
    private static final int ARGS_INITIAL = 8;
    private static final int ARGS_KEPT_MAX = 1024;

    private byte[] array = new byte[0];
    private int base;
    private int count;

    /** Start and length of argument i stand at 2i and 2i + 1; starts are relative to the base. */
    private int[] ranges = new int[2 * ARGS_INITIAL];

    Request() {}

    void clear() {
        count = 0;
        if (ranges.length > 2 * ARGS_KEPT_MAX) {
            ranges = new int[2 * ARGS_INITIAL];
        }
    }

    void add(int start, int length) {
        int at = 2 * count;
        if (at == ranges.length) {
            ranges = Arrays.copyOf(ranges, 2 * ranges.length);
        }
        ranges[at] = start;
        ranges[at + 1] = length;
        count++;
    }

    void lieIn(byte[] bytes, int from) {
        array = bytes;
        base = from;
    }

    /** How many arguments, the command's name included; at least 1. */
    public int count() {
        return count;
    }

    /** Where all arguments lie; for reading only. */
    public byte[] array() {
        return array;
    }

    /** Where argument {@code i} begins in {@link #array}. */
    public int offset(int i) {
        return base + ranges[2 * check(i)];
    }

    public int length(int i) {
        return ranges[2 * check(i) + 1];
    }

    private int check(int i) {
        if (i >= count) {
            throw new IndexOutOfBoundsException("argument " + i + " of " + count);
        }
        return i;
    }

    /** A copy of argument {@code i}. */
    public byte[] copy(int i) {
        int from = offset(i);
        return Arrays.copyOfRange(array, from, from + length(i));
    }

    /** A copy of argument {@code i}, as a key. */
    public Bytes bytes(int i) {
        return Bytes.wrap(copy(i));
    }

    /** A copy of argument {@code i}, read as UTF-8. */
    public String text(int i) {
        return new String(array, offset(i), length(i), StandardCharsets.UTF_8);
    }

    /** Whether argument {@code i} is {@code word}, which is in upper-case ASCII, in any case. */
    public boolean is(int i, String word) {
        int length = length(i);
        if (length != word.length()) {
            return false;
        }
        int from = offset(i);
        for (int k = 0; k < length; k++) {
            if (upper(array[from + k]) != word.charAt(k)) {
                return false;
            }
        }
        return true;
    }

    /** The upper-case form of an ASCII letter; any other byte as it is. */
    public static int upper(byte b) {
        return b >= 'a' && b <= 'z' ? b - 32 : b;
    }

    /**
     * Argument {@code i} as Redis reads integers: decimal, no plus, no leading zeros, no blanks;
     * empty when it is anything else or does not fit 64 bits.
     */
    public OptionalLong integer(int i) {
        return Decimals.parse(array, offset(i), length(i));
    }
}
