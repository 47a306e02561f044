package dev.gossamer.node.store.disk.format;

/**
 * Which segment a file should be, by its name and the folder's manifest.
 *
 * @param segmentBytes how long it is when sealed, if its own header does not tell
 */
public record SegmentId(LogId logId, long number, int segmentBytes) {
    public SegmentId {
        SegmentHeader.checkSegmentBytes(segmentBytes);
    }

    /** For the records of this segment. */
    public RecordCodec codec() {
        return new RecordCodec(logId, number);
    }
}
