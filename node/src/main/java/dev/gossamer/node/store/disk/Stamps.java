package dev.gossamer.node.store.disk;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a row that many rows share, each kept once and named by 16 bits: the epoch and the
 * member of the version, and the cache. A mesh that lives through an epoch a minute uses a few
 * thousand a year of rows; numbers of which no row is left are used again.
 *
 * <p><b>Threads.</b> Any; one lock, a leaf, but {@link #of} takes none.
 */
final class Stamps {
    private static final int MAX = 1 << Character.SIZE;

    /** Row for row what a number stands for. */
    record Stamp(long epoch, long member, int cache) {}

    private final Map<Stamp, Integer> numbers = new HashMap<>();
    private final @Nullable Stamp[] stamps = new @Nullable Stamp[MAX];
    private final int[] rows = new int[MAX];
    private int next;

    /** The number for a new row, or −1 when all are taken. */
    synchronized int take(long epoch, long member, int cache) {
        Stamp stamp = new Stamp(epoch, member, cache);
        Integer known = numbers.get(stamp);
        if (known != null) {
            rows[known]++;
            return known;
        }
        int free = freeOrMinus();
        if (free >= 0) {
            stamps[free] = stamp;
            numbers.put(stamp, free);
            rows[free] = 1;
        }
        return free;
    }

    /** So many more rows have the number; there is one already. */
    synchronized void takeMore(char number, int count) {
        rows[number] += count;
    }

    private int freeOrMinus() {
        for (int i = 0; i < MAX; i++) {
            int number = (next + i) & (MAX - 1);
            if (stamps[number] == null) {
                next = number + 1;
                return number;
            }
        }
        return -1;
    }

    /** A row is gone. */
    synchronized void give(char number) {
        if (--rows[number] == 0) {
            numbers.remove(stamps[number]);
            stamps[number] = null;
        }
    }

    /** Of a row that is there: whoever asks holds its lock. */
    Stamp of(char number) {
        Stamp stamp = stamps[number];
        if (stamp == null) {
            throw new IllegalStateException("no row has the stamp " + (int) number);
        }
        return stamp;
    }
}
