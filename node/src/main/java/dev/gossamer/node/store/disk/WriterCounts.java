package dev.gossamer.node.store.disk;

import java.util.concurrent.atomic.LongAdder;

/** What the writer did. Thread-safe. */
final class WriterCounts {
    private final LongAdder diskBytes = new LongAdder();
    private final LongAdder appendedBytes = new LongAdder();
    private final LongAdder movedBytes = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder moved = new LongAdder();

    void appended(long bytes) {
        appendedBytes.add(bytes);
    }

    /** An entry that was worth keeping was copied to the log's end. */
    void moved(long bytes) {
        movedBytes.add(bytes);
        moved.increment();
    }

    /** An entry left with its segment. */
    void evicted() {
        evicted.increment();
    }

    /** All bytes that went to the disk. */
    LongAdder diskBytes() {
        return diskBytes;
    }

    /** Records that were new. */
    LongAdder appendedBytes() {
        return appendedBytes;
    }

    LongAdder movedBytes() {
        return movedBytes;
    }

    LongAdder movedCount() {
        return moved;
    }

    LongAdder evictedCount() {
        return evicted;
    }

    /** Bytes written for each byte of new records; 1 before anything was. */
    double amplification() {
        long appended = appendedBytes.sum();
        return appended == 0 ? 1 : (double) diskBytes.sum() / appended;
    }
}
