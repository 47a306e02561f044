package dev.gossamer.node.store.disk.format;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The first page of a snapshot of the index, and the tables behind it.
 *
 * @param nextSegment as the clean manifest says it: another one means that the log went on
 * @param oldestSegment no entry is in an older one
 * @param createdAtMillis milliseconds since 1970
 * @param writers what entries name who gave their versions by
 * @param caches what entries name their caches by
 */
public record SnapshotHeader(
        LogId logId,
        long nextSegment,
        long oldestSegment,
        long createdAtMillis,
        List<SegmentIndex.Writer> writers,
        List<String> caches) {
    static final String MAGIC = "GSMSNAPS";
    static final int LOG_ID_AT = Page.CONTENT_AT + Integer.BYTES;
    static final int NEXT_AT = LOG_ID_AT + LogId.BYTES;
    static final int OLDEST_AT = NEXT_AT + Long.BYTES;
    static final int CREATED_AT = OLDEST_AT + Long.BYTES;

    public SnapshotHeader {
        writers = List.copyOf(writers);
        caches = List.copyOf(caches);
        if (writers.size() > SegmentIndex.TABLE_MAX || caches.size() > SegmentIndex.TABLE_MAX) {
            throw new IllegalArgumentException(
                    writers.size() + " writers and " + caches.size() + " caches are too many");
        }
        if (oldestSegment < 0 || nextSegment < oldestSegment) {
            throw new IllegalArgumentException(
                    "segments from " + oldestSegment + " to " + nextSegment);
        }
    }

    ByteBuffer page() {
        ByteBuffer page = Page.begin(MAGIC);
        Page.putLogId(page, LOG_ID_AT, logId);
        Little.put64(page, NEXT_AT, nextSegment);
        Little.put64(page, OLDEST_AT, oldestSegment);
        Little.put64(page, CREATED_AT, createdAtMillis);
        return Page.end(page);
    }

    static ReadPage<SnapshotHeader> decode(ByteBuffer page) {
        return Page.read(page, MAGIC, SnapshotHeader::content);
    }

    private static SnapshotHeader content(ByteBuffer page) {
        return new SnapshotHeader(
                Page.logId(page, LOG_ID_AT),
                Little.i64(page, NEXT_AT),
                Little.i64(page, OLDEST_AT),
                Little.i64(page, CREATED_AT),
                List.of(),
                List.of());
    }

    SnapshotHeader with(List<SegmentIndex.Writer> foundWriters, List<String> foundCaches) {
        return new SnapshotHeader(
                logId, nextSegment, oldestSegment, createdAtMillis, foundWriters, foundCaches);
    }
}
