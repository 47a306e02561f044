package dev.gossamer.node.store.disk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to the log, in the order in which the index changed. Of each place the last
 * change is current; those before it are skipped, if the writer has not come to them yet.
 *
 * <p><b>Threads.</b> Any may add and look; one takes. The lock is the last of the lock order, and
 * nobody waits for the disk under it.
 *
 * <p><b>Bound.</b> Values are refused when there is no room. Erasures and tombstones are small and
 * must not be lost, so they have as much room again for themselves; who is refused that has to give
 * up the log.
 */
final class Staging {
    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();

    /** All below is guarded by the lock. */
    private final Map<Long, Change> current = new HashMap<>();

    private final ArrayDeque<Change> queue = new ArrayDeque<>();
    private long bytes;
    private long sequence;

    /** The last one that was forgotten. */
    private long cleared;

    private boolean closed;
    private boolean hurries;

    Staging(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether a value of this weight may be added; one alone always may. */
    boolean hasRoom(int weightBytes) {
        lock.lock();
        try {
            return !closed && (bytes == 0 || bytes + weightBytes <= bytesMax);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds the change, which is current from now on. The caller holds the lock of its slot.
     *
     * @return its sequence, or 0 when even what must not be lost has no room
     */
    long add(Change change) {
        lock.lock();
        try {
            if (closed || (bytes > 0 && bytes + change.weightBytes() > 2 * bytesMax)) {
                return 0;
            }
            change.sequence = ++sequence;
            current.put(change.place(), change);
            queue.add(change);
            bytes += change.weightBytes();
            more.signal();
            return change.sequence;
        } finally {
            lock.unlock();
        }
    }

    /** What is current of the place and not written yet. */
    @Nullable Change findOrNull(long place) {
        lock.lock();
        try {
            return current.get(place);
        } finally {
            lock.unlock();
        }
    }

    boolean isCurrent(Change change) {
        return findOrNull(change.place()) == change;
    }

    /**
     * Takes the next changes in order, those left out that are not current any more; waits for some
     * at most so long. They stay findable until they are {@link #written}.
     *
     * @param weightMax at least one is taken, however large
     */
    List<Change> take(long weightMax, long waitNanos) throws InterruptedException {
        List<Change> taken = new ArrayList<>();
        lock.lock();
        try {
            long left = waitNanos;
            while (queue.isEmpty() && !hurries && left > 0) {
                left = more.awaitNanos(left);
            }
            long weight = 0;
            while (!queue.isEmpty() && (taken.isEmpty() || weight < weightMax)) {
                Change next = queue.remove();
                if (next.isAlwaysWritten() || current.get(next.place()) == next) {
                    taken.add(next);
                    weight += next.weightBytes();
                } else {
                    bytes -= next.weightBytes();
                }
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** The change was taken and is in the log, or will never be. */
    void written(Change change) {
        lock.lock();
        try {
            if (change.sequence > cleared) {
                bytes -= change.weightBytes();
                current.remove(change.place(), change);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Everything up to this sequence has been taken. */
    long lastTaken() {
        lock.lock();
        try {
            Change first = queue.peek();
            return first == null ? sequence : first.sequence - 1;
        } finally {
            lock.unlock();
        }
    }

    /** The sequence of the last change that was added. */
    long lastAdded() {
        lock.lock();
        try {
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything, what was taken as well: the writer may be told of it later. */
    void clear() {
        lock.lock();
        try {
            queue.clear();
            current.clear();
            bytes = 0;
            cleared = sequence;
        } finally {
            lock.unlock();
        }
    }

    /** Whoever takes waits no more. */
    void hurry() {
        lock.lock();
        try {
            hurries = true;
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is added from now on. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    long bytesMax() {
        return bytesMax;
    }
}
