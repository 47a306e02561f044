package dev.gossamer.node.cli.trace;

/** How a trace is written down. */
public enum TraceFormat {
    /** Four-byte big-endian integers, a read of that key each (the cache2k benchmark's traces). */
    CACHE2K,
    /** Lines of {@code version,time,op,size,lbn}: op 28 reads the block lbn, 2a writes it. */
    CSV,
    /** Lines of text, a read of that key each. */
    KEYS,
    /** Whichever of the others the content looks like. */
    AUTO
}
