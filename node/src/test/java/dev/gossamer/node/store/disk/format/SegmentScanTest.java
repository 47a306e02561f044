package dev.gossamer.node.store.disk.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.store.disk.format.Samples.Sample;
import dev.gossamer.node.store.disk.format.ScannedSegment.Quarantined;
import dev.gossamer.node.store.disk.format.ScannedSegment.State;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentScanTest {
    private static final SegmentId ID =
            new SegmentId(Samples.LOG, Samples.NUMBER, Samples.SMALL_SEGMENT);
    private static final List<Sample> SAMPLES = Samples.ofEveryKind();

    /** Smaller than a segment, so that windows move, and larger than any head here. */
    private static final int WINDOW_BYTES = 512;

    @TempDir Path folder;

    /** A fact, to be compared. */
    record Fact(
            RecordKind kind,
            int slot,
            int position,
            Version version,
            int flags,
            String cache,
            int expirySeconds,
            int offset,
            int length) {}

    private static String cacheOf(Bytes key) {
        return key.toUtf8().startsWith("users:") ? "users" : "default";
    }

    private static ScannedSegment scan(ByteBuffer file) throws IOException {
        return SegmentScan.scan(ID, new Image(file), SegmentScanTest::cacheOf, WINDOW_BYTES);
    }

    static List<Fact> factsOf(SegmentIndex index) {
        List<Fact> facts = new ArrayList<>();
        for (int i = 0; i < index.count(); i++) {
            facts.add(
                    new Fact(
                            index.kind(i),
                            index.slot(i),
                            index.position(i),
                            index.version(i),
                            index.flags(i),
                            index.caches().get(index.cache(i)),
                            index.expirySeconds(i),
                            index.offset(i),
                            index.length(i)));
        }
        return facts;
    }

    private static List<Fact> facts(ByteBuffer file) throws IOException {
        return factsOf(scan(file).index());
    }

    private static ByteBuffer sealed() {
        return Samples.sealed(Samples.SMALL_SEGMENT, SAMPLES);
    }

    private static ByteBuffer unsealed() {
        return Samples.unsealed(Samples.SMALL_SEGMENT, SAMPLES);
    }

    /** What the place of a lost record becomes. */
    private static Fact lost(Fact fact) {
        boolean isSlot = fact.kind() == RecordKind.ERASE_SLOT;
        return new Fact(
                isSlot ? RecordKind.ERASE_SLOT : RecordKind.ERASE,
                fact.slot(),
                fact.position(),
                Version.NONE,
                SegmentIndex.LOST,
                "",
                0,
                fact.offset(),
                DiskFormat.UNIT_BYTES);
    }

    @Test
    void aSealedSegmentIsKnownByItsIndexBlockAndAnUnsealedOneByItsRecords() throws IOException {
        ScannedSegment sealed = scan(sealed());
        ScannedSegment unsealed = scan(unsealed());
        assertThat(sealed.state()).isEqualTo(State.SEALED);
        assertThat(unsealed.state()).isEqualTo(State.UNSEALED);
        assertThat(factsOf(sealed.index()))
                .isEqualTo(factsOf(unsealed.index()))
                .hasSize(SAMPLES.size());
        SegmentFormatTest.checkFacts(unsealed.index(), SAMPLES, unsealed());
        assertThat(unsealed.end()).isEqualTo(sealed.end());
        assertThat(unsealed.tail()).isEmpty();
        assertThat(unsealed.quarantined()).isEmpty();
        assertThat(sealed.header()).contains(Samples.header(Samples.SMALL_SEGMENT));
    }

    @Test
    void filesAreScannedAsWellAsImages() throws IOException {
        Path file = folder.resolve(DiskFormat.segmentName(Samples.NUMBER));
        Files.write(file, unsealed().array());
        try (FileChannel channel = FileChannel.open(file)) {
            ScannedSegment scanned =
                    SegmentScan.scan(ID, SegmentSource.of(channel), SegmentScanTest::cacheOf);
            assertThat(factsOf(scanned.index())).isEqualTo(facts(unsealed()));
        }
    }

    @Test
    void whereverASegmentIsCutTheRecordsBeforeAreFoundAndTheLastOneVoidsItsPlace()
            throws IOException {
        List<Fact> all = facts(sealed());
        for (ByteBuffer file : List.of(sealed(), unsealed())) {
            for (int end = 0; end < file.capacity(); end++) {
                ScannedSegment scanned = scan(file.duplicate().limit(end));
                checkCut(scanned, all, end);
            }
        }
    }

    private static void checkCut(ScannedSegment scanned, List<Fact> all, int end) {
        List<Fact> found = factsOf(scanned.index());
        List<Fact> whole =
                all.stream().filter(fact -> fact.offset() + fact.length() <= end).toList();
        if (whole.size() == all.size()) {
            assertThat(found).as("cut at %d", end).isEqualTo(all);
            return;
        }
        assertThat(found.subList(0, whole.size())).as("cut at %d", end).isEqualTo(whole);
        Fact next = all.get(whole.size());
        boolean isPlaceKnown = end - next.offset() >= 12; // mark and twin are there
        List<Fact> more = found.subList(whole.size(), found.size());
        assertThat(more)
                .as("cut at %d", end)
                .isEqualTo(isPlaceKnown ? List.of(lost(next)) : List.of());
        assertThat(scanned.tail().isPresent()).as("cut at %d", end).isEqualTo(end > next.offset());
        assertThat(scanned.end()).isEqualTo(end < DiskFormat.PAGE_BYTES ? 4_096 : next.offset());
        assertThat(scanned.quarantined()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0xff, 0x01, 0x80})
    void whicheverByteOfASealedSegmentIsFlippedAllFactsAreFound(int bits) throws IOException {
        ByteBuffer file = sealed();
        List<Fact> all = facts(file);
        for (int at = 0; at < file.limit(); at++) {
            file.put(at, (byte) (file.get(at) ^ bits));
            assertThat(facts(file)).as("byte %d", at).isEqualTo(all);
            file.put(at, (byte) (file.get(at) ^ bits));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0xff, 0x01, 0x80})
    void whicheverByteOfAnUnsealedSegmentIsFlippedOnlyItsRecordIsLostAndItsPlaceVoid(int bits)
            throws IOException {
        ByteBuffer file = unsealed();
        List<Fact> all = facts(file);
        for (int at = 0; at < file.limit(); at++) {
            file.put(at, (byte) (file.get(at) ^ bits));
            checkFlip(all, facts(file), at);
            file.put(at, (byte) (file.get(at) ^ bits));
        }
    }

    private static void checkFlip(List<Fact> all, List<Fact> found, int flipped) {
        assertThat(found).as("byte %d", flipped).hasSameSizeAs(all);
        for (int i = 0; i < all.size(); i++) {
            Fact fact = all.get(i);
            boolean isHit = flipped >= fact.offset() && flipped < fact.offset() + fact.length();
            if (!isHit || !found.get(i).equals(lost(fact))) {
                assertThat(found.get(i)).as("byte %d", flipped).isEqualTo(fact);
            }
        }
    }

    @Test
    void aSealedSegmentWithADamagedIndexBlockAndADamagedRecordTellsWhatIsLeft() throws IOException {
        ByteBuffer file = sealed();
        List<Fact> all = facts(file);
        Fact hit = all.get(3);
        int inIndex = (int) scan(file).end() + 50;
        file.put(inIndex, (byte) ~file.get(inIndex));
        file.put(hit.offset() + 50, (byte) ~file.get(hit.offset() + 50));
        ScannedSegment scanned = scan(file);
        assertThat(scanned.state()).isEqualTo(State.INDEX_DAMAGED);
        List<Fact> expected = new ArrayList<>(all);
        expected.set(3, lost(hit));
        assertThat(factsOf(scanned.index())).isEqualTo(expected);
        assertThat(scanned.quarantined())
                .containsExactly(new Quarantined(hit.offset(), hit.length(), Flaw.HEAD_DAMAGED));
        assertThat(scanned.quarantinedBytes()).isEqualTo(hit.length());
    }

    @Test
    void aPageThatWasNeverWrittenInTheMiddleIsPassedOver() throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            samples.add(new Sample(Samples.value("key" + i, new byte[60], i), "default"));
        }
        ByteBuffer file = Samples.unsealed(64 << 10, samples);
        List<Fact> all = facts(file);
        file.put(8_192, new byte[4_096]);
        ScannedSegment scanned = scan(file);
        List<Fact> left =
                all.stream()
                        .filter(fact ->
                                fact.offset() + fact.length() <= 8_192 || fact.offset() >= 12_288)
                        .toList();
        assertThat(left).hasSizeBetween(50, 75);
        assertThat(factsOf(scanned.index())).containsAll(left);
        assertThat(scanned.index().count()).isBetween(left.size(), left.size() + 1);
        assertThat(scanned.quarantinedBytes()).isBetween(4_000L, 4_500L);
    }

    @Test
    void whatAnEarlierUseOfTheFileLeftBehindIsNotTakenForARecord() throws IOException {
        SegmentHeader earlier =
                new SegmentHeader(Samples.LOG, Samples.NUMBER - 1, Samples.SMALL_SEGMENT, 1);
        ByteBuffer file = ByteBuffer.allocate(Samples.SMALL_SEGMENT);
        SegmentBuilder builder = new SegmentBuilder(earlier);
        for (int i = 0; i < 20; i++) {
            LogRecord record = Samples.value("old" + i, new byte[20], 1_000 + i);
            long offset = builder.claim(record.head(), "default");
            builder.codec().encode(record, file.position((int) offset), offset);
        }
        ByteBuffer now = unsealed();
        int end = (int) scan(now).end();
        file.put(0, now, 0, end).clear();
        ScannedSegment scanned = scan(file);
        assertThat(factsOf(scanned.index())).isEqualTo(facts(now));
        assertThat(scanned.end()).isEqualTo(end);
        assertThat(scanned.quarantined()).isEmpty();
    }

    @Test
    void aValueThatLooksLikeARecordIsNoneEvenWhenTheRecordAroundItIsDamaged() throws IOException {
        LogRecord inner = Samples.value("forged", new byte[40], 9_999);
        RecordCodec guess = new RecordCodec(new LogId(5, 5), Samples.NUMBER);
        ByteBuffer forged = ByteBuffer.allocate(inner.recordBytes() * 32);
        for (int i = 0; i < 32; i++) {
            guess.encode(inner, forged, 4_096 + 96 + 32L * i);
        }
        List<Sample> samples =
                List.of(
                        new Sample(Samples.value("outer", forged.array(), 1), "default"),
                        new Sample(Samples.value("next", new byte[1], 2), "default"));
        ByteBuffer file = Samples.unsealed(32 << 10, samples);
        List<Fact> all = facts(file);
        file.put(4_096 + 45, (byte) ~file.get(4_096 + 45));
        assertThat(facts(file)).isEqualTo(List.of(lost(all.get(0)), all.get(1)));
    }

    @Test
    void aFileOfAnotherLogOrSegmentTellsNothing() throws IOException {
        SegmentId other = new SegmentId(new LogId(1, 2), Samples.NUMBER, Samples.SMALL_SEGMENT);
        SegmentId next = new SegmentId(Samples.LOG, Samples.NUMBER + 1, Samples.SMALL_SEGMENT);
        for (SegmentId id : List.of(other, next)) {
            ScannedSegment scanned =
                    SegmentScan.scan(id, new Image(sealed()), SegmentScanTest::cacheOf);
            assertThat(scanned.state()).isEqualTo(State.FOREIGN);
            assertThat(scanned.index().count()).isZero();
        }
    }

    @Test
    void aFileOfAnotherVersionIsRefusedByName() {
        ByteBuffer file = sealed();
        Little.put32(file, Page.VERSION_AT, 2);
        Page.end(file);
        assertThatThrownBy(() -> scan(file))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageStartingWith("segment-0000000000000007.gsl is of format 2");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void howeverManyBytesAreDamagedNoWrongFactIsTold(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<Fact> all = facts(unsealed());
        for (int round = 0; round < 300; round++) {
            ByteBuffer file = random.nextBoolean() ? sealed() : unsealed();
            for (int hits = random.nextInt(1, 40); hits > 0; hits--) {
                int length = random.nextInt(1, 100);
                int at = random.nextInt(file.limit() - length);
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                file.put(at, noise);
            }
            file.limit(random.nextInt(file.capacity() + 1));
            for (Fact fact : facts(file)) {
                assertThat(all).anyMatch(each -> fact.equals(each) || fact.equals(lost(each)));
            }
        }
    }
}
