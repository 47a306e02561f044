package dev.gossamer.node.cache;

import dev.gossamer.protocol.KeyHash;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When tags were last invalidated: hash to clock, in bounded memory. What there is no room for any
 * more, the quarter that was invalidated longest ago, is folded into one clock, the floor: no tag
 * counts as invalidated earlier than that. So forgetting can make entries invalid that are not, and
 * never the other way round.
 *
 * <p>The table is open addressing over pairs (hash, clock), 16 bytes a place, at most three
 * quarters full: 21 bytes a tag when it is full, 43 after it has doubled. A place is taken by its
 * clock, which is written last and is never 0.
 *
 * <p><b>Threads.</b> Looking up by any, without a lock; the rest under the lock. <b>Cost.</b> A
 * look-up is one or two cache lines. Folding, once per a quarter of the table, copies the table: 2
 * ms for 4 MiB.
 */
final class TagTable {
    private static final int PLACE_BYTES = 16;
    private static final int PLACES_MIN = 64;
    private static final int SAMPLES = 1024;

    /** One size of the table. The floor goes with the pairs that it stands for. */
    private static final class Pairs {
        private final AtomicLongArray pairs;
        private final int mask;
        private final long floor;
        private int count;

        Pairs(int places, long floor) {
            this.pairs = new AtomicLongArray(2 * places);
            this.mask = places - 1;
            this.floor = floor;
        }

        int places() {
            return mask + 1;
        }

        /** Where the hash is, or would be. */
        private int placeOf(long hash) {
            int place = (int) KeyHash.mix(hash) & mask;
            while (clockAt(place) != 0 && hashAt(place) != hash) {
                place = (place + 1) & mask;
            }
            return place;
        }

        long hashAt(int place) {
            return pairs.getPlain(2 * place);
        }

        long clockAt(int place) {
            return pairs.getAcquire(2 * place + 1);
        }

        void set(int place, long hash, long clock) {
            count += clockAt(place) == 0 ? 1 : 0;
            pairs.setPlain(2 * place, hash);
            pairs.setRelease(2 * place + 1, clock);
        }

        boolean isFull() {
            return count >= places() / 4 * 3;
        }
    }

    private final int placesMax;
    private volatile Pairs pairs = new Pairs(PLACES_MIN, 0);
    private final AtomicLong folded = new AtomicLong();

    TagTable(long bytesMax) {
        this.placesMax =
                Math.clamp(Long.highestOneBit(bytesMax / PLACE_BYTES), PLACES_MIN, 1 << 28);
    }

    /** When the tag was invalidated last, or may have been: the floor at least. */
    long clockOf(long hash) {
        Pairs now = pairs;
        return Math.max(now.floor, now.clockAt(now.placeOf(hash)));
    }

    long floor() {
        return pairs.floor;
    }

    int count() {
        return pairs.count;
    }

    long bytes() {
        return (long) PLACE_BYTES * pairs.places();
    }

    /** Tags that were folded into the floor since the start. */
    long folded() {
        return folded.get();
    }

    /**
     * The clock grows, or stays where it is if it is later already.
     *
     * @return what it is now
     */
    synchronized long raise(long hash, long clock) {
        if (clockOf(hash) >= clock) {
            return clockOf(hash);
        }
        if (pairs.clockAt(pairs.placeOf(hash)) == 0 && pairs.isFull()) {
            makeRoom();
        }
        Pairs now = pairs;
        now.set(now.placeOf(hash), hash, clock);
        return Math.max(clock, now.floor);
    }

    /**
     * No tag counts as invalidated earlier than this.
     *
     * @return whether that is news
     */
    synchronized boolean raiseFloor(long floor) {
        if (floor <= pairs.floor) {
            return false;
        }
        pairs = copy(pairs, pairs.places(), floor);
        return true;
    }

    /** The most tags there is ever room for. */
    int countMax() {
        return placesMax / 4 * 3;
    }

    private void makeRoom() {
        Pairs before = pairs;
        if (before.places() < placesMax) {
            pairs = copy(before, 2 * before.places(), before.floor);
            return;
        }
        pairs = copy(before, before.places(), quarter(before));
        folded.addAndGet(before.count - pairs.count);
    }

    /** The clock below which about a quarter of the pairs is: of neighbours, which hashes mix. */
    private static long quarter(Pairs full) {
        long[] sample = new long[Math.min(SAMPLES, full.count)];
        int found = 0;
        for (int place = 0; found < sample.length; place++) {
            long clock = full.clockAt(place);
            if (clock != 0) {
                sample[found++] = clock;
            }
        }
        Arrays.sort(sample);
        return sample[sample.length / 4];
    }

    private static Pairs copy(Pairs from, int places, long floor) {
        Pairs to = new Pairs(places, floor);
        for (int place = 0; place < from.places(); place++) {
            long clock = from.clockAt(place);
            if (clock > floor) {
                long hash = from.hashAt(place);
                to.set(to.placeOf(hash), hash, clock);
            }
        }
        return to;
    }

    interface Visitor {
        void visit(long hash, long clock);
    }

    /**
     * Shows all pairs.
     *
     * @return the floor that goes with them
     */
    long forEach(Visitor visitor) {
        Pairs now = pairs;
        for (int place = 0; place < now.places(); place++) {
            long clock = now.clockAt(place);
            if (clock != 0) {
                visitor.visit(now.hashAt(place), clock);
            }
        }
        return now.floor;
    }
}
