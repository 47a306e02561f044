package dev.gossamer.node.store.disk.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.Samples.Sample;
import dev.gossamer.node.store.disk.format.ScannedSegment.Quarantined;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class SegmentCheckTest {
    private static final SegmentId ID =
            new SegmentId(Samples.LOG, Samples.NUMBER, Samples.SMALL_SEGMENT);

    private final List<Long> progress = new ArrayList<>();

    private List<Quarantined> check(ByteBuffer file) throws IOException {
        SegmentSource image = new Image(file);
        ScannedSegment scanned = SegmentScan.scan(ID, image, key -> "default");
        return SegmentCheck.check(ID, image, scanned, progress::add);
    }

    @Test
    void nothingIsWrongWithWhatWasWritten() throws IOException {
        List<Sample> samples = Samples.ofEveryKind();
        assertThat(check(Samples.sealed(Samples.SMALL_SEGMENT, samples))).isEmpty();
        assertThat(check(Samples.unsealed(Samples.SMALL_SEGMENT, samples))).isEmpty();
        assertThat(progress).hasSize(2 * samples.size());
    }

    @Test
    void everyFlippedByteOfARecordInASealedSegmentIsFoundButItsPadding() throws IOException {
        List<Sample> samples = Samples.ofEveryKind();
        ByteBuffer file = Samples.sealed(Samples.SMALL_SEGMENT, samples);
        int offset = DiskFormat.PAGE_BYTES;
        for (Sample sample : samples) {
            RecordHead head = sample.record().head();
            int end = offset + head.headBytes() + head.storedBytes();
            for (int at = offset; at < end; at++) {
                file.put(at, (byte) ~file.get(at));
                assertThat(check(file)).as("byte %d", at).hasSize(1).allMatch(covers(at));
                file.put(at, (byte) ~file.get(at));
            }
            offset += head.recordBytes();
        }
    }

    private static Predicate<Quarantined> covers(int at) {
        return flaw -> flaw.offset() <= at && at < flaw.offset() + flaw.length();
    }

    @Test
    void aDamagedIndexBlockIsFoundAlthoughAllRecordsAreGood() throws IOException {
        ByteBuffer file = Samples.sealed(Samples.SMALL_SEGMENT, Samples.ofEveryKind());
        ScannedSegment good = SegmentScan.scan(ID, new Image(file), key -> "default");
        int at = (int) good.end() + 40;
        file.put(at, (byte) ~file.get(at));
        int indexBytes = good.footer().orElseThrow().indexBytes();
        assertThat(check(file))
                .containsExactly(new Quarantined(good.end(), indexBytes, Flaw.INDEX_DAMAGED));
    }

    @Test
    void anIndexThatSaysSomethingElseThanTheRecordsIsFound() throws IOException {
        Sample written = new Sample(Samples.value("k", new byte[10], 5), "c");
        Sample claimed = new Sample(Samples.value("k", new byte[10], 6), "c");
        ByteBuffer file = Samples.sealed(Samples.SMALL_SEGMENT, List.of(claimed));
        ByteBuffer other = Samples.sealed(Samples.SMALL_SEGMENT, List.of(written));
        int length = written.record().recordBytes();
        file.put(DiskFormat.PAGE_BYTES, other, DiskFormat.PAGE_BYTES, length);
        assertThat(check(file))
                .containsExactly(
                        new Quarantined(DiskFormat.PAGE_BYTES, length, Flaw.INDEX_DIFFERS));
    }

    @Test
    void aRecordThatTheIndexDoesNotKnowIsFound() throws IOException {
        LogRecord unknown = Samples.value("unknown", new byte[10], 5);
        ByteBuffer file = ByteBuffer.allocate(Samples.SMALL_SEGMENT);
        RecordCodec codec = ID.codec();
        file.put(Samples.header(Samples.SMALL_SEGMENT).encode());
        codec.encode(unknown, file, file.position());
        int end = file.position();
        ByteBuffer block = new SegmentIndexBuilder().block(codec);
        file.put(block);
        file.position(Samples.SMALL_SEGMENT - DiskFormat.FOOTER_BYTES);
        file.put(new SegmentFooter(0, end, block.capacity(), 1).encode(codec)).clear();
        assertThat(check(file))
                .containsExactly(
                        new Quarantined(
                                DiskFormat.PAGE_BYTES, unknown.recordBytes(), Flaw.INDEX_DIFFERS));
    }

    @Test
    void aRecordInAPlaceThatIsNotItsKeysIsFound() throws IOException {
        Bytes key = Bytes.utf8("k");
        Entry entry = Entry.of(new byte[3], Samples.version(1), Entry.NEVER);
        LogRecord wrong =
                LogRecord.value(
                        (key.slotIndex() + 1) % Slot.COUNT,
                        Samples.position(key),
                        key,
                        entry,
                        StoredValue.plain(entry.value()));
        ByteBuffer file =
                Samples.sealed(Samples.SMALL_SEGMENT, List.of(new Sample(wrong, "default")));
        assertThat(check(file)).extracting(Quarantined::flaw).containsExactly(Flaw.WRONG_PLACE);
    }

    @Test
    void aTornTailIsNoDamageOfWhatWasWrittenBefore() throws IOException {
        ByteBuffer file = Samples.unsealed(Samples.SMALL_SEGMENT, Samples.ofEveryKind());
        ScannedSegment whole = SegmentScan.scan(ID, new Image(file), key -> "default");
        assertThat(check(file.limit((int) whole.end() - 40))).isEmpty();
    }
}
