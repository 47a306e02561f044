package dev.gossamer.node.store.disk.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The last {@value DiskFormat#FOOTER_BYTES} bytes of a sealed segment: what makes it one.
 *
 * @param indexOffset where the index block starts, which is where the records end
 * @param indexBytes the index block's length
 * @param sealedAtMillis milliseconds since 1970
 */
public record SegmentFooter(int recordCount, int indexOffset, int indexBytes, long sealedAtMillis) {
    private static final byte[] MAGIC = "GSMFOOTR".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION_AT = MAGIC.length;
    private static final int COUNT_AT = VERSION_AT + Integer.BYTES;
    private static final int INDEX_OFFSET_AT = COUNT_AT + Integer.BYTES;
    private static final int INDEX_BYTES_AT = INDEX_OFFSET_AT + Integer.BYTES;
    private static final int SEALED_AT = INDEX_BYTES_AT + Integer.BYTES;
    private static final int CRC_AT = DiskFormat.FOOTER_BYTES - Integer.BYTES;

    public SegmentFooter {
        if (!isPossible(recordCount, indexOffset, indexBytes)) {
            throw new IllegalArgumentException(
                    "an index of %d bytes at %d for %d records"
                            .formatted(indexBytes, indexOffset, recordCount));
        }
    }

    private static boolean isPossible(int recordCount, int indexOffset, int indexBytes) {
        return recordCount >= 0
                && indexOffset >= DiskFormat.PAGE_BYTES
                && indexBytes >= 0
                && (indexOffset | indexBytes) % DiskFormat.UNIT_BYTES == 0;
    }

    /**
     * @param codec of the segment: a footer of another is not taken for its
     */
    ByteBuffer encode(RecordCodec codec) {
        ByteBuffer footer = ByteBuffer.allocate(DiskFormat.FOOTER_BYTES);
        footer.put(0, MAGIC);
        Little.put32(footer, VERSION_AT, DiskFormat.VERSION);
        Little.put32(footer, COUNT_AT, recordCount);
        Little.put32(footer, INDEX_OFFSET_AT, indexOffset);
        Little.put32(footer, INDEX_BYTES_AT, indexBytes);
        Little.put64(footer, SEALED_AT, sealedAtMillis);
        Little.put32(footer, CRC_AT, Checksum.seeded(codec.mark(), footer, 0, CRC_AT));
        return footer;
    }

    /**
     * @param footer the segment's last bytes
     * @param segmentBytes the segment's length, which the index must fit into
     * @return nothing where there is no footer of this segment, or a damaged one
     */
    static Optional<SegmentFooter> decode(ByteBuffer footer, RecordCodec codec, int segmentBytes) {
        byte[] magic = new byte[MAGIC.length];
        footer.get(0, magic);
        boolean holds =
                Arrays.equals(magic, MAGIC)
                        && Little.i32(footer, VERSION_AT) == DiskFormat.VERSION
                        && Little.i32(footer, CRC_AT)
                                == Checksum.seeded(codec.mark(), footer, 0, CRC_AT);
        int recordCount = Little.i32(footer, COUNT_AT);
        int indexOffset = Little.i32(footer, INDEX_OFFSET_AT);
        int indexBytes = Little.i32(footer, INDEX_BYTES_AT);
        if (!holds
                || !isPossible(recordCount, indexOffset, indexBytes)
                || indexBytes > segmentBytes - DiskFormat.FOOTER_BYTES - indexOffset) {
            return Optional.empty();
        }
        long sealedAtMillis = Little.i64(footer, SEALED_AT);
        return Optional.of(new SegmentFooter(recordCount, indexOffset, indexBytes, sealedAtMillis));
    }
}
