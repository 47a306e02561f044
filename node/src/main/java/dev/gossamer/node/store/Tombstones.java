package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
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

        /** Whether it has given way; changes in the order of the key's changes. */
        private boolean left;

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
    private volatile long count;

    /** Written under the lock. */
    private volatile long cleared;

    Tombstones(long bytesMax, LongSupplier nanoClock) {
        this.bytesMax = bytesMax;
        this.nanoClock = nanoClock;
    }

    @Nullable Entry findOrNull(Bytes key) {
        Grave grave = graves.get(key);
        return grave == null ? null : grave.tombstone;
    }

    /**
     * None must stand under the key.
     *
     * @param staysMillis how long it is to be remembered
     */
    void add(Bytes key, Entry tombstone, long staysMillis) {
        long staysNanos = Math.min(TimeUnit.MILLISECONDS.toNanos(staysMillis), STAY_NANOS_MAX);
        Grave grave = new Grave(key, tombstone, nanoClock.getAsLong() + staysNanos);
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
            count++;
        }
    }

    /**
     * The removal that stands under the key gives way. It can be found until it is {@link #clear
     * cleared}, which is to be when what replaces it can.
     */
    @Nullable Grave leaveOrNull(Bytes key) {
        if (graves.isEmpty()) {
            return null;
        }
        Grave grave = graves.get(key);
        if (grave == null) {
            return null;
        }
        if (grave.left) {
            // Whoever made it leave is about to clear it.
            clear(grave);
            return null;
        }
        leave(grave);
        return grave;
    }

    /**
     * @return false when it does not stand any more
     */
    boolean leave(Grave grave) {
        if (grave.left) {
            return false;
        }
        grave.left = true;
        synchronized (lock) {
            unlink(grave);
            bytes -= weightOf(grave);
            count--;
        }
        return true;
    }

    /** Counts before it removes, so that who looked in between knows that it must look again. */
    void clear(Grave grave) {
        synchronized (lock) {
            cleared++;
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
        grave.older = null;
        grave.newer = null;
    }

    /** The oldest, if there is no room for all; else null. */
    @Nullable Grave surplusOrNull() {
        if (bytes <= bytesMax) {
            return null;
        }
        synchronized (lock) {
            return oldest;
        }
    }

    /** The oldest, if its time is over; else null. */
    @Nullable Grave overdueOrNull() {
        synchronized (lock) {
            Grave first = oldest;
            return first != null && isOver(first) ? first : null;
        }
    }

    boolean isOver(Grave grave) {
        return grave.forgetAtNanos - nanoClock.getAsLong() <= 0;
    }

    /** All that stand, in no order; those that come or leave meanwhile may be missed or named. */
    Iterable<Grave> all() {
        return graves.values();
    }

    /** Grows with every one that cannot be found any more. */
    long cleared() {
        return cleared;
    }

    long count() {
        return count;
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
