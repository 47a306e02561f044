package dev.gossamer.node.store.disk.format;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What stands in one segment: a fact for each record, in the order of the log, found in the
 * segment's index block or by looking at each record. To replay the log from its end, go through
 * the facts from the last to the first.
 *
 * <p>Immutable. {@value #FACT_BYTES} bytes a record; looking at a fact allocates nothing.
 */
public final class SegmentIndex {
    /** Of a fact about a value that depends on tags. */
    public static final int TAGGED = 1;

    /**
     * Of an erasure that stands for a record that is damaged: nothing more is known of it than its
     * place.
     */
    public static final int LOST = 2;

    /** Who gave a version, and under which epoch. */
    public record Writer(long epoch, MemberId member) {}

    static final int FACT_BYTES = 32;
    static final int HEADER_BYTES = 32;
    static final int WRITER_BYTES = 16;
    static final int TABLE_MAX = 1 << 16;

    static final int POSITION_AT = 0;
    static final int SLOT_AT = 4;
    static final int KIND_AT = 6;
    static final int FLAGS_AT = 7;
    static final int OFFSET_AT = 8;
    static final int LENGTH_AT = 12;
    static final int CLOCK_AT = 16;
    static final int WRITER_AT = 24;
    static final int CACHE_AT = 26;
    static final int EXPIRY_AT = 28;

    static final int MAGIC = 'G' | 'S' << 8 | 'M' << 16 | 'I' << 24;
    static final int CRC_AT = 4;
    static final int BLOCK_BYTES_AT = 8;
    static final int FACT_COUNT_AT = 12;
    static final int WRITER_COUNT_AT = 16;
    static final int CACHE_COUNT_AT = 20;

    private final ByteBuffer facts;
    private final int count;
    private final List<Writer> writers;
    private final List<String> caches;

    SegmentIndex(ByteBuffer facts, int count, List<Writer> writers, List<String> caches) {
        this.facts = facts;
        this.count = count;
        this.writers = List.copyOf(writers);
        this.caches = List.copyOf(caches);
    }

    /** How many facts there are. */
    public int count() {
        return count;
    }

    /** What {@link #writer} counts in. */
    public List<Writer> writers() {
        return writers;
    }

    /** What {@link #cache} counts in: names of caches. */
    public List<String> caches() {
        return caches;
    }

    public int slot(int fact) {
        return Little.u16(facts, at(fact) + SLOT_AT);
    }

    /** Unsigned. */
    public int position(int fact) {
        return Little.i32(facts, at(fact) + POSITION_AT);
    }

    public RecordKind kind(int fact) {
        return RecordKind.ofKnown(Little.u8(facts, at(fact) + KIND_AT));
    }

    /** A sum of {@link #TAGGED} and {@link #LOST}. */
    public int flags(int fact) {
        return Little.u8(facts, at(fact) + FLAGS_AT);
    }

    public boolean isTagged(int fact) {
        return (flags(fact) & TAGGED) != 0;
    }

    public boolean isLost(int fact) {
        return (flags(fact) & LOST) != 0;
    }

    /** Where in the segment the record starts. */
    public int offset(int fact) {
        return Little.i32(facts, at(fact) + OFFSET_AT) * DiskFormat.UNIT_BYTES;
    }

    /** How long the record is, its padding included. */
    public int length(int fact) {
        return Little.i32(facts, at(fact) + LENGTH_AT) * DiskFormat.UNIT_BYTES;
    }

    public long clock(int fact) {
        return Little.i64(facts, at(fact) + CLOCK_AT);
    }

    /** An index into {@link #writers}. */
    public int writer(int fact) {
        return Little.u16(facts, at(fact) + WRITER_AT);
    }

    /** An index into {@link #caches}. */
    public int cache(int fact) {
        return Little.u16(facts, at(fact) + CACHE_AT);
    }

    /**
     * Seconds since 1970, unsigned, after which the value has expired or the tombstone may be
     * forgotten: rounded up; 0 for never.
     */
    public int expirySeconds(int fact) {
        return Little.i32(facts, at(fact) + EXPIRY_AT);
    }

    public Version version(int fact) {
        Writer writer = writers.get(writer(fact));
        return new Version(writer.epoch(), clock(fact), writer.member());
    }

    /** Whether a fact is what a record with this head makes. */
    boolean agrees(int fact, RecordHead head) {
        return kind(fact) == head.kind()
                && slot(fact) == head.slot()
                && position(fact) == head.position()
                && length(fact) == head.recordBytes()
                && version(fact).equals(head.version())
                && isTagged(fact) == head.tagCount() > 0
                && expirySeconds(fact) == DiskFormat.expirySeconds(head.expiresAtMillis());
    }

    private int at(int fact) {
        if (fact < 0 || fact >= count) {
            throw new IndexOutOfBoundsException("fact " + fact + " of " + count);
        }
        return fact * FACT_BYTES;
    }

    /**
     * Reads an index block.
     *
     * @param block whole; it is kept
     * @param footer the segment's, which says how many facts there must be and where records end
     * @return nothing where the block is damaged or another segment's
     */
    static Optional<SegmentIndex> decode(
            ByteBuffer block, RecordCodec codec, SegmentFooter footer) {
        if (!isWhole(block, codec) || Little.i32(block, FACT_COUNT_AT) != footer.recordCount()) {
            return Optional.empty();
        }
        try {
            SegmentIndex index = decode(block, footer.recordCount());
            return index.isPossible(footer.indexOffset()) ? Optional.of(index) : Optional.empty();
        } catch (IndexOutOfBoundsException _) {
            return Optional.empty(); // counts that the block is too short for
        }
    }

    private static SegmentIndex decode(ByteBuffer block, int count) {
        List<Writer> writers = new ArrayList<>();
        int at = HEADER_BYTES + Math.multiplyExact(count, FACT_BYTES);
        for (int i = Little.i32(block, WRITER_COUNT_AT); i > 0; i--) {
            writers.add(new Writer(Little.i64(block, at), new MemberId(Little.i64(block, at + 8))));
            at += WRITER_BYTES;
        }
        List<String> caches = new ArrayList<>();
        for (int i = Little.i32(block, CACHE_COUNT_AT); i > 0; i--) {
            byte[] name = new byte[Little.u16(block, at)];
            block.get(at + Short.BYTES, name);
            caches.add(new String(name, StandardCharsets.UTF_8));
            at += Short.BYTES + name.length;
        }
        ByteBuffer facts = block.slice(HEADER_BYTES, count * FACT_BYTES);
        return new SegmentIndex(facts, count, writers, caches);
    }

    private static boolean isWhole(ByteBuffer block, RecordCodec codec) {
        int factsMax = (block.limit() - HEADER_BYTES) / FACT_BYTES;
        return block.limit() >= HEADER_BYTES
                && Little.i32(block, FACT_COUNT_AT) <= factsMax
                && Little.i32(block, 0) == MAGIC
                && Little.i32(block, BLOCK_BYTES_AT) == block.limit()
                && Little.i32(block, CRC_AT) == crc(block, codec);
    }

    static int crc(ByteBuffer block, RecordCodec codec) {
        return Checksum.seeded(codec.mark(), block, BLOCK_BYTES_AT, block.limit() - BLOCK_BYTES_AT);
    }

    /** A checksum says that it is what was written, not that what was written makes sense. */
    private boolean isPossible(int recordsEnd) {
        int end = DiskFormat.PAGE_BYTES;
        for (int fact = 0; fact < count; fact++) {
            int kind = Little.u8(facts, at(fact) + KIND_AT);
            boolean isPossible =
                    RecordKind.isKnown(kind)
                            && slot(fact) < Slot.COUNT
                            && writer(fact) < writers.size()
                            && cache(fact) < caches.size()
                            && offset(fact) >= end
                            && length(fact) > 0
                            && length(fact) <= recordsEnd - offset(fact);
            if (!isPossible) {
                return false;
            }
            end = offset(fact) + length(fact);
        }
        return true;
    }
}
