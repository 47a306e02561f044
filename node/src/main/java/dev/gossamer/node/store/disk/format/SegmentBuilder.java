package dev.gossamer.node.store.disk.format;

import java.nio.ByteBuffer;

/**
 * A segment while it is written: which record stands where, and whether there is still room for
 * another one and for the index block that will then be needed. It writes nothing itself.
 *
 * <p>For one thread. Invariant: header, records, index block and footer together never exceed the
 * segment's length.
 */
public final class SegmentBuilder {
    private final SegmentHeader header;
    private final RecordCodec codec;
    private final SegmentIndexBuilder index = new SegmentIndexBuilder();
    private int end = DiskFormat.PAGE_BYTES;

    /**
     * What is to be written to seal a segment.
     *
     * @param indexOffset where the index block goes, right behind the last record
     * @param footerOffset where the footer goes, right before the segment's end
     */
    public record Seal(long indexOffset, ByteBuffer index, long footerOffset, ByteBuffer footer) {}

    public SegmentBuilder(SegmentHeader header) {
        this.header = header;
        this.codec = header.codec();
    }

    public SegmentHeader header() {
        return header;
    }

    /** Encodes the records of this segment. */
    public RecordCodec codec() {
        return codec;
    }

    /** Where the next record will stand. */
    public long nextOffset() {
        return end;
    }

    /** The facts so far; what is added later is not seen there. */
    public SegmentIndex index() {
        return index.index();
    }

    /**
     * Whether the record, and the index block that it makes longer, still fit. O(1).
     *
     * @param cache the name of the cache that the record's key belongs to; empty where there is
     *     none
     */
    public boolean hasRoomFor(RecordHead head, String cache) {
        long needed =
                (long) end
                        + head.recordBytes()
                        + index.blockBytesWith(head, cache)
                        + DiskFormat.FOOTER_BYTES;
        return needed <= header.segmentBytes() && index.hasPlaceFor(head, cache);
    }

    /**
     * Gives the record the next place of the segment.
     *
     * @return the offset that it is to be {@link RecordCodec#encode encoded} for and written at
     * @throws IllegalStateException when there is no room for it
     */
    public long claim(RecordHead head, String cache) {
        if (!hasRoomFor(head, cache)) {
            throw new IllegalStateException(
                    "no room for %d bytes at %d of %d"
                            .formatted(head.recordBytes(), end, header.segmentBytes()));
        }
        int offset = end;
        index.add(head, offset, cache);
        end += head.recordBytes();
        return offset;
    }

    /**
     * What seals the segment, after all its records were written.
     *
     * @param sealedAtMillis milliseconds since 1970
     */
    public Seal seal(long sealedAtMillis) {
        ByteBuffer block = index.block(codec);
        SegmentFooter footer =
                new SegmentFooter(index.count(), end, block.capacity(), sealedAtMillis);
        long footerOffset = (long) header.segmentBytes() - DiskFormat.FOOTER_BYTES;
        return new Seal(end, block, footerOffset, footer.encode(codec));
    }

    /**
     * Whether a record fits into any segment of that length: into an empty one.
     *
     * @param cache the name of the cache that the record's key belongs to; empty where there is
     *     none
     */
    public static boolean canHold(int segmentBytes, RecordHead head, String cache) {
        long needed =
                (long) DiskFormat.PAGE_BYTES
                        + head.recordBytes()
                        + new SegmentIndexBuilder().blockBytesWith(head, cache)
                        + DiskFormat.FOOTER_BYTES;
        return needed <= segmentBytes;
    }
}
