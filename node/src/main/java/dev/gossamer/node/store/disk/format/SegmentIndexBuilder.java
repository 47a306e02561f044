package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.disk.format.SegmentIndex.Writer;
import dev.gossamer.protocol.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the facts of a segment while it is written or scanned, and knows at any moment how long
 * its index block would be.
 *
 * <p>For one thread. {@value SegmentIndex#FACT_BYTES} bytes a record.
 */
public final class SegmentIndexBuilder {
    private static final int FACTS_INITIAL = 64;
    private static final int CACHE_NAME_BYTES_MAX = 0xffff;

    private final Map<Writer, Integer> writers = new HashMap<>();
    private final Map<String, Integer> caches = new HashMap<>();
    private final List<Writer> writerList = new ArrayList<>();
    private final List<String> cacheList = new ArrayList<>();
    private ByteBuffer facts = ByteBuffer.allocate(FACTS_INITIAL * SegmentIndex.FACT_BYTES);
    private int count;
    private int cacheBytes;

    public int count() {
        return count;
    }

    /** The length of the index block as it would be now. O(1). */
    public int blockBytes() {
        return blockBytes(count, writers.size(), cacheBytes);
    }

    /**
     * The length of the index block once this record was added. O(1).
     *
     * @param cache the name of the cache that the record's key belongs to; empty where there is
     *     none
     */
    public int blockBytesWith(RecordHead head, String cache) {
        boolean isNewWriter = !writers.containsKey(writerOf(head));
        return blockBytes(
                count + 1,
                writers.size() + (isNewWriter ? 1 : 0),
                cacheBytes + (caches.containsKey(cache) ? 0 : bytesOf(cache)));
    }

    /**
     * Whether its tables still have a place for whoever wrote this, and for the cache; one place of
     * each is kept for nobody and none, which damaged records need.
     */
    boolean hasPlaceFor(RecordHead head, String cache) {
        int most = SegmentIndex.TABLE_MAX - 1;
        return (writers.size() < most || writers.containsKey(writerOf(head)))
                && (caches.size() < most || caches.containsKey(cache));
    }

    private static int blockBytes(int count, int writers, int cacheBytes) {
        return DiskFormat.toUnits(
                SegmentIndex.HEADER_BYTES
                        + count * SegmentIndex.FACT_BYTES
                        + writers * SegmentIndex.WRITER_BYTES
                        + cacheBytes);
    }

    /**
     * @param offset where in the segment the record starts; behind all that were added before
     * @param cache the name of the cache that the record's key belongs to; empty where there is
     *     none
     */
    public void add(RecordHead head, long offset, String cache) {
        int flags = head.tagCount() > 0 ? SegmentIndex.TAGGED : 0;
        add(head, offset, head.recordBytes(), flags, cache);
    }

    /**
     * Adds an erasure that stands for a damaged record.
     *
     * @param erasure of the place
     */
    void addLost(RecordHead erasure, long offset) {
        add(erasure, offset, DiskFormat.UNIT_BYTES, SegmentIndex.LOST, "");
    }

    private void add(RecordHead head, long offset, int length, int flags, String cache) {
        if (facts.capacity() == count * SegmentIndex.FACT_BYTES) {
            facts =
                    ByteBuffer.allocate(Math.multiplyExact(2, facts.capacity()))
                            .put(0, facts, 0, facts.capacity());
        }
        int at = count++ * SegmentIndex.FACT_BYTES;
        Little.put32(facts, at + SegmentIndex.POSITION_AT, head.position());
        Little.put16(facts, at + SegmentIndex.SLOT_AT, head.slot());
        Little.put8(facts, at + SegmentIndex.KIND_AT, head.kind().code());
        Little.put8(facts, at + SegmentIndex.FLAGS_AT, flags);
        Little.put32(facts, at + SegmentIndex.OFFSET_AT, (int) (offset / DiskFormat.UNIT_BYTES));
        Little.put32(facts, at + SegmentIndex.LENGTH_AT, length / DiskFormat.UNIT_BYTES);
        Little.put64(facts, at + SegmentIndex.CLOCK_AT, head.clock());
        Little.put16(facts, at + SegmentIndex.WRITER_AT, indexOf(writerOf(head)));
        Little.put16(facts, at + SegmentIndex.CACHE_AT, indexOf(cache));
        int expiry = DiskFormat.expirySeconds(head.expiresAtMillis());
        Little.put32(facts, at + SegmentIndex.EXPIRY_AT, expiry);
    }

    private static Writer writerOf(RecordHead head) {
        return new Writer(head.epoch(), new MemberId(head.member()));
    }

    private int indexOf(Writer writer) {
        return writers.computeIfAbsent(
                writer,
                added -> {
                    checkPlace(writerList);
                    writerList.add(added);
                    return writerList.size() - 1;
                });
    }

    private int indexOf(String cache) {
        return caches.computeIfAbsent(
                cache,
                added -> {
                    checkPlace(cacheList);
                    cacheList.add(added);
                    cacheBytes += bytesOf(added);
                    return cacheList.size() - 1;
                });
    }

    private static void checkPlace(List<?> table) {
        if (table.size() == SegmentIndex.TABLE_MAX) {
            throw new IllegalStateException("a table of the segment is full");
        }
    }

    private static int bytesOf(String cache) {
        int bytes = cache.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > CACHE_NAME_BYTES_MAX) {
            throw new IllegalArgumentException("the name of a cache has " + bytes + " bytes");
        }
        return Short.BYTES + bytes;
    }

    /** What was added so far; what is added later is not seen there. O(1). */
    public SegmentIndex index() {
        ByteBuffer seen = facts.slice(0, count * SegmentIndex.FACT_BYTES);
        return new SegmentIndex(seen, count, writerList, cacheList);
    }

    /** The index block, as it is written behind the last record. */
    ByteBuffer block(RecordCodec codec) {
        ByteBuffer block = ByteBuffer.allocate(blockBytes());
        Little.put32(block, 0, SegmentIndex.MAGIC);
        Little.put32(block, SegmentIndex.BLOCK_BYTES_AT, block.capacity());
        Little.put32(block, SegmentIndex.FACT_COUNT_AT, count);
        Little.put32(block, SegmentIndex.WRITER_COUNT_AT, writers.size());
        Little.put32(block, SegmentIndex.CACHE_COUNT_AT, caches.size());
        block.put(SegmentIndex.HEADER_BYTES, facts, 0, count * SegmentIndex.FACT_BYTES);
        int at = SegmentIndex.HEADER_BYTES + count * SegmentIndex.FACT_BYTES;
        for (Writer writer : writerList) {
            Little.put64(block, at, writer.epoch());
            Little.put64(block, at + Long.BYTES, writer.member().value());
            at += SegmentIndex.WRITER_BYTES;
        }
        for (String cache : cacheList) {
            byte[] name = cache.getBytes(StandardCharsets.UTF_8);
            Little.put16(block, at, name.length);
            block.put(at + Short.BYTES, name);
            at += Short.BYTES + name.length;
        }
        Little.put32(block, SegmentIndex.CRC_AT, SegmentIndex.crc(block, codec));
        return block;
    }
}
