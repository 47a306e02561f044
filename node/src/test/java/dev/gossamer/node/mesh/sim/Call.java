package dev.gossamer.node.mesh.sim;

import dev.gossamer.protocol.Version;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One call of one client, as the client saw it. */
final class Call {
    enum Kind {
        GET,
        PUT,
        APPEND,
        REMOVE,
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

    Call(int client, Kind kind, String key, String argument, int member, long startNanos) {
        this.client = client;
        this.kind = kind;
        this.key = key;
        this.argument = argument;
        this.member = member;
        this.startNanos = startNanos;
    }

    boolean isWrite() {
        return kind != Kind.GET;
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
                    case OK -> kind == Kind.GET ? "-> " + found : "ok " + version;
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
                + (kind == Kind.GET ? " " : " '" + argument + "' ")
                + result
                + (kind == Kind.GET && version != null ? " (" + version + ")" : "");
    }
}
