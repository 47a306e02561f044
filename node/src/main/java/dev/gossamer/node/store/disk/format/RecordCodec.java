package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records of one segment to bytes and back.
 *
 * <p><b>What is believed.</b> (1) A head's checksum covers all of the head, the key too, and is
 * computed with the record's offset and with the segment's <em>mark</em>, which follows from the
 * log's id and the segment's number: what an earlier use of the disk left behind, a record in
 * another place, and a value made to look like a record do not pass. (2) What the value's checksums
 * cover is only taken for the value when they hold. (3) A head says twice which place it is about:
 * when it is damaged, its {@link #twin} still tells which place can't be trusted any more, so that
 * a flipped bit never brings back what stood there before.
 *
 * <p><b>Threads.</b> Any; immutable. <b>Cost.</b> Encoding and decoding copy a value once and pass
 * over it once more for its checksums.
 */
public final class RecordCodec {
    /** See {@link #plainBytes}. */
    public static final int NOT_PLAIN = -1;

    private static final int MARK_AT = 0;
    private static final int TWIN_PLACE_AT = 4;
    private static final int TWIN_CHECK_AT = 6;
    private static final int TWIN_POSITION_AT = 8;
    private static final int CRC_AT = 12;
    private static final int KIND_AT = 16;
    private static final int COMPRESSION_AT = 17;
    private static final int SLOT_AT = 18;
    private static final int TAG_COUNT_AT = 20;
    private static final int ZERO_AT = 22;
    private static final int STORED_AT = 24;
    private static final int VALUE_AT = 28;
    private static final int KEY_AT = 32;
    private static final int POSITION_AT = 36;
    private static final int EPOCH_AT = 40;
    private static final int CLOCK_AT = 48;
    private static final int MEMBER_AT = 56;
    private static final int EXPIRY_AT = 64;
    private static final int CHUNKS_AT = RecordHead.FIXED_BYTES;

    private static final int TWIN_KIND_SHIFT = 14;
    private static final int TWIN_SLOT_MASK = (1 << TWIN_KIND_SHIFT) - 1;

    /**
     * What a record's mark is changed by where it is {@link #isProven proven}. Several bytes of it
     * are not zero: no one of them that is damaged makes a mark of it.
     */
    private static final int PROOF = 0x5a17e3c1;

    private final int mark;

    /**
     * @param segmentNumber of the segment that the records are in
     */
    public RecordCodec(LogId logId, long segmentNumber) {
        ByteBuffer seed = ByteBuffer.allocate(LogId.BYTES + Long.BYTES);
        Little.put64(seed, 0, logId.high());
        Little.put64(seed, 8, logId.low());
        Little.put64(seed, 16, segmentNumber);
        this.mark = Checksum.of(seed, 0, seed.capacity());
    }

    /**
     * What each record of the segment begins with, and what its other checksums are seeded with.
     */
    int mark() {
        return mark;
    }

    /**
     * Writes a whole record at the buffer's position, which moves behind it.
     *
     * @param offset where in the segment the record will stand
     */
    public void encode(LogRecord record, ByteBuffer out, long offset) {
        int end = out.position() + record.recordBytes();
        encodeHead(record, out, offset);
        out.put(record.value().bytes(), 0, record.value().length());
        encodePadding(record, out);
        if (out.position() != end) {
            throw new IllegalStateException("the record's length is not what its head says");
        }
    }

    /**
     * Writes only the head; the stored value and {@link #encodePadding the padding} are to follow
     * it. For values that are too large for one buffer.
     */
    public void encodeHead(LogRecord record, ByteBuffer out, long offset) {
        RecordHead head = record.head();
        int at = out.position();
        int headBytes = head.headBytes();
        encodeFixed(head, out, at);
        encodeChunks(record.value(), head, out, at + CHUNKS_AT);
        int tagsAt = at + head.tagsOffset();
        for (int i = 0; i < record.tags().length; i++) {
            Little.put64(out, tagsAt + i * Long.BYTES, record.tags()[i]);
        }
        out.put(at + head.keyOffset(), record.key().array());
        seal(head, out, at, offset);
        out.position(at + headBytes);
    }

    /** Writes the zeroes behind the value, up to the record's end. */
    public void encodePadding(LogRecord record, ByteBuffer out) {
        RecordHead head = record.head();
        for (int i = head.headBytes() + head.storedBytes(); i < head.recordBytes(); i++) {
            out.put((byte) 0);
        }
    }

    /**
     * Turns a whole record of another place, read and found good, into one that may be written at
     * an offset of this segment. The value is not touched. For what is copied to the log's end.
     *
     * @param at where the record starts in the buffer
     */
    public void move(RecordHead head, ByteBuffer record, int at, long offset) {
        seal(head, record, at, offset);
    }

    private static void encodeFixed(RecordHead head, ByteBuffer out, int at) {
        Little.put8(out, at + KIND_AT, head.kind().code());
        Little.put8(out, at + COMPRESSION_AT, head.compression().code());
        Little.put16(out, at + SLOT_AT, head.slot());
        Little.put16(out, at + TAG_COUNT_AT, head.tagCount());
        Little.put16(out, at + ZERO_AT, 0);
        Little.put32(out, at + STORED_AT, head.storedBytes());
        Little.put32(out, at + VALUE_AT, head.valueBytes());
        Little.put32(out, at + KEY_AT, head.keyBytes());
        Little.put32(out, at + POSITION_AT, head.position());
        Little.put64(out, at + EPOCH_AT, head.epoch());
        Little.put64(out, at + CLOCK_AT, head.clock());
        Little.put64(out, at + MEMBER_AT, head.member());
        Little.put64(out, at + EXPIRY_AT, head.expiresAtMillis());
    }

    private static void encodeChunks(StoredValue value, RecordHead head, ByteBuffer out, int at) {
        for (int chunk = 0; chunk < head.chunkCount(); chunk++) {
            int from = chunk * DiskFormat.CHUNK_BYTES;
            int crc = Checksum.of(value.bytes(), from, head.chunkBytes(chunk));
            Little.put32(out, at + chunk * Integer.BYTES, crc);
        }
    }

    /** Mark, twin and checksum: all that depends on where the record stands. */
    private void seal(RecordHead head, ByteBuffer out, int at, long offset) {
        int twinPlace = (head.kind().code() - 1) << TWIN_KIND_SHIFT | head.slot();
        Little.put32(out, at + MARK_AT, mark);
        Little.put16(out, at + TWIN_PLACE_AT, twinPlace);
        Little.put16(out, at + TWIN_CHECK_AT, twinCheck(twinPlace, head.position(), offset));
        Little.put32(out, at + TWIN_POSITION_AT, head.position());
        Little.put32(out, at + CRC_AT, headCrc(out, at, head.headBytes(), offset));
    }

    private int headCrc(ByteBuffer buffer, int at, int headBytes, long offset) {
        return Checksum.seeded(seed(offset), buffer, at + KIND_AT, headBytes - KIND_AT);
    }

    private int twinCheck(int place, int position, long offset) {
        ByteBuffer twin = ByteBuffer.allocate(Short.BYTES + Integer.BYTES);
        Little.put16(twin, 0, place);
        Little.put32(twin, Short.BYTES, position);
        return Checksum.seeded(seed(offset), twin, 0, twin.capacity()) & 0xffff;
    }

    private int seed(long offset) {
        return mark ^ (int) (offset / DiskFormat.UNIT_BYTES);
    }

    /** Whether the four bytes there are those that every record of the segment begins with. */
    boolean hasMark(ByteBuffer in, int at) {
        return in.limit() - at >= Integer.BYTES && Little.i32(in, at + MARK_AT) == mark;
    }

    /**
     * Reads the head that starts at a place of the buffer; the value need not be there. Allocates
     * nothing but the head.
     *
     * @param at where the record starts in the buffer, which holds it up to its limit
     * @param offset where the record stands in the segment
     * @return the head, if its checksum holds; {@link Flaw#CUT} where the buffer ends before it
     */
    public ReadHead readHead(ByteBuffer in, int at, long offset) {
        int available = in.limit() - at;
        if (available < RecordHead.FIXED_BYTES) {
            return Flaw.CUT;
        }
        int headBytes = headBytes(in, at);
        if (headBytes > available) {
            return hasMark(in, at) ? Flaw.CUT : Flaw.NO_RECORD;
        }
        if (headBytes < 0
                || Little.i32(in, at + CRC_AT) != headCrc(in, at, headBytes, offset)
                || !isPossibleVersion(in, at)) {
            return hasMark(in, at) ? Flaw.HEAD_DAMAGED : Flaw.NO_RECORD;
        }
        return head(in, at);
    }

    /**
     * How long the head is, if what its lengths say is true, which is for {@link #readHead} to find
     * out; −1 if they can't be.
     */
    static int headBytes(ByteBuffer in, int at) {
        int kind = Little.u8(in, at + KIND_AT);
        int compression = Little.u8(in, at + COMPRESSION_AT);
        if (!RecordKind.isKnown(kind) || !Compression.isKnown(compression)) {
            return -1;
        }
        int tagCount = Little.u16(in, at + TAG_COUNT_AT);
        int keyBytes = Little.i32(in, at + KEY_AT);
        int storedBytes = Little.i32(in, at + STORED_AT);
        int valueBytes = Little.i32(in, at + VALUE_AT);
        boolean isPossible =
                RecordHead.isPossible(
                        RecordKind.ofKnown(kind),
                        Compression.ofKnown(compression),
                        tagCount,
                        keyBytes,
                        storedBytes,
                        valueBytes);
        return isPossible ? RecordHead.headBytes(keyBytes, tagCount, storedBytes) : -1;
    }

    private static boolean isPossibleVersion(ByteBuffer in, int at) {
        return Little.u16(in, at + SLOT_AT) <= TWIN_SLOT_MASK
                && (Little.i64(in, at + EPOCH_AT) | Little.i64(in, at + CLOCK_AT)) >= 0;
    }

    private static RecordHead head(ByteBuffer in, int at) {
        return new RecordHead(
                RecordKind.ofKnown(Little.u8(in, at + KIND_AT)),
                Compression.ofKnown(Little.u8(in, at + COMPRESSION_AT)),
                Little.u16(in, at + SLOT_AT),
                Little.i32(in, at + POSITION_AT),
                Little.i64(in, at + EPOCH_AT),
                Little.i64(in, at + CLOCK_AT),
                Little.i64(in, at + MEMBER_AT),
                Little.i64(in, at + EXPIRY_AT),
                Little.u16(in, at + TAG_COUNT_AT),
                Little.i32(in, at + KEY_AT),
                Little.i32(in, at + STORED_AT),
                Little.i32(in, at + VALUE_AT));
    }

    /**
     * The place that a record is about whose head is damaged, as an erasure of it: nothing that was
     * written there before may be believed any more.
     *
     * @param at where the record starts in the buffer
     * @return nothing where that is not known either, or no record of this segment starts
     */
    public Optional<RecordHead> twin(ByteBuffer in, int at, long offset) {
        if (in.limit() - at < CRC_AT || !hasMark(in, at)) {
            return Optional.empty();
        }
        int place = Little.u16(in, at + TWIN_PLACE_AT);
        int position = Little.i32(in, at + TWIN_POSITION_AT);
        if (Little.u16(in, at + TWIN_CHECK_AT) != twinCheck(place, position, offset)) {
            return Optional.empty();
        }
        int slot = place & TWIN_SLOT_MASK;
        RecordKind kind = RecordKind.ofKnown((place >> TWIN_KIND_SHIFT) + 1);
        return Optional.of(
                kind == RecordKind.ERASE_SLOT
                        ? LogRecord.eraseSlot(slot).head()
                        : LogRecord.erase(slot, position, Version.NONE).head());
    }

    /** The key of a record whose head was read there. */
    public static Bytes key(RecordHead head, ByteBuffer in, int at) {
        byte[] key = new byte[head.keyBytes()];
        in.get(at + head.keyOffset(), key);
        return Bytes.wrap(key);
    }

    /** Whether a record whose head was read there is about this key; allocates nothing large. */
    public static boolean hasKey(RecordHead head, ByteBuffer in, int at, Bytes key) {
        return head.keyBytes() == key.length()
                && in.slice(at + head.keyOffset(), head.keyBytes())
                        .equals(ByteBuffer.wrap(key.array()));
    }

    /** The hashes of the tags of a record whose head was read there. */
    public static long[] tags(RecordHead head, ByteBuffer in, int at) {
        return tags(in, at, head.storedBytes(), head.tagCount());
    }

    /** The checksum of a chunk of the stored value, as a head that was read there has it. */
    static int chunkCrc(RecordHead head, ByteBuffer in, int at, int chunk) {
        if (chunk < 0 || chunk >= head.chunkCount()) {
            throw new IndexOutOfBoundsException("chunk " + chunk + " of " + head.chunkCount());
        }
        return Little.i32(in, at + CHUNKS_AT + chunk * Integer.BYTES);
    }

    /** Whether slot and position of a record whose head was read there are those of its key. */
    public static boolean isInItsPlace(RecordHead head, ByteBuffer in, int at) {
        if (!head.kind().hasKey()) {
            return true;
        }
        Bytes key = key(head, in, at);
        return key.slotIndex() == head.slot()
                && (int) MemoryTier.positionOf(key) == head.position();
    }

    /**
     * Reads a whole record that is in the buffer, and checks everything.
     *
     * @param at where the record starts in the buffer
     * @param offset where it stands in the segment
     * @return {@link Flaw#NO_RECORD} also for a record of a kind that keeps no key
     */
    public ReadRecord read(ByteBuffer in, int at, long offset) {
        return switch (readHead(in, at, offset)) {
            case Flaw flaw -> flaw;
            case RecordHead head -> readValue(head, in, at);
        };
    }

    /** Reads and checks what follows a head that was read there. */
    public static ReadRecord readValue(RecordHead head, ByteBuffer in, int at) {
        if (!head.kind().hasKey()) {
            return Flaw.NO_RECORD;
        }
        if (head.recordBytes() > in.limit() - at) {
            return Flaw.CUT;
        }
        ChunkedRecord record = new ChunkedRecord(head, in, at);
        for (int chunk = 0; chunk < head.chunkCount(); chunk++) {
            int from = at + head.headBytes() + chunk * DiskFormat.CHUNK_BYTES;
            if (!record.accept(in.slice(from, head.chunkBytes(chunk)))) {
                return Flaw.VALUE_DAMAGED;
            }
        }
        return record.finish();
    }

    /**
     * The value of a record that was {@link #read} whole there before: its checksums are not looked
     * at again. When the bytes have changed since, or change meanwhile, what comes of it may be
     * anything, also an exception, but no larger than a value may be: then the caller doesn't
     * believe it. Allocates nothing but the entry.
     *
     * @param member of the version, as the two before
     * @return null where the key or the version is another, or it is no plain value
     */
    public static @Nullable Entry goodOrNull(
            ByteBuffer in, int at, Bytes key, long epoch, long clock, long member) {
        int storedBytes = Little.i32(in, at + STORED_AT);
        int valueBytes = Little.i32(in, at + VALUE_AT);
        int compression = Little.u8(in, at + COMPRESSION_AT);
        int tagCount = Little.u16(in, at + TAG_COUNT_AT);
        // Lengths of something else come before its key and version: those are not what is sought.
        VarHandle.loadLoadFence();
        if (storedBytes < 0
                || storedBytes > in.limit() - at
                || valueBytes < 0
                || valueBytes > DiskFormat.VALUE_BYTES_MAX) {
            return null;
        }
        int headBytes = RecordHead.headBytes(key.length(), tagCount, storedBytes);
        if (!isValueOf(in, at, headBytes, key, epoch, clock, member)) {
            return null;
        }
        byte[] value = new byte[storedBytes];
        in.get(at + headBytes, value);
        if (compression != Compression.NONE.code()) {
            byte[] stored = value;
            value = new byte[valueBytes];
            if (!Compression.ofKnown(compression).decompress(stored, value)) {
                return null;
            }
        }
        Version version = new Version(epoch, clock, new MemberId(member));
        long expiresAtMillis = Little.i64(in, at + EXPIRY_AT);
        return tagCount == 0
                ? Entry.of(value, version, expiresAtMillis)
                : Entry.of(value, version, expiresAtMillis, tags(in, at, storedBytes, tagCount));
    }

    /**
     * Notes in a copy of a record that it was {@link #read} whole there, so that who looks at it
     * next need not fetch that from elsewhere. It is {@link #read} as before.
     */
    public void prove(ByteBuffer copy, int at) {
        Little.put32(copy, at + MARK_AT, mark ^ PROOF);
    }

    /**
     * Whether {@link #prove} was called for the record there. Of damage on the disk it is taken for
     * that as rarely as a checksum of 32 bits holds by chance.
     */
    public boolean isProven(ByteBuffer copy, int at) {
        return Little.i32(copy, at + MARK_AT) == (mark ^ PROOF);
    }

    /** Whether there is a value of that key and version. */
    private static boolean isValueOf(
            ByteBuffer in, int at, int headBytes, Bytes key, long epoch, long clock, long member) {
        return Little.u8(in, at + KIND_AT) == RecordKind.VALUE.code()
                && Little.i64(in, at + CLOCK_AT) == clock
                && Little.i64(in, at + EPOCH_AT) == epoch
                && Little.i64(in, at + MEMBER_AT) == member
                && Little.i32(in, at + KEY_AT) == key.length()
                && Little.isSame(in, at + headBytes - key.length(), key.array());
    }

    /**
     * From a record's start to its value, if that is {@link #plainBytes plain}. It follows from the
     * key alone: the first touch of a record costs the processor more than the rest, and what it
     * need not read the head for it fetches meanwhile.
     */
    public static int plainAt(Bytes key) {
        return RecordHead.headBytes(key.length(), 0, 1);
    }

    /**
     * The length of a record's value, if a copy of it is all that is needed: it is neither empty
     * nor compressed, has no tags and one checksum. The record was {@link #read} whole there
     * before. Allocates nothing.
     *
     * @param bytesMax the record's length, or more
     * @param member of the version, as the two before
     * @return {@link #NOT_PLAIN} also where the key or the version is another
     */
    public static int plainBytes(
            ByteBuffer in, int at, int bytesMax, Bytes key, long epoch, long clock, long member) {
        int headBytes = plainAt(key);
        int room = Math.min(bytesMax, in.limit() - at) - headBytes;
        if (room <= 0) {
            return NOT_PLAIN;
        }
        int bytes = Little.i32(in, at + STORED_AT);
        boolean isPlain =
                bytes > 0
                        && bytes <= Math.min(room, DiskFormat.CHUNK_BYTES)
                        && Little.u16(in, at + TAG_COUNT_AT) == 0
                        && Little.u8(in, at + COMPRESSION_AT) == Compression.NONE.code()
                        && isValueOf(in, at, headBytes, key, epoch, clock, member);
        return isPlain ? bytes : NOT_PLAIN;
    }

    /** When a value expires that is there, as its entry has it. */
    public static long expiresAtMillis(ByteBuffer in, int at) {
        return Little.i64(in, at + EXPIRY_AT);
    }

    private static long[] tags(ByteBuffer in, int at, int storedBytes, int tagCount) {
        long[] tags = new long[tagCount];
        int tagsAt = at + RecordHead.headBytes(0, 0, storedBytes);
        for (int i = 0; i < tags.length; i++) {
            tags[i] = Little.i64(in, tagsAt + i * Long.BYTES);
        }
        return tags;
    }

    static Entry entry(RecordHead head, long[] tags, byte[] value) {
        return head.kind() == RecordKind.TOMBSTONE
                ? Entry.tombstone(head.version(), head.expiresAtMillis())
                : Entry.of(value, head.version(), head.expiresAtMillis(), tags);
    }
}
