package dev.gossamer.client.session;

import dev.gossamer.protocol.Stamp;
import dev.gossamer.protocol.Version;
import java.util.Arrays;

/**
 * The highest version that was seen of each key, as far as there is room. Keys are known by a hash
 * of 64 bits, seeded by the session: two keys with the same one are as likely as a broken machine.
 *
 * <p><b>Limits.</b> A table of a fixed size, in sets of four. Where a set is full, the version with
 * the lowest clock is forgotten: what was written long ago is where every member has it, and only
 * the recent can be missing somewhere.
 *
 * <p><b>Threads.</b> One at a time. <b>Cost.</b> At most four comparisons; allocates nothing.
 */
final class Sightings {
    private static final int WAYS = 4;
    private static final int KEY = 0;
    private static final int EPOCH = 1;
    private static final int CLOCK = 2;
    private static final int MEMBER = 3;
    private static final int LONGS = 4;
    private static final long NOBODY = 0;

    static final int SET_BYTES = WAYS * LONGS * Long.BYTES;

    private final long[] table;

    /**
     * @param bytesMax rounded down to a power of two; less than {@value #SET_BYTES} holds nothing
     */
    Sightings(int bytesMax) {
        this.table = new long[Integer.highestOneBit(bytesMax) / SET_BYTES * WAYS * LONGS];
    }

    /**
     * Takes note of a version.
     *
     * @return false when a later one is known; nothing changes then
     */
    boolean saw(long hash, Stamp stamp) {
        if (table.length == 0) {
            return true;
        }
        long key = hash == NOBODY ? 1 : hash;
        int at = placeOf(key);
        Version version = stamp.version();
        if (table[at + KEY] == key && isOlder(version, at, stamp.epochFirst())) {
            return false;
        }
        table[at + KEY] = key;
        table[at + EPOCH] = version.epoch();
        table[at + CLOCK] = version.clock();
        table[at + MEMBER] = version.member().value();
        return true;
    }

    /** Where the key is; or where it should be put. */
    private int placeOf(long key) {
        int first = (int) (key >>> 32) & (table.length / LONGS - WAYS);
        int place = first * LONGS;
        int least = place;
        for (int way = 0; way < WAYS; way++, place += LONGS) {
            if (table[place + KEY] == key || table[place + KEY] == NOBODY) {
                return place;
            }
            if (table[place + CLOCK] < table[least + CLOCK]) {
                least = place;
            }
        }
        return least;
    }

    private boolean isOlder(Version version, int at, boolean epochFirst) {
        int epochs = Long.compare(version.epoch(), table[at + EPOCH]);
        int clocks = Long.compare(version.clock(), table[at + CLOCK]);
        int first = epochFirst ? epochs : clocks;
        int second = epochFirst ? clocks : epochs;
        if (first != 0 || second != 0) {
            return first < 0 || (first == 0 && second < 0);
        }
        return Long.compareUnsigned(version.member().value(), table[at + MEMBER]) < 0;
    }

    void forget() {
        Arrays.fill(table, NOBODY);
    }
}
