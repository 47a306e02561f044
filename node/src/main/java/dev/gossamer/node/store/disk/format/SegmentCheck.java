package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.disk.format.ScannedSegment.Quarantined;
import dev.gossamer.node.store.disk.format.ScannedSegment.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Looks at every byte of a segment that was written: each record's head against what the index says
 * of it, its key against its place, all checksums of its value, and whether a compressed one can be
 * decompressed. For tools; blocking, for one thread.
 */
public final class SegmentCheck {
    private final ScannedSegment scanned;
    private final RecordReader reader;
    private final List<Quarantined> flaws;

    private SegmentCheck(SegmentId id, SegmentSource source, ScannedSegment scanned) {
        this.scanned = scanned;
        this.reader = new RecordReader(id, source, scanned.end());
        this.flaws = new ArrayList<>(scanned.quarantined());
    }

    /**
     * @param scanned what the scan of the same file found
     * @param progress told the offset up to which all was looked at, after each record
     * @return what is damaged, in the order of the file; a torn tail is not: whoever wrote it never
     *     said that it was there
     */
    public static List<Quarantined> check(
            SegmentId id, SegmentSource source, ScannedSegment scanned, LongConsumer progress)
            throws IOException {
        return new SegmentCheck(id, source, scanned).check(progress);
    }

    private List<Quarantined> check(LongConsumer progress) throws IOException {
        SegmentIndex index = scanned.index();
        long end = DiskFormat.PAGE_BYTES;
        for (int fact = 0; fact < index.count(); fact++) {
            if (index.isLost(fact)) {
                continue; // quarantined by the scan, or when the segment was sealed
            }
            checkGap(end, index.offset(fact));
            checkRecord(index, fact);
            end = (long) index.offset(fact) + index.length(fact);
            progress.accept(end);
        }
        checkGap(end, scanned.end());
        if (scanned.state() == State.INDEX_DAMAGED) {
            flaws.add(new Quarantined(scanned.end(), indexBytes(), Flaw.INDEX_DAMAGED));
        }
        flaws.sort((left, right) -> Long.compare(left.offset(), right.offset()));
        return List.copyOf(flaws);
    }

    private long indexBytes() {
        return scanned.footer().map(SegmentFooter::indexBytes).orElse(0);
    }

    /** Between what the index knows, there must be no record that it does not know. */
    private void checkGap(long from, long to) throws IOException {
        if (from < to && scanned.state() == State.SEALED && reader.nextRecord(from) < to) {
            flaws.add(new Quarantined(from, to - from, Flaw.INDEX_DIFFERS));
        }
    }

    private void checkRecord(SegmentIndex index, int fact) throws IOException {
        int offset = index.offset(fact);
        switch (reader.head(offset)) {
            case Flaw flaw -> add(index, fact, flaw);
            case RecordHead head -> {
                if (!index.agrees(fact, head)) {
                    add(index, fact, Flaw.INDEX_DIFFERS);
                } else if (reader.twin(offset).isEmpty()) {
                    add(index, fact, Flaw.TWIN_DAMAGED);
                } else if (!reader.isInItsPlace(head)) {
                    add(index, fact, Flaw.WRONG_PLACE);
                } else if (head.kind() == RecordKind.VALUE
                        && reader.record(head, offset) instanceof Flaw flaw) {
                    add(index, fact, flaw);
                }
            }
        }
    }

    private void add(SegmentIndex index, int fact, Flaw flaw) {
        flaws.add(new Quarantined(index.offset(fact), index.length(fact), flaw));
    }
}
