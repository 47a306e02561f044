package dev.gossamer.node.cli.chaos.history;

/** A time with a beginning and an end on the clients' clock. */
public record Period(long startNanos, long endNanos) {

    public Period {
        if (endNanos < startNanos) {
            throw new IllegalArgumentException("a period ends before its start");
        }
    }

    /** Whether any instant belongs to both. */
    public boolean meets(long fromNanos, long toNanos) {
        return fromNanos <= endNanos && toNanos >= startNanos;
    }
}
