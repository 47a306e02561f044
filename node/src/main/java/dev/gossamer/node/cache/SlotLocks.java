package dev.gossamer.node.cache;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The locks of those who change slots: slot i has lock i mod {@value #COUNT}. Whoever has one may
 * take it again.
 */
final class SlotLocks {
    static final int COUNT = 1024;

    private final Held[] locks = new Held[COUNT];

    SlotLocks() {
        for (int i = 0; i < COUNT; i++) {
            locks[i] = new Held();
        }
    }

    /** A lock that the end of a block releases. */
    static final class Held extends ReentrantLock implements AutoCloseable {
        @Override
        public void close() {
            unlock();
        }
    }

    Lock of(int slot) {
        return locks[slot & (COUNT - 1)];
    }

    /** Waits for the slot's lock; closing what it returns releases it. Allocates nothing. */
    Held hold(int slot) {
        Held lock = locks[slot & (COUNT - 1)];
        lock.lock();
        return lock;
    }
}
