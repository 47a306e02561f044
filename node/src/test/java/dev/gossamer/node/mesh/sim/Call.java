package dev.gossamer.node.mesh.sim;

import dev.gossamer.protocol.Version;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One call of one client, as the client saw it. */
final class Call {
    enum Kind {
        GET,
        /** A read that a near copy may answer, as far as it is not older than its bound. */
        NEAR,
        PUT,
        APPEND,
        REMOVE,
        /** GSM.LEASE.GET: a read that may be answered with a lease. */
        TAKE,
        /** Stores what was loaded under a lease. */
        FILL,
        /** Ends a lease without a value. */
        DROP,
        /** A PUT whose value depends on the tag of its key. */
        PUT_TAGGED,
        /** Of a tag, which stands in the place of the key. */
        INVALIDATE
    }

    enum Status {
        /** Not answered yet. */
        OPEN,
        OK,
        /** It may have been carried out, or may still be. */
        UNKNOWN,
        /** Certainly not carried out. */
        REFUSED
    }

    private static final double NANOS_PER_SECOND = 1e9;

    final int client;
    final Kind kind;
    final String key;
    final String argument;
    final int member;
    final long startNanos;
    long endNanos = Long.MAX_VALUE;
    Status status = Status.OPEN;

    /** What a GET found, null for nothing; what was there after an APPEND has this length. */
    @Nullable String found;

    long length;
    @Nullable Version version;
    String note = "";

    /** Of a TAKE: the token of the lease that it got, null for none. */
    @Nullable Version token;

    /** Of a FILL or DROP: the TAKE that got its lease. */
    @Nullable Call lease;

    /** Of a NEAR. */
    long boundNanos;

    Call(int client, Kind kind, String key, String argument, int member, long startNanos) {
        this.client = client;
        this.kind = kind;
        this.key = key;
        this.argument = argument;
        this.member = member;
        this.startNanos = startNanos;
    }

    boolean isWrite() {
        return switch (kind) {
            case PUT, PUT_TAGGED, APPEND, REMOVE, INVALIDATE, FILL -> true;
            case GET, NEAR, TAKE, DROP -> false;
        };
    }

    /** Whether it tells what was there. */
    boolean isRead() {
        return kind == Kind.GET || kind == Kind.NEAR || kind == Kind.TAKE;
    }

    boolean isAcknowledgedWrite() {
        return isWrite() && status == Status.OK;
    }

    private static String seconds(long nanos) {
        return nanos == Long.MAX_VALUE
                ? "       ...  "
                : String.format(Locale.ROOT, "%10.6f", nanos / NANOS_PER_SECOND);
    }

    @Override
    public String toString() {
        String result =
                switch (status) {
                    case OK -> isRead() ? "-> " + found : "ok " + version;
                    case OPEN, UNKNOWN -> "unknown " + note;
                    case REFUSED -> "refused " + note;
                };
        return seconds(startNanos)
                + " .. "
                + seconds(endNanos)
                + "  c"
                + client
                + " m"
                + member
                + " "
                + kind
                + " "
                + key
                + (kind == Kind.NEAR ? " within " + boundNanos / 1_000_000 + " ms" : "")
                + (isRead() ? " " : " '" + argument + "' ")
                + result
                + (token == null ? "" : " lease " + token)
                + (lease == null ? "" : " under " + lease.token)
                + (isRead() && version != null ? " (" + version + ")" : "");
    }
}
