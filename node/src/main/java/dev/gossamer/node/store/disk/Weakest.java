package dev.gossamer.node.store.disk;

import dev.gossamer.protocol.Slot;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How much what rests here is worth, once the log is full: a newcomer has to be worth more than the
 * weakest of it, and a copy at the log's end more than the middle.
 *
 * <p>A log that admits whatever memory lets go of is emptied by every scan, and writes all of it.
 * So a newcomer is admitted only if it was offered more often than one that has to leave for it
 * (Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", 2017). Memory's
 * own policy in front of it is the window in which what is new can prove itself. Who has to leave
 * is not who leaves next: that is the oldest segment, whose popular entries are copied. It is
 * whoever is worth least of all that rests here. Nobody knows that without a look at everything, so
 * {@value #DRAWN} rows that are drawn at random stand for it, as they do in "Hyperbolic Caching"
 * (Blankstein, Sen, Freedman, 2017).
 *
 * <p>To copy an entry costs the room of another. While all are worth the same, nothing is won by
 * it, so what is not worth more than the median leaves with its segment. On the traces of
 * docs/performance.md that cost no hits, and where one scan followed the other it spared most of
 * the copies.
 *
 * <p><b>Threads.</b> Any offer. The writer draws and asks what copies are worth.
 *
 * <p><b>Cost.</b> An offer is {@link Popularity}'s and one comparison. Rows are drawn once for
 * {@value #DRAWN} offers, on the writer's thread: a tenth of a millisecond.
 */
final class Weakest {
    static final int DRAWN = 256;

    /** Slots that are asked for a row; of a small index most have none. */
    private static final int ASKED_MAX = 16 * DRAWN;

    /** Less than everything. */
    private static final Worth NOTHING = new Worth(-1, -1);

    private final DiskIndex index;
    private final Popularity popularity;
    private final RandomGenerator random;

    /** Of what rests here; {@link #NOTHING} while there is room for all. */
    private volatile Worth worth = NOTHING;

    /** How many had been offered when rows were drawn last. Of the writer. */
    private long drawnAt;

    /** How often those that were drawn had been offered. */
    private record Worth(int least, int median) {}

    Weakest(DiskIndex index, Popularity popularity, RandomGenerator random) {
        this.index = index;
        this.popularity = popularity;
        this.random = random;
    }

    /**
     * Memory lets go of the place's entry.
     *
     * @return whether it is worth more than the weakest. This offer does not count yet: otherwise
     *     whatever comes for the first time would be worth more than what rests here and came once
     */
    boolean offered(long place) {
        return popularity.offered(place) > worth.least();
    }

    /** How often the place was offered. */
    int count(long place) {
        return popularity.count(place);
    }

    /** How often half of what rests here was offered at most; less than 0 while there is room. */
    int median() {
        return worth.median();
    }

    /**
     * To be called often, by the writer.
     *
     * @param isFull whether something has to leave for what comes
     */
    void look(boolean isFull) {
        popularity.age();
        if (!isFull) {
            worth = NOTHING;
        } else if (worth.least() < 0 || popularity.offers() - drawnAt >= DRAWN) {
            drawnAt = popularity.offers();
            worth = draw();
        }
    }

    private Worth draw() {
        int[] drawn = new int[DRAWN];
        int found = 0;
        for (int asked = 0; asked < ASKED_MAX && found < DRAWN; asked++) {
            int slot = random.nextInt(Slot.COUNT);
            synchronized (index.lock(slot)) {
                SlotTable table = index.tableOrNull(slot);
                if (table != null) {
                    long position = table.position(random.nextInt(table.size()));
                    drawn[found++] = popularity.count(Change.placeOf(slot, position));
                }
            }
        }
        if (found == 0) {
            return NOTHING;
        }
        Arrays.sort(drawn, 0, found);
        return new Worth(drawn[0], drawn[found / 2]);
    }
}
