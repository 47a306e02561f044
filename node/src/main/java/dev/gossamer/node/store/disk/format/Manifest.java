package dev.gossamer.node.store.disk.format;

import dev.gossamer.protocol.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a folder's log is, and how the node that wrote it ended: one page, replaced as a whole.
 *
 * @param member whose folder it is
 * @param segmentBytes the length of the segments that are written now
 * @param bootId names the time since the host's kernel was started, so that after the end of the
 *     process alone, what was written without fsync counts, and after a loss of power it does not;
 *     empty where the system has no such name
 * @param isClean whether the node was stopped in order, all that it had is in the log, and the
 *     snapshot of the index is good; taken away before the log is written again
 * @param nextSegment greater than the number of every segment that was ever begun
 */
public record Manifest(
        LogId logId,
        MemberId member,
        int segmentBytes,
        String bootId,
        boolean isClean,
        long nextSegment) {
    private static final String MAGIC = "GSMMANIF";
    private static final int BOOT_ID_BYTES_MAX = 64;
    private static final int SEGMENT_BYTES_AT = Page.CONTENT_AT;
    private static final int LOG_ID_AT = SEGMENT_BYTES_AT + Integer.BYTES;
    private static final int MEMBER_AT = LOG_ID_AT + LogId.BYTES;
    private static final int NEXT_AT = MEMBER_AT + Long.BYTES;
    private static final int CLEAN_AT = NEXT_AT + Long.BYTES;
    private static final int BOOT_ID_LENGTH_AT = CLEAN_AT + 1;
    private static final int BOOT_ID_AT = BOOT_ID_LENGTH_AT + 1;

    public Manifest {
        SegmentHeader.checkSegmentBytes(segmentBytes);
        int bootIdBytes = bootId.getBytes(StandardCharsets.UTF_8).length;
        if (nextSegment < 0 || bootIdBytes > BOOT_ID_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "next segment %d, boot id of %d bytes".formatted(nextSegment, bootIdBytes));
        }
    }

    /** The same, of a node that was stopped in order, or not. */
    public Manifest withClean(boolean value) {
        return new Manifest(logId, member, segmentBytes, bootId, value, nextSegment);
    }

    /** The same, where another segment begins next. */
    public Manifest withNextSegment(long value) {
        return new Manifest(logId, member, segmentBytes, bootId, isClean, value);
    }

    /** The whole file. */
    public ByteBuffer encode() {
        ByteBuffer page = Page.begin(MAGIC);
        byte[] boot = bootId.getBytes(StandardCharsets.UTF_8);
        Little.put32(page, SEGMENT_BYTES_AT, segmentBytes);
        Page.putLogId(page, LOG_ID_AT, logId);
        Little.put64(page, MEMBER_AT, member.value());
        Little.put64(page, NEXT_AT, nextSegment);
        Little.put8(page, CLEAN_AT, isClean ? 1 : 0);
        Little.put8(page, BOOT_ID_LENGTH_AT, boot.length);
        page.put(BOOT_ID_AT, boot);
        return Page.end(page);
    }

    /**
     * @param page from its position on; it is not moved
     */
    public static ReadPage<Manifest> decode(ByteBuffer page) {
        return Page.read(page, MAGIC, Manifest::content);
    }

    private static Manifest content(ByteBuffer page) {
        byte[] boot = new byte[Math.min(BOOT_ID_BYTES_MAX, Little.u8(page, BOOT_ID_LENGTH_AT))];
        page.get(BOOT_ID_AT, boot);
        return new Manifest(
                Page.logId(page, LOG_ID_AT),
                new MemberId(Little.i64(page, MEMBER_AT)),
                Little.i32(page, SEGMENT_BYTES_AT),
                new String(boot, StandardCharsets.UTF_8),
                Little.u8(page, CLEAN_AT) == 1,
                Little.i64(page, NEXT_AT));
    }
}
