package dev.gossamer.node.store.disk;

import java.util.concurrent.atomic.LongAdder;

/** What readers met with. Thread-safe. */
final class ReaderCounts {
    private final LongAdder pinned = new LongAdder();
    private final LongAdder hot = new LongAdder();
    private final LongAdder cold = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder quarantined = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** It was found in memory that is locked: one count, for there it costs something. */
    void pinned() {
        pinned.increment();
    }

    /** The kernel had it in memory. */
    void hot() {
        hot.increment();
    }

    void cold() {
        cold.increment();
    }

    void hit() {
        hits.increment();
    }

    /** The index named a place, and there was nothing for the key. */
    void missed() {
        misses.increment();
    }

    /** A record could not be believed. */
    void quarantined(long records) {
        quarantined.add(records);
    }

    /** A record could not be read, or not in time. */
    void failed() {
        failed.increment();
    }

    LongAdder pinnedReads() {
        return pinned;
    }

    long hotReads() {
        return hot.sum() + pinned.sum();
    }

    LongAdder coldReads() {
        return cold;
    }

    long hitCount() {
        return hits.sum() + pinned.sum();
    }

    LongAdder missCount() {
        return misses;
    }

    LongAdder quarantinedCount() {
        return quarantined;
    }

    LongAdder failedCount() {
        return failed;
    }
}
