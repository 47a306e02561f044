package dev.gossamer.protocol;

/**
 * Names one call of one client, so that a call whose answer was lost can be sent again and is
 * applied once (C5).
 *
 * @param client drawn at random when the client starts
 * @param sequence grows by one with each of the client's calls
 */
public record OperationId(long client, long sequence) {
    private static final int TEXT_LENGTH = 32;
    private static final int HEX = 16;

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

    /** 16 hex digits of the client, 16 of the sequence. */
    @Override
    public String toString() {
        return String.format("%016x%016x", client, sequence);
    }
}
