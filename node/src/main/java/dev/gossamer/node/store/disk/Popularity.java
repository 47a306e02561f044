package dev.gossamer.node.store.disk;

import dev.gossamer.protocol.KeyHash;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often places were offered to the SSD: an entry is offered each time that memory lets go of
 * it, whether it had been read from here or was missing here, which is once for each use that
 * memory did not serve.
 *
 * <p>A count-min sketch: four counters of four bits a place, of which the least counts, and of
 * which only the least grow (Estan, Varghese, "New Directions in Traffic Measurement and
 * Accounting", 2002): others share the larger ones. They are halved when as many were offered as
 * ten times the entries there is room for, so that what was popular once gives way.
 *
 * <p><b>Threads.</b> Any offer and ask; a race loses a count at most. The writer ages it.
 *
 * <p><b>Cost.</b> Four words of memory for an offer, and up to {@value #ENTRY_BYTES} bytes for each
 * entry that there is room for, by the budget and by the index.
 */
final class Popularity {
    private static final int ENTRY_BYTES = Long.BYTES;
    private static final int VALUE_BYTES = 4096;
    private static final int WORDS_MIN = 1 << 10;
    private static final int WORDS_MAX = 1 << 28;
    static final int COUNT_MAX = 15;
    private static final int ROWS = 4;
    private static final long HALF = 0x7777_7777_7777_7777L;

    private final long[] counters;
    private final long offersMax;
    private final LongAdder offers = new LongAdder();

    /** Of the writer. */
    private long halvedAt;

    /**
     * @param bytes of the budget
     * @param indexBytes that the index may take
     */
    Popularity(long bytes, long indexBytes) {
        long entries = Math.min(bytes / VALUE_BYTES, indexBytes / SlotTable.ROW);
        this.counters = new long[Math.clamp(Long.highestOneBit(entries), WORDS_MIN, WORDS_MAX)];
        this.offersMax = 10L * Math.max(entries, WORDS_MIN);
    }

    /**
     * Memory lets go of the place's entry once more.
     *
     * @return how often it was offered before
     */
    int offered(long place) {
        offers.increment();
        long hash = KeyHash.mix(place);
        int before = countOf(hash);
        for (int row = 0; row < ROWS && before < COUNT_MAX; row++) {
            int at = word(hash, row);
            int shift = shift(hash, row);
            long word = counters[at];
            if ((word >>> shift & COUNT_MAX) == before) {
                counters[at] = word + (1L << shift);
            }
        }
        return before;
    }

    /** How often the place was offered, or a little more; {@value #COUNT_MAX} at most. */
    int count(long place) {
        return countOf(KeyHash.mix(place));
    }

    private int countOf(long hash) {
        int least = COUNT_MAX;
        for (int row = 0; row < ROWS; row++) {
            long word = counters[word(hash, row)];
            least = Math.min(least, (int) (word >>> shift(hash, row)) & COUNT_MAX);
        }
        return least;
    }

    /** Each row has its own hash, and its own four of the sixteen counters of a word. */
    private int word(long hash, int row) {
        long mixed = KeyHash.mix(hash + row);
        return (int) (mixed >>> 8) & (counters.length - 1);
    }

    private static int shift(long hash, int row) {
        int counter = (int) (hash >>> (2 * row)) & 3;
        return (row * 4 + counter) * 4;
    }

    /** How many there were at all. */
    long offers() {
        return offers.sum();
    }

    /** Halves the counts when it is time. By the writer. */
    void age() {
        if (offers.sum() - halvedAt >= offersMax) {
            for (int i = 0; i < counters.length; i++) {
                counters[i] = counters[i] >>> 1 & HALF;
            }
            halvedAt += offersMax / 2;
        }
    }
}
