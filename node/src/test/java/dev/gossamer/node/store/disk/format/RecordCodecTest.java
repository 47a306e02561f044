package dev.gossamer.node.store.disk.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.Samples.Sample;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {
    private static final long OFFSET = DiskFormat.PAGE_BYTES;

    private final RecordCodec codec = new RecordCodec(Samples.LOG, Samples.NUMBER);

    private ByteBuffer encoded(LogRecord record) {
        ByteBuffer out = ByteBuffer.allocate(record.recordBytes());
        codec.encode(record, out, OFFSET);
        return out.flip();
    }

    @Test
    void whatWasWrittenIsReadAgain() {
        for (Sample sample : Samples.ofEveryKind()) {
            LogRecord record = sample.record();
            assertThat(codec.readHead(encoded(record), 0, OFFSET)).isEqualTo(record.head());
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,0", "4096,0", "4096,3", "1048576,1", "1048577,0", "3000000,64"})
    void aValueIsReadWithItsKeyVersionExpiryAndTags(int length, int tagCount) {
        SplittableRandom random = new SplittableRandom(length);
        byte[] value = new byte[length];
        random.nextBytes(value);
        long[] tags = random.longs(tagCount).toArray();
        LogRecord record = Samples.value("some:key", value, 99, tags);
        ByteBuffer bytes = encoded(record);
        assertThat(bytes.limit()).isEqualTo(record.recordBytes()).isEqualTo(sizeOf(record));
        assertThat(bytes.limit() % DiskFormat.UNIT_BYTES).isZero();
        ReadRecord.Whole whole = (ReadRecord.Whole) codec.read(bytes, 0, OFFSET);
        assertThat(whole.key()).isEqualTo(Bytes.utf8("some:key"));
        assertThat(whole.entry().value()).isEqualTo(value);
        assertThat(whole.entry().version()).isEqualTo(Samples.version(99));
        assertThat(whole.entry().expiresAtMillis()).isEqualTo(Samples.EXPIRY_MILLIS);
        assertThat(whole.entry().tags()).isEqualTo(tags);
    }

    private static int sizeOf(LogRecord record) {
        return RecordHead.recordBytes(
                record.key().length(), record.tags().length, record.value().length());
    }

    private static int plainBytes(ByteBuffer in, int at, int bytesMax, String key, long clock) {
        return RecordCodec.plainBytes(
                in, at, bytesMax, Bytes.utf8(key), 3, clock, Samples.MEMBER.value());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 4_096, 100_000, 1 << 20})
    void aPlainValueIsFoundWhereItLies(int length) {
        byte[] value = new byte[length];
        new SplittableRandom(length).nextBytes(value);
        LogRecord record = Samples.value("some:key", value, 99);
        ByteBuffer direct = ByteBuffer.allocateDirect(record.recordBytes() + 5_000).position(4_001);
        codec.encode(record, direct, OFFSET);
        int bytes = plainBytes(direct, 4_001, record.recordBytes(), "some:key", 99);
        assertThat(bytes).isEqualTo(length);
        byte[] found = new byte[bytes];
        direct.get(4_001 + RecordCodec.plainAt(Bytes.utf8("some:key")), found);
        assertThat(found).isEqualTo(value);
        assertThat(RecordCodec.expiresAtMillis(direct, 4_001)).isEqualTo(Samples.EXPIRY_MILLIS);
    }

    @Test
    void theValueOfAnotherKeyOrVersionIsNotTakenForTheOneThatIsLookedFor() {
        LogRecord record = Samples.value("some:key", new byte[100], 99);
        ByteBuffer in = encoded(record);
        int length = record.recordBytes();
        assertThat(plainBytes(in, 0, length, "some:key", 99)).isEqualTo(100);
        assertThat(plainBytes(in, 0, length, "some:kez", 99)).isEqualTo(RecordCodec.NOT_PLAIN);
        assertThat(plainBytes(in, 0, length, "some:ke", 99)).isEqualTo(RecordCodec.NOT_PLAIN);
        assertThat(plainBytes(in, 0, length, "some:keys", 99)).isEqualTo(RecordCodec.NOT_PLAIN);
        assertThat(plainBytes(in, 0, length, "some:key", 98)).isEqualTo(RecordCodec.NOT_PLAIN);
        Bytes key = Bytes.utf8("some:key");
        long member = Samples.MEMBER.value();
        assertThat(RecordCodec.plainBytes(in, 0, length, key, 4, 99, member))
                .isEqualTo(RecordCodec.NOT_PLAIN);
        assertThat(RecordCodec.plainBytes(in, 0, length, key, 3, 99, member + 1))
                .isEqualTo(RecordCodec.NOT_PLAIN);
    }

    @Test
    void onlyAPlainValueIsPlain() {
        long other = Samples.MEMBER.value();
        for (Sample sample : Samples.ofEveryKind()) {
            LogRecord record = sample.record();
            RecordHead head = record.head();
            boolean isPlain =
                    head.kind() == RecordKind.VALUE
                            && head.compression() == Compression.NONE
                            && head.tagCount() == 0
                            && head.storedBytes() > 0;
            long member = head.kind() == RecordKind.VALUE ? other : head.member();
            assertThat(
                            RecordCodec.plainBytes(
                                    encoded(record),
                                    0,
                                    record.recordBytes(),
                                    record.key(),
                                    head.epoch(),
                                    head.clock(),
                                    member))
                    .as("%s", record)
                    .isEqualTo(isPlain ? head.valueBytes() : RecordCodec.NOT_PLAIN);
        }
        LogRecord large = Samples.value("k", new byte[DiskFormat.CHUNK_BYTES + 1], 5);
        assertThat(plainBytes(encoded(large), 0, large.recordBytes(), "k", 5))
                .isEqualTo(RecordCodec.NOT_PLAIN);
    }

    @Test
    void whateverLengthARecordSaysNothingBeyondItIsTakenForItsValue() {
        LogRecord record = Samples.value("k", new byte[100], 5);
        ByteBuffer in = ByteBuffer.allocate(record.recordBytes() + 1_000);
        codec.encode(record, in, OFFSET);
        int valueEnd = record.head().headBytes() + 100;
        for (int end = 0; end <= record.recordBytes(); end++) {
            int wanted = end < valueEnd ? RecordCodec.NOT_PLAIN : 100;
            assertThat(plainBytes(in.clear(), 0, end, "k", 5)).as("%d", end).isEqualTo(wanted);
            assertThat(plainBytes(in.limit(end), 0, 5_000, "k", 5)).isEqualTo(wanted);
        }
        for (int stored : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 500}) {
            Little.put32(in.clear(), 24, stored);
            assertThat(plainBytes(in, 0, record.recordBytes(), "k", 5))
                    .isEqualTo(RecordCodec.NOT_PLAIN);
        }
    }

    @Test
    void aRecordIsReadFromTheMiddleOfADirectBuffer() {
        LogRecord record = Samples.value("k", Samples.repetitive(5_000), 5, 1);
        ByteBuffer direct = ByteBuffer.allocateDirect(10_001).position(4_001);
        codec.encode(record, direct, OFFSET);
        assertThat(direct.position()).isEqualTo(4_001 + record.recordBytes());
        ReadRecord.Whole whole = (ReadRecord.Whole) codec.read(direct, 4_001, OFFSET);
        assertThat(whole.entry().value()).isEqualTo(Samples.repetitive(5_000));
        assertThat(RecordCodec.hasKey(record.head(), direct, 4_001, Bytes.utf8("k"))).isTrue();
        assertThat(RecordCodec.hasKey(record.head(), direct, 4_001, Bytes.utf8("l"))).isFalse();
    }

    @Test
    void aTombstoneIsReadWithTheTimeAtWhichItMayBeForgotten() {
        LogRecord record = Samples.ofEveryKind().get(4).record();
        ReadRecord.Whole whole = (ReadRecord.Whole) codec.read(encoded(record), 0, OFFSET);
        assertThat(whole.entry().isTombstone()).isTrue();
        assertThat(whole.entry().expiresAtMillis()).isEqualTo(Samples.EXPIRY_MILLIS);
        assertThat(whole.entry().version()).isEqualTo(record.head().version());
        assertThat(whole.key()).isEqualTo(Bytes.utf8("gone"));
    }

    @Test
    void aRecordIsOnlyTakenForOneInTheSegmentAndAtTheOffsetThatItWasWrittenFor() {
        ByteBuffer bytes = encoded(Samples.value("k", new byte[100], 5));
        RecordCodec next = new RecordCodec(Samples.LOG, Samples.NUMBER + 1);
        RecordCodec other = new RecordCodec(new LogId(1, 2), Samples.NUMBER);
        assertThat(next.readHead(bytes, 0, OFFSET)).isEqualTo(Flaw.NO_RECORD);
        assertThat(other.readHead(bytes, 0, OFFSET)).isEqualTo(Flaw.NO_RECORD);
        assertThat(codec.readHead(bytes, 0, OFFSET + 32)).isEqualTo(Flaw.HEAD_DAMAGED);
    }

    @Test
    void aRecordThatIsMovedIsOneOfItsNewPlaceAndNotOfItsOldOne() {
        LogRecord record = Samples.value("k", Samples.repetitive(2_000), 5, 8);
        ByteBuffer bytes = encoded(record);
        RecordCodec next = new RecordCodec(Samples.LOG, Samples.NUMBER + 1);
        next.move(record.head(), bytes, 0, 8_192);
        ByteBuffer written = ByteBuffer.allocate(record.recordBytes());
        next.encode(record, written, 8_192);
        assertThat(bytes).isEqualTo(written.flip());
        assertThat(codec.readHead(bytes, 0, OFFSET)).isEqualTo(Flaw.NO_RECORD);
    }

    @Test
    void whicheverByteIsFlippedNoWrongRecordIsRead() {
        for (Sample sample : Samples.ofEveryKind()) {
            LogRecord record = sample.record();
            ByteBuffer bytes = encoded(record);
            ReadRecord good = codec.read(bytes, 0, OFFSET);
            for (int at = 0; at < bytes.limit(); at++) {
                for (int bit = 1; bit < 256; bit <<= 1) {
                    flip(bytes, at, bit);
                    checkFlipped(record, good, bytes, at);
                    flip(bytes, at, bit);
                }
            }
        }
    }

    @Test
    void aRecordIsProvenOnlyOnceThatWasSaidAndByNoDamageOfAByte() {
        ByteBuffer bytes = encoded(Samples.value("key", new byte[4_096], 9));
        for (int at = 0; at < bytes.limit(); at++) {
            for (int bits = 0; bits < 256; bits++) {
                flip(bytes, at, bits);
                assertThat(codec.isProven(bytes, 0)).isFalse();
                flip(bytes, at, bits);
            }
        }
        codec.prove(bytes, 0);
        assertThat(codec.isProven(bytes, 0)).isTrue();
        assertThat(new RecordCodec(Samples.LOG, Samples.NUMBER + 1).isProven(bytes, 0)).isFalse();
        assertThat(codec.read(bytes, 0, OFFSET)).isInstanceOf(ReadRecord.Whole.class);
        assertThat(plainBytes(bytes, 0, bytes.limit(), "key", 9)).isEqualTo(4_096);
    }

    private static void flip(ByteBuffer bytes, int at, int bits) {
        bytes.put(at, (byte) (bytes.get(at) ^ bits));
    }

    /** The head is right or damaged, and if it is damaged, its place is known. */
    private void checkFlipped(LogRecord record, ReadRecord good, ByteBuffer bytes, int at) {
        RecordHead head = record.head();
        ReadHead read = codec.readHead(bytes, 0, OFFSET);
        if (read instanceof Flaw) {
            assertThat(codec.twin(bytes, 0, OFFSET)).as("byte %d", at).isEqualTo(lost(head));
        } else {
            assertThat(read).as("byte %d", at).isEqualTo(head);
        }
        boolean isValue = at >= head.headBytes() && at < head.headBytes() + head.storedBytes();
        if (isValue) {
            assertThat(codec.read(bytes, 0, OFFSET)).isEqualTo(Flaw.VALUE_DAMAGED);
        } else if (codec.read(bytes, 0, OFFSET) instanceof ReadRecord.Whole whole) {
            Entry entry = ((ReadRecord.Whole) good).entry();
            assertThat(whole.key()).isEqualTo(((ReadRecord.Whole) good).key());
            assertThat(whole.entry()).usingRecursiveComparison().isEqualTo(entry);
        }
    }

    private static Optional<RecordHead> lost(RecordHead head) {
        return Optional.of(
                head.kind() == RecordKind.ERASE_SLOT
                        ? LogRecord.eraseSlot(head.slot()).head()
                        : LogRecord.erase(head.slot(), head.position(), Version.NONE).head());
    }

    @Test
    void whereverTheBytesEndTheRecordIsCut() {
        LogRecord record = Samples.value("key", Samples.repetitive(200), 5, 1, 2);
        ByteBuffer bytes = encoded(record);
        for (int end = 0; end < bytes.capacity(); end++) {
            bytes.limit(end);
            assertThat(codec.read(bytes, 0, OFFSET)).as("cut at %d", end).isEqualTo(Flaw.CUT);
            boolean hasHead = end >= record.head().headBytes();
            assertThat(codec.readHead(bytes, 0, OFFSET))
                    .isEqualTo(hasHead ? record.head() : Flaw.CUT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 255})
    void whatIsNoRecordNamesNoPlace(int filler) {
        ByteBuffer bytes = ByteBuffer.allocate(256);
        for (int i = 0; i < bytes.limit(); i++) {
            bytes.put(i, (byte) filler);
        }
        assertThat(codec.readHead(bytes, 0, OFFSET)).isEqualTo(Flaw.NO_RECORD);
        assertThat(codec.twin(bytes, 0, OFFSET)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "ZSTD"})
    void aCompressedValueIsReadAsItWas(Compression compression) {
        byte[] value = Samples.repetitive(2_500_000);
        StoredValue stored = StoredValue.of(value, compression);
        assertThat(stored.compression()).isEqualTo(compression);
        assertThat(stored.length()).isLessThan(value.length / 10);
        Entry entry = Entry.of(value, Samples.version(1), Entry.NEVER);
        LogRecord record = Samples.value(Bytes.utf8("k"), entry, stored);
        ReadRecord.Whole whole = (ReadRecord.Whole) codec.read(encoded(record), 0, OFFSET);
        assertThat(whole.entry().value()).isEqualTo(value);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatDoesNotGetSmallerByAUnitStaysAsItIs(Compression compression) {
        byte[] noise = new byte[10_000];
        new SplittableRandom(1).nextBytes(noise);
        assertThat(StoredValue.of(noise, compression)).isEqualTo(StoredValue.plain(noise));
        byte[] small = Samples.repetitive(DiskFormat.UNIT_BYTES);
        assertThat(StoredValue.of(small, compression)).isEqualTo(StoredValue.plain(small));
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "ZSTD"})
    void aBlockThatIsNoneOfTheDeclaredLengthIsUnreadable(Compression compression) {
        byte[] stored = StoredValue.of(Samples.REPETITIVE, compression).bytes();
        for (int declared : new int[] {299, 301, 5_000}) {
            int length = StoredValue.of(Samples.REPETITIVE, compression).length();
            StoredValue wrong = new StoredValue(compression, stored, length, declared);
            Entry entry = Entry.of(new byte[declared], Samples.version(1), Entry.NEVER);
            LogRecord record = Samples.value(Bytes.utf8("k"), entry, wrong);
            assertThat(codec.read(encoded(record), 0, OFFSET)).isEqualTo(Flaw.VALUE_UNREADABLE);
        }
    }

    @Test
    void aLargeValueIsReadAndCheckedChunkByChunk() {
        byte[] value = new byte[2 * DiskFormat.CHUNK_BYTES + 17];
        new SplittableRandom(3).nextBytes(value);
        LogRecord record = Samples.value("large", value, 9);
        ByteBuffer bytes = encoded(record);
        ChunkedRecord chunks = new ChunkedRecord(record.head(), bytes, 0);
        for (int length : List.of(DiskFormat.CHUNK_BYTES, DiskFormat.CHUNK_BYTES, 17)) {
            assertThat(chunks.nextBytes()).isEqualTo(length);
            assertThat(chunks.accept(bytes.slice(chunks.nextOffset(), length))).isTrue();
        }
        assertThat(chunks.nextBytes()).isZero();
        assertThat(((ReadRecord.Whole) chunks.finish()).entry().value()).isEqualTo(value);
        ChunkedRecord damaged = new ChunkedRecord(record.head(), bytes, 0);
        flip(bytes, record.head().headBytes() + 5, 1);
        assertThat(damaged.accept(bytes.slice(damaged.nextOffset(), damaged.nextBytes())))
                .isFalse();
    }

    @Test
    void aKeyThatIsNotOfThePlaceIsNoticed() {
        Entry entry = Entry.of(new byte[1], Samples.version(1), Entry.NEVER);
        Bytes key = Bytes.utf8("k");
        LogRecord right = Samples.value(key, entry, StoredValue.plain(entry.value()));
        LogRecord wrong =
                LogRecord.value(
                        (key.slotIndex() + 1) % Slot.COUNT,
                        Samples.position(key),
                        key,
                        entry,
                        StoredValue.plain(entry.value()));
        assertThat(RecordCodec.isInItsPlace(right.head(), encoded(right), 0)).isTrue();
        assertThat(RecordCodec.isInItsPlace(wrong.head(), encoded(wrong), 0)).isFalse();
    }

    @Test
    void whatCanNotBeARecordIsRefusedBeforeItIsWritten() {
        byte[] key = new byte[DiskFormat.KEY_BYTES_MAX + 1];
        Entry entry = Entry.of(new byte[1], Samples.version(1), Entry.NEVER);
        assertThatThrownBy(
                        () -> Samples.value(Bytes.wrap(key), entry, StoredValue.plain(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1048577");
        assertThatThrownBy(() -> LogRecord.erase(Slot.COUNT, 0, Version.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16384");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1,1",
        "1000,1",
        "1001,2",
        "-5,1",
        "4294967295000,-1",
        "9223372036854775807,-1"
    })
    void expiriesAreRoundedUpToSeconds(long millis, int seconds) {
        assertThat(DiskFormat.expirySeconds(millis)).isEqualTo(seconds);
    }
}
