package dev.gossamer.node.store.disk.format;

import java.util.List;
import java.util.Optional;

/**
 * What a segment file turned out to hold.
 *
 * @param header the file's own, where it is good
 * @param footer where there is a good one
 * @param index the facts, those of damaged records of which the place is known included, as
 *     erasures that are {@link SegmentIndex#LOST}
 * @param end where the last record ends, which is where the next would start in a segment that is
 *     still written
 * @param tail why what is behind the end of an unsealed segment is no record; nothing where it is
 *     zeroes or the file's end
 * @param quarantined what can't be read between records that can, in the order of the file
 */
public record ScannedSegment(
        State state,
        Optional<SegmentHeader> header,
        Optional<SegmentFooter> footer,
        SegmentIndex index,
        long end,
        Optional<Flaw> tail,
        List<Quarantined> quarantined) {
    /** How the facts were found. */
    public enum State {
        /** By the index block. */
        SEALED,

        /** By looking at each record: it has no footer, for it was being written. */
        UNSEALED,

        /** By looking at each record, although it is sealed: the index block is damaged. */
        INDEX_DAMAGED,

        /** Not at all: by its header, which is good, it is another log's or another segment. */
        FOREIGN
    }

    /** A part of a segment that is passed over. */
    public record Quarantined(long offset, long length, Flaw flaw) {}

    public ScannedSegment {
        quarantined = List.copyOf(quarantined);
    }

    /** How many bytes can't be read between records that can. */
    public long quarantinedBytes() {
        return quarantined.stream().mapToLong(Quarantined::length).sum();
    }
}
