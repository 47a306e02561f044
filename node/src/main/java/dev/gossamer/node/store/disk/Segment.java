package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.RecordCodec;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.io.DiskFile;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One segment of the log that is there. Thread-safe.
 *
 * @param frame which part of the address space it fills: its records' addresses are {@code frame ×
 *     segment bytes + offset}
 * @param retired whether it is being given up: nothing may begin to point to it
 * @param live bytes of its records that rows point to, each rounded up as {@link Where} does
 * @param pins what of it is locked in memory
 */
record Segment(
        SegmentHeader header,
        RecordCodec codec,
        int frame,
        Path path,
        DiskFile file,
        AtomicLong live,
        AtomicBoolean retired,
        Pins pins) {
    Segment(SegmentHeader header, int frame, Path path, DiskFile file) {
        this(
                header,
                header.codec(),
                frame,
                path,
                file,
                new AtomicLong(),
                new AtomicBoolean(),
                new Pins(header.segmentBytes()));
    }

    /** Nothing of it is read any more, and the disk has its room back once the file is deleted. */
    void close() {
        pins.close();
        file.close();
    }

    long number() {
        return header.number();
    }

    long address(long offset) {
        return (long) frame * header.segmentBytes() + offset;
    }
}
