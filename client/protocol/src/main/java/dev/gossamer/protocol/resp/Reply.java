package dev.gossamer.protocol.resp;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One answer of a RESP server, or a part of one. Both versions of the protocol end up here: RESP2's
 * two nulls are {@link Nil}, its flattened maps stay arrays.
 *
 * <p>Attributes, which only annotate the reply that follows them, are read and dropped.
 */
public sealed interface Reply {
    Reply NIL = new Nil();
    Reply OK = new Text("OK");

    /** A simple string ({@code +OK}): one short line, read as UTF-8. */
    record Text(String text) implements Reply {}

    /** An error ({@code -CODE message}, or its bulk form): the whole line, its code first. */
    record Failure(String line) implements Reply {
        /** The first word: {@code MOVED}, {@code ERR} … */
        public String code() {
            int space = line.indexOf(' ');
            return space < 0 ? line : line.substring(0, space);
        }
    }

    /** An integer ({@code :1}). */
    record Whole(long value) implements Reply {}

    /**
     * A bulk string ({@code $3}): opaque bytes.
     *
     * @param bytes owned by whoever receives the reply
     */
    record Blob(byte[] bytes) implements Reply {
        public String toUtf8() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Blob that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Blob[" + bytes.length + " bytes]";
        }
    }

    /** Nothing: RESP3's null, RESP2's null string and null array. */
    record Nil() implements Reply {}

    /** A boolean ({@code #t}). */
    record Flag(boolean value) implements Reply {}

    /** A floating point number ({@code ,1.5}), infinite and not-a-number included. */
    record Decimal(double value) implements Reply {}

    /** An integer beyond 64 bits ({@code (349…}). */
    record Big(BigInteger value) implements Reply {}

    /**
     * Text that says how it is to be shown ({@code =15}).
     *
     * @param format three characters: {@code txt} or {@code mkd}
     */
    record Verbatim(String format, String text) implements Reply {}

    /** An array ({@code *2}). */
    record Array(List<Reply> items) implements Reply {
        public Array {
            items = List.copyOf(items);
        }
    }

    /** A set ({@code ~2}): an array whose items the server promises to be distinct. */
    record Bag(List<Reply> items) implements Reply {
        public Bag {
            items = List.copyOf(items);
        }
    }

    /** A map ({@code %1}), its pairs in the order in which they came. */
    record Pairs(List<Pair> pairs) implements Reply {
        public Pairs {
            pairs = List.copyOf(pairs);
        }
    }

    /** One pair of a map. */
    record Pair(Reply key, Reply value) {}

    /** Out-of-band news ({@code >2}): the answer to no request. */
    record Push(List<Reply> items) implements Reply {
        public Push {
            items = List.copyOf(items);
        }
    }
}
