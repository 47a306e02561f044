package dev.gossamer.node.cli.trace;

/** A trace that cannot be read; the message says where and what would be right. */
public final class TraceException extends RuntimeException {
    public TraceException(String message) {
        super(message);
    }

    public TraceException(String message, Throwable cause) {
        super(message, cause);
    }
}
