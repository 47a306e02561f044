package dev.gossamer.client.routing;

import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubling from the first pause to the longest, each between
 * half and all of its length by chance, so that many clients do not come back together.
 */
final class Backoff {
    private final long firstNanos;
    private final long longestNanos;
    private final RandomGenerator random;

    /** Seeded generators are not safe for many threads. */
    private final ReentrantLock lock = new ReentrantLock();

    Backoff(long firstNanos, long longestNanos, RandomGenerator random) {
        this.firstNanos = firstNanos;
        this.longestNanos = longestNanos;
        this.random = random;
    }

    /**
     * @param failures how many tries failed, from 1
     */
    long pauseNanos(int failures) {
        int doublings = Math.min(failures - 1, 20);
        long whole = Math.min(longestNanos, firstNanos << doublings);
        lock.lock();
        try {
            return whole / 2 + random.nextLong(whole / 2 + 1);
        } finally {
            lock.unlock();
        }
    }
}
