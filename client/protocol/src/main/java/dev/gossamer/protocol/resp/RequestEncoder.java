package dev.gossamer.protocol.resp;

import dev.gossamer.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes commands as RESP servers read them: an array of bulk strings, the same in both versions.
 *
 * <p><b>Cost.</b> One array of exactly the needed size per request, and one copy of its arguments.
 */
public final class RequestEncoder {
    private static final Tail[] NO_TAILS = {};

    private RequestEncoder() {}

    /**
     * The bytes of one request.
     *
     * @param words the command's name and its arguments; at least one
     */
    public static byte[] encode(byte[]... words) {
        return encode(words, NO_TAILS);
    }

    /**
     * Arguments that are encoded already.
     *
     * @param count how many
     * @param bytes not changed afterwards
     */
    public record Tail(int count, byte[] bytes) {}

    /** Arguments to be put behind those of many requests. */
    public static Tail tail(byte[]... words) {
        byte[] out = new byte[checkedSize(size(words))];
        int unused = write(words, out, 0);
        return new Tail(words.length, out);
    }

    /** {@link #encode(byte[]...)}, with more arguments behind. */
    public static byte[] encode(byte[][] words, Tail... tails) {
        if (words.length == 0) {
            throw new IllegalArgumentException("a command needs a name");
        }
        int count = words.length;
        long size = size(words);
        for (Tail tail : tails) {
            count += tail.count();
            size += tail.bytes().length;
        }
        byte[] out = new byte[checkedSize(size + headerSize(count))];
        int at = write(words, out, header(out, 0, '*', count));
        for (Tail tail : tails) {
            System.arraycopy(tail.bytes(), 0, out, at, tail.bytes().length);
            at += tail.bytes().length;
        }
        return out;
    }

    private static long size(byte[][] words) {
        long size = 0;
        for (byte[] word : words) {
            size += headerSize(word.length) + word.length + 2;
        }
        return size;
    }

    private static int write(byte[][] words, byte[] out, int from) {
        int at = from;
        for (byte[] word : words) {
            at = header(out, at, '$', word.length);
            System.arraycopy(word, 0, out, at, word.length);
            at = lineEnd(out, at + word.length);
        }
        return at;
    }

    /** {@link #encode(byte[]...)} for words that are wrapped. */
    public static byte[] encode(List<Bytes> words) {
        byte[][] arrays = new byte[words.size()][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = words.get(i).array();
        }
        return encode(arrays);
    }

    /** The ASCII digits of a number, as RESP wants numbers among a command's arguments. */
    public static byte[] number(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }

    private static int checkedSize(long size) {
        if (size > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("a request of " + size + " bytes is too large");
        }
        return (int) size;
    }

    private static int headerSize(int count) {
        return 1 + digits(count) + 2;
    }

    private static int digits(int value) {
        int digits = 1;
        for (int rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private static int header(byte[] out, int at, char type, int count) {
        out[at] = (byte) type;
        int end = at + 1 + digits(count);
        int rest = count;
        for (int i = end - 1; i > at; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return lineEnd(out, end);
    }

    private static int lineEnd(byte[] out, int at) {
        out[at] = '\r';
        out[at + 1] = '\n';
        return at + 2;
    }
}
