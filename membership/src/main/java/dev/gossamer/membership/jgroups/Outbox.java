package dev.gossamer.membership.jgroups;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one peer. JGroups may hold a sender up for seconds when the peer does
 * not read, so a virtual thread of this queue does the sending, and whoever queues never waits.
 */
final class Outbox implements AutoCloseable {
    private final Consumer<byte[]> send;
    private final int bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int bytes;
    private boolean closed;

    private final Thread sender;

    /**
     * @param send may block; called by one thread at a time
     */
    Outbox(String peer, int bytesMax, Consumer<byte[]> send) {
        this.send = send;
        this.bytesMax = bytesMax;
        this.sender = Thread.ofVirtual().name("gossamer-membership-to-" + peer).start(this::drain);
    }

    /** False when the queue is full or closed. */
    boolean offer(byte[] payload) {
        lock.lock();
        try {
            if (closed || (long) bytes + cost(payload) > bytesMax) {
                return false;
            }
            bytes += cost(payload);
            waiting.addLast(payload);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    int bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what waits and frees the sender, even from a send that hangs. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            bytes = 0;
            changed.signal();
        } finally {
            lock.unlock();
        }
        sender.interrupt();
    }

    private void drain() {
        for (byte[] next = nextOrNull(); next != null; next = nextOrNull()) {
            send.accept(next);
        }
    }

    private byte @Nullable [] nextOrNull() {
        lock.lock();
        try {
            while (!closed && waiting.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                return null;
            }
            byte[] next = waiting.removeFirst();
            bytes -= cost(next);
            return next;
        } finally {
            lock.unlock();
        }
    }

    private static int cost(byte[] payload) {
        return payload.length + Inbox.OVERHEAD_BYTES;
    }
}
