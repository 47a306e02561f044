package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one slot in the order of their hashes ({@link KeyOrder}).
 *
 * <p>An open-addressing table with linear probing whose home position grows with the hash, and
 * whose runs are kept in order by shifting (Amble and Knuth, "Ordered hash tables", 1974). So the
 * whole table is sorted: adding and removing touch a few neighbours, whatever the slot's size, and
 * a walk starts anywhere and reads on.
 *
 * <p>Invariants: occupied places have ascending hashes from left to right; no free place lies
 * between a key's home and the key; there is no wrapping around: what does not fit at the right end
 * makes the table grow.
 *
 * <p><b>Threads.</b> One at a time: {@link SlotIndex} holds its lock.
 */
final class SlotKeys {
    private static final int SMALL = 8;

    private @Nullable Bytes[] keys = new @Nullable Bytes[2];
    private int[] hashes = new int[2];
    private int size;

    int size() {
        return size;
    }

    void add(Bytes key) {
        if (size + 1 > fullAt(keys.length)) {
            resize(grown(keys.length));
        }
        int hash = KeyOrder.of(key);
        while (!insert(key, hash)) {
            resize(grown(keys.length));
        }
    }

    /**
     * @return whether it was there
     */
    boolean remove(Bytes key) {
        int at = indexOf(key);
        if (at < 0) {
            return false;
        }
        closeGap(at);
        size--;
        if (keys.length > 4 && size < keys.length / 4) {
            resize(keys.length / 2);
        }
        return true;
    }

    /** Holds on to this key in place of the equal one that is there. */
    void replace(Bytes key) {
        int at = indexOf(key);
        if (at >= 0) {
            keys[at] = key;
        }
    }

    /**
     * Appends keys whose hash is at least {@code from} and below {@code to}, in order: {@code
     * keysMax}, and more only so that keys of one hash stay together.
     *
     * @return the hash to go on from, or -1 when there is none
     */
    long collect(long from, long to, int keysMax, List<Bytes> into) {
        long last = -1;
        int taken = 0;
        for (int i = home((int) from); i < keys.length; i++) {
            Bytes key = keys[i];
            long hash = Integer.toUnsignedLong(hashes[i]);
            if (key == null || hash < from) {
                continue;
            }
            if (hash >= to) {
                return -1;
            }
            if (taken >= keysMax && hash != last) {
                return hash;
            }
            into.add(key);
            taken++;
            last = hash;
        }
        return -1;
    }

    private int indexOf(Bytes key) {
        int hash = KeyOrder.of(key);
        for (int i = home(hash); i < keys.length; i++) {
            Bytes other = keys[i];
            if (other == null || Integer.compareUnsigned(hashes[i], hash) > 0) {
                return -1;
            }
            if (hashes[i] == hash && other.equals(key)) {
                return i;
            }
        }
        return -1;
    }

    /** False when there is no place between the key's own and the table's right end. */
    private boolean insert(Bytes key, int hash) {
        int at = home(hash);
        while (at < keys.length
                && keys[at] != null
                && Integer.compareUnsigned(hashes[at], hash) <= 0) {
            at++;
        }
        int free = at;
        while (free < keys.length && keys[free] != null) {
            free++;
        }
        if (free == keys.length) {
            return false;
        }
        System.arraycopy(keys, at, keys, at + 1, free - at);
        System.arraycopy(hashes, at, hashes, at + 1, free - at);
        keys[at] = key;
        hashes[at] = hash;
        size++;
        return true;
    }

    /** Moves the run right of {@code gap} one to the left, up to a key that is at home. */
    private void closeGap(int gap) {
        int end = gap + 1;
        while (end < keys.length && keys[end] != null && home(hashes[end]) < end) {
            end++;
        }
        System.arraycopy(keys, gap + 1, keys, gap, end - gap - 1);
        System.arraycopy(hashes, gap + 1, hashes, gap, end - gap - 1);
        keys[end - 1] = null;
    }

    private void resize(int length) {
        @Nullable Bytes[] oldKeys = keys;
        int[] oldHashes = hashes;
        int capacity = length;
        do {
            keys = new @Nullable Bytes[capacity];
            hashes = new int[capacity];
            size = 0;
            capacity = grown(capacity);
        } while (!insertAll(oldKeys, oldHashes));
    }

    private boolean insertAll(@Nullable Bytes[] oldKeys, int[] oldHashes) {
        for (int i = 0; i < oldKeys.length; i++) {
            Bytes key = oldKeys[i];
            if (key != null && !insert(key, oldHashes[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Where a hash would stand in a table without collisions. Small tables have one home: they are
     * sorted lists without gaps. Larger ones keep an eighth of their places for the last run.
     */
    private int home(int hash) {
        int length = keys.length;
        long homes = length <= SMALL ? 1 : length - (length >>> 3);
        return (int) ((Integer.toUnsignedLong(hash) * homes) >>> 32);
    }

    private static int fullAt(int length) {
        return length <= SMALL ? length : length - (length >>> 2);
    }

    private static int grown(int length) {
        return length < SMALL ? length * 2 : length + (length >>> 1);
    }

    /**
     * @throws IllegalStateException when the table breaks one of its invariants
     */
    void check() {
        int found = 0;
        long last = -1;
        for (int i = 0; i < keys.length; i++) {
            Bytes key = keys[i];
            if (key == null) {
                continue;
            }
            found++;
            long hash = Integer.toUnsignedLong(hashes[i]);
            if (hashes[i] != KeyOrder.of(key) || hash < last || indexOf(key) < 0) {
                throw new IllegalStateException(key + " cannot be found at place " + i);
            }
            last = hash;
        }
        if (found != size) {
            throw new IllegalStateException(found + " keys in a table of size " + size);
        }
    }
}
