package dev.gossamer.node.cli.chaos.history;

/**
 * The call that stored a value, and thereby the value itself: every value of a history is the id of
 * its writer, so no two writes ever store the same and every read tells whom it read from.
 *
 * @param client number of the session
 * @param sequence of the call in its session, from 0
 */
public record WriteId(int client, int sequence) {
    /** Stands for bytes that no client of this campaign ever wrote. */
    public static final WriteId FOREIGN = new WriteId(Integer.MAX_VALUE, 0);

    public WriteId {
        if (client < 0 || sequence < 0) {
            throw new IllegalArgumentException(
                    "write " + client + "-" + sequence + " has a negative part");
        }
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException when {@code text} is not {@code client-sequence}
     */
    public static WriteId parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 1) {
            throw new IllegalArgumentException("'" + text + "' is not of the form client-sequence");
        }
        return new WriteId(
                Integer.parseInt(text.substring(0, dash)),
                Integer.parseInt(text.substring(dash + 1)));
    }

    @Override
    public String toString() {
        return client + "-" + sequence;
    }
}
