package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.protocol.resp.Request;

/** The ways to say when an entry expires: EX, PX, EXAT, PXAT. */
enum ExpiryOption {
    EX(true, false),
    PX(false, false),
    EXAT(true, true),
    PXAT(false, true);

    private final boolean seconds;
    private final boolean absolute;

    ExpiryOption(boolean seconds, boolean absolute) {
        this.seconds = seconds;
        this.absolute = absolute;
    }

    /** Whether argument {@code i} is this word. */
    boolean isAt(Request request, int i) {
        return request.is(i, name());
    }

    /**
     * The expiry that argument {@code i} gives; zero, negative or impossible ones are refused.
     *
     * @param command for the error's text
     */
    Expiry positive(Request request, int i, String command, long nowMillis) {
        long value = Arguments.integer(request, i);
        if (value <= 0) {
            throw Refusal.expireTime(command);
        }
        return expiry(value, command, nowMillis);
    }

    /** The same for EXPIRE and its kin, where a time in the past removes the key. */
    Expiry any(Request request, int i, String command, long nowMillis) {
        return expiry(Arguments.integer(request, i), command, nowMillis);
    }

    private Expiry expiry(long value, String command, long nowMillis) {
        if (seconds && (value > Long.MAX_VALUE / 1000 || value < Long.MIN_VALUE / 1000)) {
            throw Refusal.expireTime(command);
        }
        long millis = seconds ? value * 1000 : value;
        if (!absolute && millis > Long.MAX_VALUE - nowMillis) {
            throw Refusal.expireTime(command);
        }
        if (millis <= 0) {
            // Long past, and not zero, which would mean never.
            return new Expiry.At(1);
        }
        return absolute ? new Expiry.At(millis) : new Expiry.After(millis);
    }
}
