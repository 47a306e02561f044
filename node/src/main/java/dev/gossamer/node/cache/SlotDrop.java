package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.util.concurrent.locks.Lock;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * Drops entries of a slot without tombstones, a batch at a time, so that writers get their turn.
 *
 * <p><b>Threads.</b> Any that may wait.
 */
final class SlotDrop {
    /** Entries dropped between two releases of the slot's lock. */
    private static final int BATCH = 256;

    private final Tiers tiers;
    private final NamedCaches caches;
    private final IntFunction<Lock> lockOf;

    SlotDrop(Tiers tiers, NamedCaches caches, IntFunction<Lock> lockOf) {
        this.tiers = tiers;
        this.caches = caches;
        this.lockOf = lockOf;
    }

    /** As {@link Keyspace#dropSlot(int, IntPredicate, Predicate)}. */
    int drop(int slot, IntPredicate which, Predicate<Version> spared) {
        int below = tiers.lower().drop(slot, which, spared);
        return below
                + drop(
                        slot,
                        key -> which.test(caches.of(key).replication()) && !isSpared(key, spared));
    }

    private boolean isSpared(Bytes key, Predicate<Version> spared) {
        Entry entry = tiers.memory().peekOrNull(key);
        return entry != null && spared.test(entry.version());
    }

    /** Drops what stands in memory under those keys of a slot that are to go. */
    private int drop(int slot, Predicate<Bytes> goes) {
        int dropped = 0;
        long position = 0;
        while (position != MemoryTier.KeyPage.END) {
            MemoryTier.KeyPage page = tiers.memory().keysFrom(slot, position, BATCH);
            dropped += drop(slot, page, goes);
            position = page.next();
        }
        return dropped;
    }

    private int drop(int slot, MemoryTier.KeyPage page, Predicate<Bytes> goes) {
        if (page.keys().isEmpty()) {
            return 0;
        }
        Lock lock = lockOf.apply(slot);
        lock.lock();
        try {
            return (int) page.keys().stream().filter(goes).filter(tiers::remove).count();
        } finally {
            lock.unlock();
        }
    }

    /** What stands under those keys, tombstones not counted, and is not to be. */
    int dropEntries(int slot, BiPredicate<Bytes, Entry> goes) {
        return drop(
                slot,
                key -> {
                    Entry entry = tiers.memory().peekValueOrNull(key);
                    return entry != null && goes.test(key, entry);
                });
    }
}
