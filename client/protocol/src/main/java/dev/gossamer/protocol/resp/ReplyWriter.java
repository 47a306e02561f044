package dev.gossamer.protocol.resp;

import dev.gossamer.protocol.Bytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Writes replies one after the other into an array that grows, in RESP2 or RESP3: what RESP2 lacks
 * is written the way Redis downgrades it (a map as a flat array, a double as a bulk string, a
 * boolean as 1 or 0).
 *
 * <p><b>Threads.</b> One at a time. <b>Cost.</b> Nothing is allocated but when the array grows and
 * for texts outside ASCII.
 */
public final class ReplyWriter {
    private static final int LONG_CHARS_MAX = 20;
    private static final byte[] NULL_2 = ascii("$-1\r\n");
    private static final byte[] NULL_ARRAY_2 = ascii("*-1\r\n");
    private static final byte[] NULL_3 = ascii("_\r\n");
    private static final byte[] OK = ascii("+OK\r\n");

    private final int initialBytes;
    private byte[] bytes;
    private int size;
    private boolean resp3;

    public ReplyWriter(int initialBytes) {
        this.initialBytes = initialBytes;
        this.bytes = new byte[initialBytes];
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Which version the next replies are written in: RESP3 or RESP2, which is the default. */
    public void resp3(boolean wanted) {
        resp3 = wanted;
    }

    public boolean isResp3() {
        return resp3;
    }

    public int size() {
        return size;
    }

    /** What has been written: the first {@link #size} bytes; for reading only. */
    public byte[] array() {
        return bytes;
    }

    /** Forgets what was written after {@code size}. */
    public void truncate(int toSize) {
        if (toSize < 0 || toSize > size) {
            throw new IllegalArgumentException("size " + toSize + " is outside [0, " + size + "]");
        }
        size = toSize;
    }

    /** Forgets everything; an array that has grown beyond {@code bytesMax} is let go. */
    public void clear(int bytesMax) {
        size = 0;
        if (bytes.length > bytesMax) {
            bytes = new byte[initialBytes];
        }
    }

    /** Bytes that are RESP already. */
    public void raw(byte[] from, int offset, int length) {
        reserve(length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    private void raw(byte[] from) {
        raw(from, 0, from.length);
    }

    public void ok() {
        raw(OK);
    }

    /** A simple string; line ends in it become blanks. */
    public void simple(String text) {
        line('+', text);
    }

    /** An error: a code in capitals, a blank and a text; line ends in it become blanks. */
    public void error(String text) {
        line('-', text);
    }

    public void integer(long value) {
        header(':', value);
    }

    public void bulk(byte[] value) {
        bulk(value, 0, value.length);
    }

    public void bulk(byte[] from, int offset, int length) {
        reserve(LONG_CHARS_MAX + 5 + length);
        headerReserved('$', length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
        endLine();
    }

    /**
     * Bytes of a buffer, whose position does not matter and stays. Should reading them fail, for
     * the memory is gone, {@link #truncate} undoes what was written by then.
     *
     * @param at where in the buffer they start
     * @throws IndexOutOfBoundsException when they are not all before its limit; nothing is written
     */
    public void bulk(ByteBuffer from, int at, int length) {
        Objects.checkFromIndexSize(at, length, from.limit());
        reserve(LONG_CHARS_MAX + 5 + length);
        headerReserved('$', length);
        from.get(at, bytes, size, length);
        size += length;
        endLine();
    }

    public void bulk(Bytes value) {
        bulk(value.array());
    }

    /** The UTF-8 form of a text, as a bulk string. */
    public void text(String value) {
        bulk(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing, where a bulk string could have stood. */
    public void nothing() {
        raw(resp3 ? NULL_3 : NULL_2);
    }

    /** Nothing, where an array could have stood. */
    public void nothingOfArray() {
        raw(resp3 ? NULL_3 : NULL_ARRAY_2);
    }

    /** Opens an array; its elements follow. */
    public void array(int elements) {
        header('*', elements);
    }

    /** Opens a map; key, value, key, value … follow. */
    public void map(int pairs) {
        if (resp3) {
            header('%', pairs);
        } else {
            header('*', 2L * pairs);
        }
    }

    /** Opens a set; its elements follow. */
    public void set(int elements) {
        header(resp3 ? '~' : '*', elements);
    }

    /** Opens a push, which is no reply: its elements follow, the first of them names its kind. */
    public void push(int elements) {
        header(resp3 ? '>' : '*', elements);
    }

    public void bool(boolean value) {
        if (resp3) {
            line('#', value ? "t" : "f");
        } else {
            integer(value ? 1 : 0);
        }
    }

    public void real(double value) {
        String text = decimal(value);
        if (resp3) {
            line(',', text);
        } else {
            text(text);
        }
    }

    private static String decimal(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale();
        return exponent > -5 && exponent <= 17
                ? exact.toPlainString()
                : exact.toString().replace('E', 'e');
    }

    public void bigNumber(BigInteger value) {
        if (resp3) {
            line('(', value.toString());
        } else {
            text(value.toString());
        }
    }

    /**
     * A text for people.
     *
     * @param format three letters: {@code txt} or {@code mkd}
     */
    public void verbatim(String format, String text) {
        if (format.length() != 3) {
            throw new IllegalArgumentException("format '" + format + "' is not of three letters");
        }
        if (!resp3) {
            text(text);
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        header('=', utf8.length + 4L);
        raw(ascii(format + ":"));
        raw(utf8);
        reserve(2);
        endLine();
    }

    private void line(char type, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        reserve(utf8.length + 3);
        bytes[size++] = (byte) type;
        for (byte b : utf8) {
            bytes[size++] = b == '\r' || b == '\n' ? (byte) ' ' : b;
        }
        endLine();
    }

    private void header(char type, long value) {
        reserve(LONG_CHARS_MAX + 3);
        headerReserved(type, value);
    }

    private void headerReserved(char type, long value) {
        bytes[size++] = (byte) type;
        if (value >= 0 && value < 10) {
            bytes[size++] = (byte) ('0' + value);
        } else {
            digits(value);
        }
        endLine();
    }

    private void digits(long value) {
        int length = length(value);
        int at = size + length;
        // Counted downwards from zero, for the least long has no positive form.
        long rest = value < 0 ? value : -value;
        do {
            bytes[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            bytes[size] = '-';
        }
        size += length;
    }

    private static int length(long value) {
        int length = value < 0 ? 2 : 1;
        long rest = value < 0 ? value : -value;
        while (rest <= -10) {
            rest /= 10;
            length++;
        }
        return length;
    }

    private void endLine() {
        bytes[size++] = '\r';
        bytes[size++] = '\n';
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            int needed = Math.addExact(size, more);
            bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * size, 1 << 30)));
        }
    }
}
