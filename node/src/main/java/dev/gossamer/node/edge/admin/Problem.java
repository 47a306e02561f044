package dev.gossamer.node.edge.admin;

import dev.gossamer.protocol.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * An answer other than the one that was asked for, as RFC 9457 writes it. Its code is that of an
 * {@link ErrorCode}, the same over Java, RESP and HTTP; two answers are no errors and have codes of
 * their own: {@code MISS} and {@code UNCHANGED}.
 *
 * @param code machines decide by it
 * @param title the same for every problem of one code
 * @param detail what happened this time
 */
record Problem(
        String code, String title, int status, String detail, boolean retryable, String recovery) {
    static final String CONTENT_TYPE = "application/problem+json";

    static Problem of(ErrorCode code, String detail) {
        return of(code, code.httpStatus(), detail);
    }

    /**
     * @param status where HTTP has a more exact one than the code's own
     */
    static Problem of(ErrorCode code, int status, String detail) {
        return new Problem(
                code.name(), titleOf(code), status, detail, code.retryable(), code.recovery());
    }

    /** Nothing live under a key. Not an error. */
    static Problem miss(String detail) {
        return new Problem(
                "MISS", "No such entry", 404, detail, false, "Nothing is wrong: store it.");
    }

    /** The condition of a conditional request does not hold. Not an error. */
    static Problem unchanged(String detail) {
        return new Problem(
                "UNCHANGED",
                "The condition does not hold",
                412,
                detail,
                false,
                "Read the entry again and decide anew.");
    }

    /** The request itself is wrong. */
    static Problem badRequest(String detail) {
        return of(ErrorCode.ERR, 400, detail);
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("type", "urn:gossamer:problem:" + code.toLowerCase(Locale.ROOT))
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("code", code)
                .put("retryable", retryable)
                .put("recovery", recovery);
    }

    private static String titleOf(ErrorCode code) {
        return switch (code) {
            case ERR -> "The request is wrong";
            case WRONGTYPE -> "The key holds another kind of value";
            case NOAUTH -> "Authentication is required";
            case WRONGPASS -> "The password is not valid";
            case NOPERM -> "Not permitted";
            case NOPROTO -> "Unknown protocol version";
            case TOOLARGE -> "Over a limit";
            case BUSY -> "The node sheds load";
            case LOADING -> "The node is starting";
            case MOVED -> "Another member owns the slot";
            case TRYAGAIN -> "The slot is changing owners";
            case CROSSSLOT -> "The keys are of several slots";
            case CLUSTERDOWN -> "The slot has no reachable owner";
            case WRONGEPOCH -> "The topology has changed";
            case NOQUORUM -> "This side of a partition is the smaller one";
            case STALE -> "Only an older value is known here";
            case OVERTAKEN -> "The lease has ended";
            case TIMEOUT -> "No answer in time";
            case INTERRUPTED -> "Interrupted";
            case UNREACHABLE -> "No address could be reached";
            case NOREPLICAS -> "Too few backups have stored it";
            case CLOCKDRIFT -> "A clock runs ahead";
            case INTERNAL -> "A defect in Gossamer";
        };
    }

    /** Ends the handling of a request with a problem. Carries no stack: it is an answer. */
    static final class Raised extends RuntimeException {
        private final transient Problem problem;

        Raised(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    Raised raised() {
        return new Raised(this);
    }
}
