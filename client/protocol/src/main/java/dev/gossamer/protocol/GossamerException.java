package dev.gossamer.protocol;

import java.util.Objects;

/**
 * A request that failed: what went wrong, whether to send it again, and what to do. Never thrown
 * for a miss.
 */
public final class GossamerException extends RuntimeException {
    private final ErrorCode code;

    public GossamerException(ErrorCode code, String message) {
        super(message);
        this.code = Objects.requireNonNull(code);
    }

    public GossamerException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code);
    }

    public ErrorCode code() {
        return code;
    }

    /** Whether nothing was changed, so that the same request may be sent again. */
    public boolean retryable() {
        return code.retryable();
    }

    /** What a person can do about it. */
    public String recovery() {
        return code.recovery();
    }
}
