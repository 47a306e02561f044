package dev.gossamer.node.store.disk.io;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do blocking operations: as many as there is work for, up to a bound; what is beyond
 * waits in order. The queue's bytes are bounded by {@link Traffic}. Any thread.
 */
final class Crew {
    private final Executor threads;
    private final int workersMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    // Guarded by the lock.
    private final Queue<Request> waiting = new ArrayDeque<>();
    private int workers;
    private boolean closed;

    Crew(Executor threads, int workersMax) {
        this.threads = threads;
        this.workersMax = workersMax;
    }

    void take(Request request) {
        if (refuses(request)) {
            threads.execute(() -> request.failed(closed(request)));
        }
    }

    private boolean refuses(Request request) {
        boolean hire;
        lock.lock();
        try {
            if (closed) {
                return true;
            }
            waiting.add(request);
            hire = workers < workersMax;
            if (hire) {
                workers++;
            }
        } finally {
            lock.unlock();
        }
        if (hire) {
            threads.execute(this::work);
        }
        return false;
    }

    private void work() {
        for (Request next = nextOrNull(); next != null; next = nextOrNull()) {
            ((PortableFile) next.file).run(next);
        }
    }

    private @Nullable Request nextOrNull() {
        lock.lock();
        try {
            Request next = waiting.poll();
            if (next == null) {
                workers--;
                idle.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Fails what waits and takes nothing more; whether all that was under way has ended. */
    boolean close(long waitNanos) {
        failAll(closing());
        lock.lock();
        try {
            long left = waitNanos;
            while (workers > 0 && left > 0) {
                left = idle.awaitNanos(left);
            }
            return workers == 0;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private Queue<Request> closing() {
        lock.lock();
        try {
            closed = true;
            Queue<Request> left = new ArrayDeque<>(waiting);
            waiting.clear();
            return left;
        } finally {
            lock.unlock();
        }
    }

    private void failAll(Queue<Request> left) {
        left.forEach(request -> threads.execute(() -> request.failed(closed(request))));
    }

    private static DiskException closed(Request request) {
        return new DiskException.Closed(request.operation, request.file.path());
    }
}
