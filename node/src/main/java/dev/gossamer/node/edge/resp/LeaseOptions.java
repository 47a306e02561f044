package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.Request;

/**
 * The options of GSM.LEASE.GET, times in milliseconds: {@code TTL} of the lease, {@code REFRESH}
 * what expires within so long, {@code STALE} the greatest age of a value for who gets no lease,
 * {@code WAIT} for another's load; and a session's.
 */
final class LeaseOptions {
    /** A year: what is longer is as long. */
    private static final long MILLIS_MAX = 365L * 24 * 3_600_000;

    final SessionOptions session = new SessionOptions();
    long timeoutMillis;
    long refreshMillis;
    long staleMillis;
    long waitMillis;

    private LeaseOptions() {}

    static LeaseOptions parse(Request request, int from) {
        LeaseOptions options = new LeaseOptions();
        int i = from;
        while (i < request.count()) {
            int next = options.session.takeOfWrite(request, i);
            i = next > i ? next : options.take(request, i);
        }
        return options;
    }

    private int take(Request request, int i) {
        if (request.is(i, "TTL")) {
            timeoutMillis = millis(request, i);
        } else if (request.is(i, "REFRESH")) {
            refreshMillis = millis(request, i);
        } else if (request.is(i, "STALE")) {
            staleMillis = millis(request, i);
        } else if (request.is(i, "WAIT")) {
            waitMillis = millis(request, i);
        } else {
            throw Refusal.syntax();
        }
        return i + 2;
    }

    /** The value of the option at {@code i}. */
    static long millis(Request request, int i) {
        long millis = Arguments.integer(request, Arguments.valueOf(request, i));
        if (millis <= 0) {
            throw new Refusal("ERR " + request.text(i) + " is not above 0");
        }
        return Math.min(millis, MILLIS_MAX);
    }
}
