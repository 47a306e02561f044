package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The removals that a tier remembers, oldest first, within bytes of their own.
 *
 * <p>They are not among the entries that Caffeine keeps: it would evict them for want of room,
 * which brings older copies back (C8), or, if they weighed nothing, pass over all of them whenever
 * it looks for something to evict.
 *
 * <p><b>Threads.</b> Any. Finding takes no lock. What is added and removed under one key is ordered
 * by the caller; the list's lock is a leaf.
 */
final class Tombstones {
    /** Far enough, and near enough that no sum of it and a reading of the clock overflows. */
    private static final long STAY_NANOS_MAX = Long.MAX_VALUE >> 1;

    /** One removal, and its place among the others. */
    static final class Grave {
        private final Bytes key;
        private final Entry tombstone;
        private final long forgetAtNanos;
        private @Nullable Grave older;
        private @Nullable Grave newer;

        private Grave(Bytes key, Entry tombstone, long forgetAtNanos) {
            this.key = key;
            this.tombstone = tombstone;
            this.forgetAtNanos = forgetAtNanos;
        }

        Bytes key() {
            return key;
        }

        Entry tombstone() {
            return tombstone;
        }
    }

    private final ConcurrentMap<Bytes, Grave> graves = new ConcurrentHashMap<>();
    private final LongSupplier nanoClock;
    private final long bytesMax;
    private final Object lock = new Object();

    /** Guarded by the lock. */
    private @Nullable Grave oldest;

    /** Guarded by the lock. */
    private @Nullable Grave newest;

    /** Written under the lock. */
    private volatile long bytes;

    /** Written under the lock. */
    private volatile long removals;

    Tombstones(long bytesMax, LongSupplier nanoClock) {
        this.bytesMax = bytesMax;
        this.nanoClock = nanoClock;
    }

    @Nullable Entry findOrNull(Bytes key) {
        Grave grave = graves.get(key);
        return grave == null ? null : grave.tombstone;
    }

    /**
     * There must be none under the key.
     *
     * @param staysNanos how long it is to be remembered
     */
    void add(Bytes key, Entry tombstone, long staysNanos) {
        Grave grave =
                new Grave(
                        key,
                        tombstone,
                        nanoClock.getAsLong() + Math.min(staysNanos, STAY_NANOS_MAX));
        graves.put(key, grave);
        synchronized (lock) {
            grave.older = newest;
            if (newest == null) {
                oldest = grave;
            } else {
                newest.newer = grave;
            }
            newest = grave;
            bytes += weightOf(grave);
        }
    }

    @Nullable Entry removeOrNull(Bytes key) {
        if (graves.isEmpty()) {
            return null;
        }
        Grave grave = graves.get(key);
        if (grave == null) {
            return null;
        }
        remove(grave);
        return grave.tombstone;
    }

    /**
     * @return false when it is not there any more
     */
    boolean removeIfThere(Grave grave) {
        if (graves.get(grave.key) != grave) {
            return false;
        }
        remove(grave);
        return true;
    }

    /** Counts before it removes, so that who looked in between knows that it must look again. */
    private void remove(Grave grave) {
        synchronized (lock) {
            removals++;
            unlink(grave);
            bytes -= weightOf(grave);
        }
        graves.remove(grave.key, grave);
    }

    private void unlink(Grave grave) {
        Grave before = grave.older;
        Grave after = grave.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
    }

    /** The oldest, if its time is over or there is no room for all; else null. */
    @Nullable Grave nextToGoOrNull() {
        synchronized (lock) {
            Grave first = oldest;
            boolean goes = first != null && (bytes > bytesMax || isOver(first));
            return goes ? first : null;
        }
    }

    boolean isOver(Grave grave) {
        return grave.forgetAtNanos - nanoClock.getAsLong() <= 0;
    }

    boolean isOverBudget() {
        return bytes > bytesMax;
    }

    /** Grows with every removal. */
    long removals() {
        return removals;
    }

    long count() {
        return graves.size();
    }

    long bytes() {
        return bytes;
    }

    long bytesMax() {
        return bytesMax;
    }

    private static long weightOf(Grave grave) {
        return MemoryTier.weightOf(grave.key, grave.tombstone);
    }
}
