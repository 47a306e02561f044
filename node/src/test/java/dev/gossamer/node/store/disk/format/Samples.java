package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;

/** Records of every kind, and segments made of them. */
final class Samples {
    static final LogId LOG = new LogId(0x0123456789abcdefL, 0xfedcba9876543210L);
    static final MemberId MEMBER = new MemberId(0x1111222233334444L);
    static final long NUMBER = 7;
    static final long CREATED_MILLIS = 1_700_000_000_000L;
    static final long SEALED_MILLIS = CREATED_MILLIS + 60_000;
    static final long EXPIRY_MILLIS = 1_800_000_000_001L;
    static final int SMALL_SEGMENT = DiskFormat.SEGMENT_BYTES_MIN;

    /** Three hundred bytes, and what the libraries of the first release made of them. */
    static final byte[] REPETITIVE = repetitive(300);

    static final StoredValue LZ4 =
            stored(Compression.LZ4, "9f676f7373616d6572200900ff0c507220676f73");
    static final StoredValue ZSTD =
            stored(Compression.ZSTD, "28b52ffd602c0085000048676f7373616d65722001002054cb11");

    /** A record, and the cache that it belongs to. */
    record Sample(LogRecord record, String cache) {}

    private Samples() {}

    private static StoredValue stored(Compression compression, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new StoredValue(compression, bytes, bytes.length, REPETITIVE.length);
    }

    static byte[] repetitive(int length) {
        byte[] value = new byte[length];
        for (int i = 0; i < length; i++) {
            value[i] = (byte) "gossamer ".charAt(i % 9);
        }
        return value;
    }

    static Version version(long clock) {
        return new Version(3, clock, MEMBER);
    }

    static LogRecord value(String key, byte[] value, long clock, long... tags) {
        Entry entry = Entry.of(value, version(clock), EXPIRY_MILLIS, tags);
        return value(Bytes.utf8(key), entry, StoredValue.plain(value));
    }

    static LogRecord value(Bytes key, Entry entry, StoredValue stored) {
        return LogRecord.value(key.slotIndex(), position(key), key, entry, stored);
    }

    static int position(Bytes key) {
        return (int) MemoryTier.positionOf(key);
    }

    /** Every kind, compression and oddity that fits into a small segment. */
    static List<Sample> ofEveryKind() {
        Bytes packed = Bytes.utf8("users:packed");
        Bytes tight = Bytes.utf8("users:tight");
        Bytes removed = Bytes.utf8("gone");
        Version other = new Version(4, 900, new MemberId(-1));
        Entry forever = Entry.of(REPETITIVE, version(103), Entry.NEVER);
        return List.of(
                new Sample(value("users:1", new byte[] {1, 2, 3}, 101, 7, -9), "users"),
                new Sample(value("", new byte[0], 102), "default"),
                new Sample(value(packed, forever, LZ4), "users"),
                new Sample(value(tight, forever, ZSTD), "users"),
                new Sample(
                        LogRecord.tombstone(
                                removed.slotIndex(),
                                position(removed),
                                removed,
                                Entry.tombstone(other, EXPIRY_MILLIS)),
                        "default"),
                new Sample(value("users:1", repetitive(61), 104), "users"),
                new Sample(LogRecord.erase(77, -3, version(105)), ""),
                new Sample(LogRecord.eraseSlot(16_383), ""),
                new Sample(value("last", repetitive(32), 106), "default"));
    }

    static SegmentHeader header(int segmentBytes) {
        return new SegmentHeader(LOG, NUMBER, segmentBytes, CREATED_MILLIS);
    }

    /** The whole file of a segment that is being written, as long as its segment. */
    static ByteBuffer unsealed(int segmentBytes, List<Sample> samples) {
        ByteBuffer file = ByteBuffer.allocate(segmentBytes);
        write(new SegmentBuilder(header(segmentBytes)), samples, file);
        return file.clear();
    }

    static ByteBuffer sealed(int segmentBytes, List<Sample> samples) {
        ByteBuffer file = ByteBuffer.allocate(segmentBytes);
        SegmentBuilder builder = new SegmentBuilder(header(segmentBytes));
        write(builder, samples, file);
        SegmentBuilder.Seal seal = builder.seal(SEALED_MILLIS);
        file.put((int) seal.indexOffset(), seal.index(), 0, seal.index().limit());
        file.put((int) seal.footerOffset(), seal.footer(), 0, seal.footer().limit());
        return file.clear();
    }

    private static void write(SegmentBuilder builder, List<Sample> samples, ByteBuffer file) {
        file.put(builder.header().encode());
        for (Sample sample : samples) {
            long offset = builder.claim(sample.record().head(), sample.cache());
            file.position((int) offset);
            builder.codec().encode(sample.record(), file, offset);
        }
    }
}
