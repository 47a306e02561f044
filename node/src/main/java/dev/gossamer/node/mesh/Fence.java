package dev.gossamer.node.mesh;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;

/**
 * Keeps what was begun under one topology from changing entries under the next. What copies or
 * drops on a worker's thread passes no event loop, so the grace period of {@link Epochs} does not
 * wait for it; this does. Otherwise a member could tell a new primary what it holds, and then lose
 * a part of it, or gain what the primary does not know.
 *
 * <p><b>Threads.</b> Any that may wait; a change of topology waits until the changes under way are
 * over, each of which is a page at most.
 */
final class Fence {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /**
     * @return whether the change was made: false, when {@code permitted} said no at its beginning
     */
    boolean within(BooleanSupplier permitted, Runnable change) {
        lock.readLock().lock();
        try {
            boolean may = permitted.getAsBoolean();
            if (may) {
                change.run();
            }
            return may;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Puts the next topology into force while nothing changes. */
    void pass(Runnable install) {
        lock.writeLock().lock();
        try {
            install.run();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
