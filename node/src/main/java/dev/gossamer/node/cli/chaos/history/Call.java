package dev.gossamer.node.cli.chaos.history;

import java.util.Optional;

/**
 * One call of one client, from its start to its end.
 *
 * @param client number of the session; a session has one call under way at a time
 * @param sequence of the call in its session, from 0
 * @param key as the mesh knows it: the cache's name, a colon, the key
 * @param within how old the answer may be; empty for a LATEST read, and for what is no read
 * @param startNanos before the request was sent, on the one clock of all clients
 * @param endNanos after the answer had come or the client had given up
 */
public record Call(
        int client,
        int sequence,
        String key,
        Action action,
        Optional<Within> within,
        Answer answer,
        long startNanos,
        long endNanos) {

    public Call {
        if (endNanos < startNanos) {
            throw new IllegalArgumentException(
                    "call " + client + "-" + sequence + " ends before its start");
        }
        if (!fits(action, answer)) {
            throw new IllegalArgumentException(action + " cannot be answered by " + answer);
        }
        if (within.isPresent() && action != Action.GET) {
            throw new IllegalArgumentException(action + " is no read, and has no bound");
        }
    }

    /** A call without a bound. */
    public Call(
            int client,
            int sequence,
            String key,
            Action action,
            Answer answer,
            long startNanos,
            long endNanos) {
        this(client, sequence, key, action, Optional.empty(), answer, startNanos, endNanos);
    }

    private static boolean fits(Action action, Answer answer) {
        return switch (answer) {
            case Answer.Found _, Answer.Absent _ -> action == Action.GET;
            case Answer.Done _ -> action != Action.GET;
            case Answer.Declined _ -> action == Action.PUT_IF_ABSENT || action == Action.REMOVE;
            case Answer.Refused _, Answer.Unknown _ -> true;
        };
    }

    /** Its own name, and the value that it stores if it stores one. */
    public WriteId id() {
        return new WriteId(client, sequence);
    }

    /** The cache that the key belongs to. */
    public String cache() {
        int colon = key.indexOf(':');
        return colon < 0 ? "default" : key.substring(0, colon);
    }

    /** Whether it is for the primary alone: LATEST reads, and all writes. */
    public boolean forPrimary() {
        return within.isEmpty();
    }

    /** Whether its client's session covers it (C3). */
    public boolean ofSession() {
        return within.isEmpty() || within.get().via() == Within.Via.CLIENT;
    }

    /** Whether the mesh said what the call came to. */
    public boolean answered() {
        return !(answer instanceof Answer.Unknown) && !(answer instanceof Answer.Refused);
    }

    /** Whether the mesh said that this write took effect. */
    public boolean done() {
        return answer instanceof Answer.Done;
    }

    /** Whether this write may have had an effect, or may have one yet. */
    public boolean mayHaveHappened() {
        return answer instanceof Answer.Done || answer instanceof Answer.Unknown;
    }

    /** When its effect has happened at the latest; {@link Long#MAX_VALUE} when nobody knows. */
    public long effectiveByNanos() {
        return answer instanceof Answer.Unknown ? Long.MAX_VALUE : endNanos;
    }

    /** The same call with another answer. */
    public Call with(Answer other) {
        return new Call(client, sequence, key, action, within, other, startNanos, endNanos);
    }
}
