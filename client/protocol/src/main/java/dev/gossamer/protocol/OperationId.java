package dev.gossamer.protocol;

import java.nio.charset.StandardCharsets;

/**
 * Names one call of one client, so that a call whose answer was lost can be sent again and is
 * applied once (C5).
 *
 * @param client drawn at random when the client starts
 * @param sequence grows by one with each of the client's calls
 */
public record OperationId(long client, long sequence) {
    /** Of the textual form. */
    public static final int TEXT_LENGTH = 32;

    private static final int HEX = 16;
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    public OperationId {
        if (sequence < 0) {
            throw new IllegalArgumentException("operation sequence " + sequence + " is negative");
        }
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException when {@code text} is not 32 hex digits
     */
    public static OperationId parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            throw new IllegalArgumentException("operation id '" + text + "' is not 32 hex digits");
        }
        try {
            return new OperationId(
                    Long.parseUnsignedLong(text.substring(0, HEX), HEX),
                    Long.parseUnsignedLong(text.substring(HEX), HEX));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "operation id '" + text + "' is not 32 hex digits", e);
        }
    }

    /**
     * Reads the {@value #TEXT_LENGTH} hex digits at {@code offset}; allocates nothing but the id.
     *
     * @throws IllegalArgumentException when there are others, or more or fewer
     */
    public static OperationId parse(byte[] ascii, int offset, int length) {
        if (length != TEXT_LENGTH) {
            throw new IllegalArgumentException(
                    "operation id of " + length + " characters is not 32 hex digits");
        }
        return new OperationId(number(ascii, offset), number(ascii, offset + HEX));
    }

    private static long number(byte[] ascii, int offset) {
        long number = 0;
        for (int i = offset; i < offset + HEX; i++) {
            int digit = Character.digit(ascii[i], HEX);
            if (digit < 0) {
                throw new IllegalArgumentException("operation id is not 32 hex digits");
            }
            number = number << 4 | digit;
        }
        return number;
    }

    /** Writes what {@link #toString} says at {@code offset}, {@value #TEXT_LENGTH} bytes. */
    public void writeAscii(byte[] out, int offset) {
        write(client, out, offset);
        write(sequence, out, offset + HEX);
    }

    private static void write(long number, byte[] ascii, int offset) {
        long rest = number;
        for (int i = offset + HEX - 1; i >= offset; i--) {
            ascii[i] = DIGITS[(int) rest & 15];
            rest >>>= 4;
        }
    }

    /** 16 hex digits of the client, 16 of the sequence. */
    @Override
    public String toString() {
        return String.format("%016x%016x", client, sequence);
    }
}
