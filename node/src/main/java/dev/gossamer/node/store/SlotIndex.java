package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Which keys each slot has here, tombstones included, and how many of them are live.
 *
 * <p><b>Threads.</b> Any. A slot's keys are guarded by one of {@value #LOCKS} locks. They are
 * leaves of the lock order: whoever holds one asks for no other, so they may be taken inside a
 * map's computation, inside an eviction, or under a writer's lock.
 */
final class SlotIndex {
    private static final int LOCKS = 256;

    private final Object[] locks = new Object[LOCKS];

    /** Slot i is guarded by locks[i mod LOCKS]. */
    private final @Nullable SlotKeys[] slots = new @Nullable SlotKeys[Slot.COUNT];

    private final AtomicIntegerArray live = new AtomicIntegerArray(Slot.COUNT);

    /** The sum of {@link #live}: it is asked for with every answer about digests. */
    private final LongAdder allLive = new LongAdder();

    SlotIndex() {
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    /** The key must not be in the slot yet. */
    void add(int slot, Bytes key) {
        synchronized (lockOf(slot)) {
            SlotKeys keys = slots[slot];
            if (keys == null) {
                keys = new SlotKeys();
                slots[slot] = keys;
            }
            keys.add(key);
        }
    }

    /** Holds on to this key in place of the equal one that is there. */
    void replace(int slot, Bytes key) {
        synchronized (lockOf(slot)) {
            SlotKeys keys = slots[slot];
            if (keys != null) {
                keys.replace(key);
            }
        }
    }

    void remove(int slot, Bytes key) {
        synchronized (lockOf(slot)) {
            SlotKeys keys = slots[slot];
            if (keys != null && keys.remove(key) && keys.size() == 0) {
                slots[slot] = null;
            }
        }
    }

    void addLive(int slot, int delta) {
        live.addAndGet(slot, delta);
        allLive.add(delta);
    }

    int liveCount(int slot) {
        return live.get(slot);
    }

    long liveCount() {
        return allLive.sum();
    }

    MemoryTier.KeyPage keysFrom(int slot, long from, long to, int keysMax) {
        synchronized (lockOf(slot)) {
            SlotKeys keys = slots[slot];
            if (keys == null) {
                return MemoryTier.KeyPage.NONE;
            }
            List<Bytes> found = new ArrayList<>(Math.min(keysMax, keys.size()));
            long next = keys.collect(from, to, keysMax, found);
            return new MemoryTier.KeyPage(found, next);
        }
    }

    /**
     * @throws IllegalStateException when a slot breaks its invariants
     */
    void check() {
        long counted = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            counted += live.get(slot);
            synchronized (lockOf(slot)) {
                SlotKeys keys = slots[slot];
                if (keys != null) {
                    keys.check();
                }
            }
        }
        if (counted != liveCount()) {
            throw new IllegalStateException(
                    liveCount() + " live entries in all, " + counted + " in the slots");
        }
    }

    private Object lockOf(int slot) {
        return locks[slot & (LOCKS - 1)];
    }
}
