package dev.gossamer.protocol;

/**
 * What can go wrong, the same over Java, RESP and HTTP: a code, whether the same request may simply
 * be sent again, and what a person can do. The code is the first word of a RESP error, the {@code
 * code} of an HTTP problem, and {@link GossamerException#code}. A miss is not an error.
 */
public enum ErrorCode {
    ERR(false, 400, "Correct the request; the message says what is wrong."),
    WRONGTYPE(false, 409, "The key holds another kind of value; use the command that fits it."),
    NOAUTH(false, 401, "Authenticate first: AUTH <password>, or the Authorization header."),
    WRONGPASS(false, 401, "The user name or password is not valid."),
    NOPERM(false, 403, "This user may not do that; ask for the role."),
    NOPROTO(false, 400, "Ask for RESP version 2 or 3."),
    TOOLARGE(false, 413, "Send a smaller key or value, or raise the limit that the message names."),
    BUSY(true, 503, "The node sheds load: wait a little and send again."),
    LOADING(true, 503, "The node is starting; it will answer soon."),
    MOVED(true, 421, "Ask the member that the message names, and refresh the topology."),
    TRYAGAIN(true, 503, "The slot is changing owners; send again."),
    CROSSSLOT(
            false,
            400,
            "Give the keys of one command a common {hashtag}, or use the proxying port."),
    CLUSTERDOWN(
            true,
            503,
            "The slot has no reachable owner now; send again when the mesh has settled."),
    WRONGEPOCH(true, 503, "The topology has changed; refresh it and send again."),
    NOQUORUM(
            true,
            503,
            "This side of a partition is the smaller one, and the cache is consistent: send again, or"
                    + " ask a member of the larger side."),
    STALE(
            true,
            503,
            "The members that answer know only an older value than this client has seen: read again"
                    + " when the mesh has settled, or begin a new session to take what there is."),
    OVERTAKEN(
            false,
            409,
            "The key was written or invalidated since the lease was given, or another has the lease:"
                    + " read the key again."),
    TIMEOUT(false, 504, "The outcome is unknown: read before you write again."),
    INTERRUPTED(false, 503, "The caller's thread was interrupted; the outcome is unknown."),
    UNREACHABLE(true, 503, "No address could be reached: is the mesh up, and the address right?"),
    NOREPLICAS(
            false,
            503,
            "Stored on the primary, but not on enough backups in time; read before you write again."),
    CLOCKDRIFT(
            false,
            503,
            "A member's clock runs ahead: synchronize the members' clocks, or raise clock.drift-max."),
    INTERNAL(false, 500, "A defect in Gossamer: please report it with the node's log.");

    private final boolean retryable;
    private final int httpStatus;
    private final String recovery;

    ErrorCode(boolean retryable, int httpStatus, String recovery) {
        this.retryable = retryable;
        this.httpStatus = httpStatus;
        this.recovery = recovery;
    }

    /**
     * Whether nothing was changed, so that the same request may be sent again elsewhere or later.
     */
    public boolean retryable() {
        return retryable;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** One sentence that tells a person what to do. */
    public String recovery() {
        return recovery;
    }
}
