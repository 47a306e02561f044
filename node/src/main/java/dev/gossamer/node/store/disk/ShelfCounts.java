package dev.gossamer.node.store.disk;

import java.util.concurrent.atomic.LongAdder;

/** What became of entries that could have gone to the SSD. Thread-safe. */
final class ShelfCounts {
    private final LongAdder admitted = new LongAdder();
    private final LongAdder admittedBytes = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    void admitted(int bytes) {
        admitted.increment();
        admittedBytes.add(bytes);
    }

    /** By the cache's rules, or because what rests here is worth more. */
    void refused() {
        refused.increment();
    }

    /** For the disk is slower than what comes. */
    void dropped() {
        dropped.increment();
    }

    LongAdder admittedCount() {
        return admitted;
    }

    LongAdder admittedBytes() {
        return admittedBytes;
    }

    LongAdder refusedCount() {
        return refused;
    }

    LongAdder droppedCount() {
        return dropped;
    }
}
