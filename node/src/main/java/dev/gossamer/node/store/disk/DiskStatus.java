package dev.gossamer.node.store.disk;

/**
 * How the SSD's tier is, for people.
 *
 * @param state of its breaker
 * @param trouble why it is not used, or empty
 * @param bytes that the segments take on the disk
 * @param bytesMax the folder's budget
 * @param lackingBytes of the budget, for which the file system has no room; the log is that much
 *     shorter
 * @param liveBytes of the segments, those that can still be read
 * @param entries that rest on the disk, those included that memory has as well
 * @param indexBytes of memory that the index takes
 * @param stagedBytes of memory, on their way to the log
 * @param writeAmplification bytes written to the disk for each byte of new records
 * @param quarantined records that could not be believed, since the start
 * @param loaded how much of the log is in the index, from 0 to 1
 */
public record DiskStatus(
        State state,
        String trouble,
        long bytes,
        long bytesMax,
        long lackingBytes,
        long liveBytes,
        long entries,
        long indexBytes,
        long stagedBytes,
        double writeAmplification,
        long quarantined,
        double loaded) {

    /**
     * The part of the segments' bytes that can still be read, from 0 to 1. A little too high: the
     * lengths of records are known rounded up, see {@link Where}.
     */
    public double liveRatio() {
        return bytes == 0 ? 1 : Math.min(1, (double) liveBytes / bytes);
    }

    /** Whether the node serves without it. */
    boolean isGivenUp() {
        return state == State.OPEN || state == State.HALF_OPEN;
    }

    /** Of the breaker. */
    public enum State {
        /** It serves, and what the log had before is being brought into the index. */
        LOADING,
        /** It serves. */
        CLOSED,
        /** The disk is not used; it is tried again every now and then. */
        OPEN,
        /** The disk is being tried. */
        HALF_OPEN,
        /** The node is stopping. */
        STOPPED
    }
}
