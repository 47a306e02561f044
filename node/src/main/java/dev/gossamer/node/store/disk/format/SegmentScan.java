package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.disk.format.ScannedSegment.Quarantined;
import dev.gossamer.node.store.disk.format.ScannedSegment.State;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds out what a segment file holds, whatever has happened to it.
 *
 * <p>A sealed segment is known by its index block. Where that is missing or damaged, each record is
 * looked at: (1) a fact is only told of a record whose head's checksum holds; (2) where it does
 * not, the next good head is looked for at every multiple of {@value DiskFormat#UNIT_BYTES} bytes,
 * and what lies between is quarantined; (3) if there is none, the log ends there; (4) a record that
 * is damaged or cut off, but says which place it is about, voids that place: what stood there
 * before was overtaken. Values are not looked at: whoever reads one checks it.
 *
 * <p><b>Threads.</b> One; blocking. <b>Cost.</b> One read of the index block; or one pass over the
 * file in windows of 4 MiB. <b>Failure.</b> Only errors of reading are thrown.
 */
public final class SegmentScan {
    private final SegmentId id;
    private final RecordCodec codec;
    private final SegmentSource source;
    private final Function<Bytes, String> cacheOf;
    private final int windowBytes;
    private final SegmentIndexBuilder facts = new SegmentIndexBuilder();
    private final List<Quarantined> quarantined = new ArrayList<>();

    private SegmentScan(
            SegmentId id, SegmentSource source, Function<Bytes, String> cacheOf, int windowBytes) {
        this.id = id;
        this.codec = id.codec();
        this.source = source;
        this.cacheOf = cacheOf;
        this.windowBytes = windowBytes;
    }

    /**
     * @param id what the file should be
     * @param cacheOf the name of the cache that a key belongs to; asked only where the index block
     *     does not tell
     * @throws UnknownFormatException when the file is of another version of the format
     */
    public static ScannedSegment scan(
            SegmentId id, SegmentSource source, Function<Bytes, String> cacheOf)
            throws IOException {
        return scan(id, source, cacheOf, SegmentWindow.BYTES);
    }

    static ScannedSegment scan(
            SegmentId id, SegmentSource source, Function<Bytes, String> cacheOf, int windowBytes)
            throws IOException {
        return new SegmentScan(id, source, cacheOf, windowBytes).scan();
    }

    /**
     * Whether the file ends in the footer of that segment: it was written whole. One small read.
     */
    public static boolean isSealed(SegmentId id, SegmentSource source) throws IOException {
        SegmentScan scan = new SegmentScan(id, source, _ -> "", SegmentWindow.BYTES);
        long size = Math.min(source.size(), id.segmentBytes());
        return scan.readFooter(size, id.segmentBytes()).isPresent();
    }

    private ScannedSegment scan() throws IOException {
        return switch (readHeader()) {
            case ReadPage.OtherVersion<SegmentHeader>(var version) ->
                    throw UnknownFormatException.of(DiskFormat.segmentName(id.number()), version);
            case ReadPage.Damaged<SegmentHeader> _ -> content(Optional.empty());
            case ReadPage.Whole<SegmentHeader>(var header) ->
                    header.logId().equals(id.logId()) && header.number() == id.number()
                            ? content(Optional.of(header))
                            : foreign(header);
        };
    }

    private ReadPage<SegmentHeader> readHeader() throws IOException {
        ByteBuffer page = ByteBuffer.allocate(DiskFormat.PAGE_BYTES);
        source.read(page, 0);
        return SegmentHeader.decode(page.flip());
    }

    private ScannedSegment foreign(SegmentHeader header) {
        return new ScannedSegment(
                State.FOREIGN,
                Optional.of(header),
                Optional.empty(),
                facts.index(),
                DiskFormat.PAGE_BYTES,
                Optional.empty(),
                List.of());
    }

    private ScannedSegment content(Optional<SegmentHeader> header) throws IOException {
        int segmentBytes = header.map(SegmentHeader::segmentBytes).orElse(id.segmentBytes());
        long size = Math.min(source.size(), segmentBytes);
        Optional<SegmentFooter> footer = readFooter(size, segmentBytes);
        if (footer.isEmpty()) {
            return records(State.UNSEALED, header, footer, size);
        }
        Optional<SegmentIndex> index = readIndex(footer.get());
        if (index.isEmpty()) {
            return records(State.INDEX_DAMAGED, header, footer, footer.get().indexOffset());
        }
        return new ScannedSegment(
                State.SEALED,
                header,
                footer,
                index.get(),
                footer.get().indexOffset(),
                Optional.empty(),
                List.of());
    }

    private Optional<SegmentFooter> readFooter(long size, int segmentBytes) throws IOException {
        if (size < segmentBytes) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate(DiskFormat.FOOTER_BYTES);
        source.read(bytes, segmentBytes - DiskFormat.FOOTER_BYTES);
        return bytes.hasRemaining()
                ? Optional.empty()
                : SegmentFooter.decode(bytes.flip(), codec, segmentBytes);
    }

    private Optional<SegmentIndex> readIndex(SegmentFooter footer) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(footer.indexBytes());
        source.read(block, footer.indexOffset());
        return block.hasRemaining()
                ? Optional.empty()
                : SegmentIndex.decode(block.flip(), codec, footer);
    }

    /** Looks at each record. */
    private ScannedSegment records(
            State state, Optional<SegmentHeader> header, Optional<SegmentFooter> footer, long limit)
            throws IOException {
        RecordReader reader = new RecordReader(id, source, limit, windowBytes);
        Optional<Flaw> tail = Optional.empty();
        long offset = DiskFormat.PAGE_BYTES;
        while (offset < limit) {
            ReadHead read = reader.head(offset);
            if (read instanceof RecordHead head) {
                add(head, reader, offset);
                offset += head.recordBytes();
                continue;
            }
            Flaw flaw = (Flaw) read;
            boolean isEmpty = reader.isZero();
            long lostAt = offset;
            reader.twin(offset).ifPresent(erasure -> facts.addLost(erasure, lostAt));
            long next = reader.nextRecord(offset + DiskFormat.UNIT_BYTES);
            if (next == limit && state == State.UNSEALED) {
                tail = isEmpty ? Optional.empty() : Optional.of(flaw);
                break;
            }
            quarantined.add(new Quarantined(offset, next - offset, flaw));
            offset = next;
        }
        return new ScannedSegment(state, header, footer, facts.index(), offset, tail, quarantined);
    }

    private void add(RecordHead head, RecordReader reader, long offset) {
        String cache = head.kind().hasKey() ? cacheOf.apply(reader.key(head)) : "";
        facts.add(head, offset, facts.hasPlaceFor(head, cache) ? cache : "");
    }
}
