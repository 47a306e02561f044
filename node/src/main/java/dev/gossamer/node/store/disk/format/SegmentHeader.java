package dev.gossamer.node.store.disk.format;

import java.nio.ByteBuffer;

/**
 * The first page of a segment file.
 *
 * @param number grows by one with each segment of the log
 * @param segmentBytes the file's length, once it is sealed; a multiple of {@code PAGE_BYTES}
 * @param createdAtMillis milliseconds since 1970
 */
public record SegmentHeader(LogId logId, long number, int segmentBytes, long createdAtMillis) {
    private static final String MAGIC = "GSMSEGMT";
    private static final int SEGMENT_BYTES_AT = Page.CONTENT_AT;
    private static final int LOG_ID_AT = SEGMENT_BYTES_AT + Integer.BYTES;
    private static final int NUMBER_AT = LOG_ID_AT + LogId.BYTES;
    private static final int CREATED_AT = NUMBER_AT + Long.BYTES;

    public SegmentHeader {
        checkSegmentBytes(segmentBytes);
        if (number < 0) {
            throw new IllegalArgumentException("segment number " + number + " is negative");
        }
    }

    static void checkSegmentBytes(int segmentBytes) {
        if (segmentBytes < DiskFormat.SEGMENT_BYTES_MIN
                || segmentBytes > DiskFormat.SEGMENT_BYTES_MAX
                || segmentBytes % DiskFormat.PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "segments of %d bytes are not a multiple of %d in [%d, %d]"
                            .formatted(
                                    segmentBytes,
                                    DiskFormat.PAGE_BYTES,
                                    DiskFormat.SEGMENT_BYTES_MIN,
                                    DiskFormat.SEGMENT_BYTES_MAX));
        }
    }

    /** The whole page, to be written at the file's start. */
    public ByteBuffer encode() {
        ByteBuffer page = Page.begin(MAGIC);
        Little.put32(page, SEGMENT_BYTES_AT, segmentBytes);
        Page.putLogId(page, LOG_ID_AT, logId);
        Little.put64(page, NUMBER_AT, number);
        Little.put64(page, CREATED_AT, createdAtMillis);
        return Page.end(page);
    }

    /**
     * @param page from its position on; it is not moved
     */
    public static ReadPage<SegmentHeader> decode(ByteBuffer page) {
        return Page.read(page, MAGIC, SegmentHeader::content);
    }

    private static SegmentHeader content(ByteBuffer page) {
        return new SegmentHeader(
                Page.logId(page, LOG_ID_AT),
                Little.i64(page, NUMBER_AT),
                Little.i32(page, SEGMENT_BYTES_AT),
                Little.i64(page, CREATED_AT));
    }

    /** For the records of this segment. */
    public RecordCodec codec() {
        return new RecordCodec(logId, number);
    }
}
