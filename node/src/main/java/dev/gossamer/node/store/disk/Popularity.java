package dev.gossamer.node.store.disk;

import dev.gossamer.protocol.KeyHash;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often places were offered to the SSD, and whether one that is offered now is worth the room
 * of one that would have to leave for it.
 *
 * <p>A log that admits whatever memory lets go of is emptied by every scan, and writes all of it.
 * So once the log is full, a newcomer is admitted only if it was offered more often than one of
 * those that leave next (Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission
 * Policy", 2017). Memory's own policy in front of it is the window in which what is new can prove
 * itself: an entry is offered each time that memory lets go of it, whether it had been read from
 * here or was missing here, which is once for each use that memory did not serve.
 *
 * <p>Counts are those of a count-min sketch: four counters of four bits a place, of which the least
 * counts. They are halved when as many were offered as ten times the entries there is room for, so
 * that what was popular once gives way.
 *
 * <p><b>Threads.</b> Any offer and ask; a race loses a count at most. The writer ages it and says
 * who leaves next.
 *
 * <p><b>Cost.</b> Eight bytes for each 4 KiB of the budget, 32 MiB at most; four words of memory
 * for an offer.
 */
final class Popularity {
    private static final int ENTRY_BYTES = 4096;
    private static final int WORDS_MIN = 1 << 10;
    private static final int WORDS_MAX = 1 << 22;
    private static final int COUNT_MAX = 15;
    private static final int ROWS = 4;
    private static final long HALF = 0x7777_7777_7777_7777L;
    private static final long[] NOBODY = {};

    private final long[] counters;
    private final long offersMax;
    private final LongAdder offers = new LongAdder();
    private volatile long[] leaving = NOBODY;
    private int next;

    /**
     * @param bytes of the budget
     */
    Popularity(long bytes) {
        long entries = bytes / ENTRY_BYTES;
        int words = Math.clamp(Long.highestOneBit(entries), WORDS_MIN, WORDS_MAX);
        this.counters = new long[words];
        this.offersMax = 10L * Math.max(entries, WORDS_MIN);
    }

    /** Memory lets go of the place's entry once more. */
    void offered(long place) {
        long hash = KeyHash.mix(place);
        for (int row = 0; row < ROWS; row++) {
            int at = word(hash, row);
            int shift = shift(hash, row);
            long word = counters[at];
            if ((word >>> shift & COUNT_MAX) < COUNT_MAX) {
                counters[at] = word + (1L << shift);
            }
        }
        offers.increment();
    }

    /** Whether the place is worth more than one that leaves next; if none does, it is. */
    boolean isWorthIt(long place) {
        long[] those = leaving;
        if (those.length == 0) {
            return true;
        }
        int one = Math.floorMod(next++, those.length);
        return count(place) > count(those[one]);
    }

    /** How often the place was offered, or a little more; {@value #COUNT_MAX} at most. */
    int count(long place) {
        long hash = KeyHash.mix(place);
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

    /**
     * Who leaves next.
     *
     * @param places some of them, evenly chosen; none when there is room
     */
    void leaving(long[] places) {
        leaving = places;
    }

    boolean hasLeaving() {
        return leaving.length > 0;
    }

    /** Halves the counts when it is time. By the writer. */
    void age() {
        if (offers.sum() >= offersMax) {
            for (int i = 0; i < counters.length; i++) {
                counters[i] = counters[i] >>> 1 & HALF;
            }
            offers.add(-offersMax / 2);
        }
    }
}
