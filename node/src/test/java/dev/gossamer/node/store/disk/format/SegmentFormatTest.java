package dev.gossamer.node.store.disk.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.disk.format.Samples.Sample;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentFormatTest {
    private static final RecordCodec CODEC = new RecordCodec(Samples.LOG, Samples.NUMBER);

    private static Optional<SegmentFooter> footerOf(ByteBuffer file) {
        ByteBuffer footer =
                file.slice(file.limit() - DiskFormat.FOOTER_BYTES, DiskFormat.FOOTER_BYTES);
        return SegmentFooter.decode(footer, CODEC, file.limit());
    }

    private static Optional<SegmentIndex> indexOf(ByteBuffer file) {
        SegmentFooter footer = footerOf(file).orElseThrow();
        ByteBuffer block = file.slice(footer.indexOffset(), footer.indexBytes());
        return SegmentIndex.decode(block, CODEC, footer);
    }

    /** A fact for each sample, in order, and the record where the fact says that it is. */
    static void checkFacts(SegmentIndex index, List<Sample> samples, ByteBuffer file) {
        assertThat(index.count()).isEqualTo(samples.size());
        for (int fact = 0; fact < index.count(); fact++) {
            Sample sample = samples.get(fact);
            RecordHead head = sample.record().head();
            assertThat(index.kind(fact)).isEqualTo(head.kind());
            assertThat(index.slot(fact)).isEqualTo(head.slot());
            assertThat(index.position(fact)).isEqualTo(head.position());
            assertThat(index.version(fact)).isEqualTo(head.version());
            assertThat(index.isTagged(fact)).isEqualTo(head.tagCount() > 0);
            assertThat(index.isLost(fact)).isFalse();
            assertThat(index.caches().get(index.cache(fact))).isEqualTo(sample.cache());
            assertThat(index.expirySeconds(fact))
                    .isEqualTo(DiskFormat.expirySeconds(head.expiresAtMillis()));
            assertThat(index.length(fact)).isEqualTo(head.recordBytes());
            assertThat(CODEC.readHead(file, index.offset(fact), index.offset(fact)))
                    .isEqualTo(head);
        }
    }

    @Test
    void theIndexBlockSaysWhatTheRecordsSay() {
        List<Sample> samples = Samples.ofEveryKind();
        ByteBuffer file = Samples.sealed(Samples.SMALL_SEGMENT, samples);
        SegmentIndex index = indexOf(file).orElseThrow();
        checkFacts(index, samples, file);
        assertThat(index.writers()).hasSize(3); // two of samples, and nobody for what erases a slot
        assertThat(index.caches()).containsExactly("users", "default", "");
        assertThat(footerOf(file).orElseThrow().sealedAtMillis()).isEqualTo(Samples.SEALED_MILLIS);
    }

    @Test
    void aSealedSegmentIsTheOneThatTheFirstReleaseWrote() throws IOException {
        List<Sample> samples = Samples.ofEveryKind();
        Golden.check("segment-sealed", Samples.sealed(Samples.SMALL_SEGMENT, samples));
        ByteBuffer golden = Golden.read("segment-sealed");
        assertThat(SegmentHeader.decode(golden))
                .isEqualTo(new ReadPage.Whole<>(Samples.header(Samples.SMALL_SEGMENT)));
        checkFacts(indexOf(golden).orElseThrow(), samples, golden);
        checkValues(samples, golden);
    }

    @Test
    void anUnsealedSegmentIsTheOneThatTheFirstReleaseWrote() throws IOException {
        List<Sample> samples = Samples.ofEveryKind();
        Golden.check("segment-unsealed", Samples.unsealed(Samples.SMALL_SEGMENT, samples));
        ByteBuffer golden = Golden.read("segment-unsealed");
        assertThat(footerOf(golden)).isEmpty();
        checkValues(samples, golden);
    }

    @Test
    void aSegmentWithAValueInChunksIsTheOneThatTheFirstReleaseWrote() throws IOException {
        byte[] large = Samples.repetitive(2 * DiskFormat.CHUNK_BYTES + 5);
        List<Sample> samples =
                List.of(
                        new Sample(Samples.value("users:large", large, 1, 5), "users"),
                        new Sample(Samples.value("next", new byte[9], 2), "default"));
        Golden.check("segment-chunked", Samples.sealed(4 << 20, samples));
        ByteBuffer golden = Golden.read("segment-chunked");
        checkFacts(indexOf(golden).orElseThrow(), samples, golden);
        checkValues(samples, golden);
    }

    /** Compressed ones were made by the libraries of that time, whatever today's make. */
    private static void checkValues(List<Sample> samples, ByteBuffer file) {
        int offset = DiskFormat.PAGE_BYTES;
        for (Sample sample : samples) {
            LogRecord record = sample.record();
            if (record.head().kind() == RecordKind.VALUE) {
                ReadRecord.Whole whole = (ReadRecord.Whole) CODEC.read(file, offset, offset);
                assertThat(whole.key()).isEqualTo(record.key());
                assertThat(whole.entry().tags()).isEqualTo(record.tags());
                assertThat(whole.entry().value())
                        .isEqualTo(
                                record.head().compression() == Compression.NONE
                                        ? record.value().bytes()
                                        : Samples.REPETITIVE);
            }
            offset += record.recordBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whateverIsWrittenTheIndexAlwaysFitsBehindIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int segmentBytes = DiskFormat.PAGE_BYTES * random.nextInt(2, 10);
        SegmentBuilder builder = new SegmentBuilder(Samples.header(segmentBytes));
        while (true) {
            MemberId member = new MemberId(random.nextInt(3) == 0 ? random.nextLong() : 1);
            LogRecord record = LogRecord.erase(1, 2, new Version(random.nextInt(3), 9, member));
            String cache = "c".repeat(random.nextInt(20));
            if (!builder.hasRoomFor(record.head(), cache)) {
                assertThatThrownBy(() -> builder.claim(record.head(), cache))
                        .isInstanceOf(IllegalStateException.class);
                break;
            }
            builder.claim(record.head(), cache);
        }
        SegmentBuilder.Seal seal = builder.seal(1);
        assertThat(seal.indexOffset()).isEqualTo(builder.nextOffset());
        assertThat(seal.indexOffset() + seal.index().limit())
                .isBetween(seal.footerOffset() - 300, seal.footerOffset());
        assertThat(seal.footerOffset() + seal.footer().limit()).isEqualTo(segmentBytes);
    }

    @Test
    void aSegmentIsFullWhenItsTableOfWritersIs() {
        SegmentBuilder builder = new SegmentBuilder(Samples.header(64 << 20));
        int written = 0;
        while (builder.hasRoomFor(byMember(written), "c")) {
            builder.claim(byMember(written), "c");
            written++;
        }
        assertThat(written).isEqualTo(65_535);
        assertThat(builder.hasRoomFor(byMember(0), "c")).isTrue();
        assertThat(builder.nextOffset()).isLessThan(8 << 20);
    }

    private static RecordHead byMember(long member) {
        return LogRecord.erase(1, 2, new Version(1, 1, new MemberId(member))).head();
    }

    @Test
    void aRecordThatNoSegmentCanHoldIsKnownBefore() {
        int room = Samples.SMALL_SEGMENT - DiskFormat.PAGE_BYTES;
        RecordHead large = Samples.value("k", new byte[room], 1).head();
        RecordHead small = Samples.value("k", new byte[room / 2], 1).head();
        assertThat(SegmentBuilder.canHold(Samples.SMALL_SEGMENT, large, "c")).isFalse();
        assertThat(SegmentBuilder.canHold(Samples.SMALL_SEGMENT, small, "c")).isTrue();
        SegmentBuilder builder = new SegmentBuilder(Samples.header(Samples.SMALL_SEGMENT));
        assertThat(builder.hasRoomFor(large, "c")).isFalse();
        assertThat(builder.hasRoomFor(small, "c")).isTrue();
    }

    @Test
    void aFlippedByteInIndexBlockOrFooterMakesTheBlockUnusableOrChangesNothing() {
        List<Sample> samples = Samples.ofEveryKind();
        ByteBuffer file = Samples.sealed(Samples.SMALL_SEGMENT, samples);
        int indexOffset = footerOf(file).orElseThrow().indexOffset();
        int indexEnd = indexOffset + footerOf(file).orElseThrow().indexBytes();
        for (int at = indexOffset; at < file.limit(); at++) {
            file.put(at, (byte) ~file.get(at));
            boolean isPadding = at >= indexEnd && at < file.limit() - DiskFormat.FOOTER_BYTES;
            boolean isUsable = footerOf(file).isPresent() && indexOf(file).isPresent();
            assertThat(isUsable).as("byte %d", at).isEqualTo(isPadding);
            file.put(at, (byte) ~file.get(at));
        }
    }

    @Test
    void aHeaderOfAnotherVersionIsToldFromADamagedOne() {
        ByteBuffer page = Samples.header(Samples.SMALL_SEGMENT).encode();
        for (int at = 0; at < page.limit(); at++) {
            page.put(at, (byte) ~page.get(at));
            assertThat(SegmentHeader.decode(page)).isInstanceOf(ReadPage.Damaged.class);
            page.put(at, (byte) ~page.get(at));
        }
        Little.put32(page, Page.VERSION_AT, 7);
        assertThat(SegmentHeader.decode(Page.end(page)))
                .isEqualTo(new ReadPage.OtherVersion<SegmentHeader>(7));
    }

    @Test
    void namesOfSegmentsAreInTheirOrderAndTellTheNumber() {
        assertThat(DiskFormat.segmentName(255)).isEqualTo("segment-00000000000000ff.gsl");
        assertThat(DiskFormat.segmentNumber("segment-00000000000000ff.gsl"))
                .isEqualTo(OptionalLong.of(255));
        assertThat(DiskFormat.segmentNumber("segment-00000000000000ff.gsl.tmp")).isEmpty();
        assertThat(DiskFormat.segmentNumber("segment-ff.gsl")).isEmpty();
        assertThat(DiskFormat.segmentName(255)).isLessThan(DiskFormat.segmentName(4_096));
    }
}
