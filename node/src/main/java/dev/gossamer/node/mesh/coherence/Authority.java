package dev.gossamer.node.mesh.coherence;

/**
 * Until when this node's word counts as a primary's (C5).
 *
 * @param untilNanos of its monotonic clock; at or before now for no authority
 * @param epoch of the topology under which it has it
 */
public record Authority(long untilNanos, long epoch) {
    /** Of a node that never had any, and under a provisional topology. */
    public static Authority none(long epoch) {
        return new Authority(Long.MIN_VALUE, epoch);
    }

    /** Compared and not subtracted: the longest ago may be said. */
    public boolean isHeldAt(long nanos) {
        return nanos < untilNanos;
    }
}
