package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Version;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Takes what a node does not own any more out of one slot, a few keys at a time. */
final class SlotDrop {
    /** Entries dropped between two releases of the slot's lock. */
    private static final int BATCH = 256;

    private final MemoryTier tier;
    private final NamedCaches caches;
    private final int slot;
    private final Lock lock;

    SlotDrop(MemoryTier tier, NamedCaches caches, int slot, Lock lock) {
        this.tier = tier;
        this.caches = caches;
        this.slot = slot;
        this.lock = lock;
    }

    /**
     * @return entries dropped
     */
    int drop(IntPredicate which, Predicate<Version> spared) {
        int dropped = 0;
        long position = 0;
        while (position != MemoryTier.KeyPage.END) {
            MemoryTier.KeyPage page = tier.keysFrom(slot, position, BATCH);
            dropped += drop(page.keys(), which, spared);
            position = page.next();
        }
        return dropped;
    }

    private int drop(List<Bytes> keys, IntPredicate which, Predicate<Version> spared) {
        if (keys.isEmpty()) {
            return 0;
        }
        lock.lock();
        try {
            return (int)
                    keys.stream()
                            .filter(key -> which.test(caches.of(key).replication()))
                            .filter(key -> !isSpared(key, spared))
                            .filter(tier::remove)
                            .count();
        } finally {
            lock.unlock();
        }
    }

    private boolean isSpared(Bytes key, Predicate<Version> spared) {
        Entry entry = tier.peekOrNull(key);
        return entry != null && spared.test(entry.version());
    }
}
