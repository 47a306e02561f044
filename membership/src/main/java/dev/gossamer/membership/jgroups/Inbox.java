package dev.gossamer.membership.jgroups;

import dev.gossamer.membership.Membership.Listener;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands views and messages to the listener on one thread of its own, views first, so that a slow
 * listener never holds up JGroups.
 *
 * <p><b>Bounds.</b> Messages beyond the bytes allowed are dropped and counted. Views are tiny and
 * must not be lost one by one, for a view in which a member is missing tells that its memory is
 * gone; of more than {@value #VIEWS_MAX} that wait, the oldest go and are counted.
 */
final class Inbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final int VIEWS_MAX = 256;

    /** What a queued message costs beside its bytes, roughly. */
    static final int OVERHEAD_BYTES = 64;

    private record Letter(MemberId from, byte[] payload) {
        int bytes() {
            return payload.length + OVERHEAD_BYTES;
        }
    }

    private final Listener listener;
    private final Consumer<MeshView> afterView;
    private final int bytesMax;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final ArrayDeque<MeshView> views = new ArrayDeque<>();
    private final ArrayDeque<Letter> letters = new ArrayDeque<>();
    private long bytes;
    private @Nullable String expelledOrNull;
    private boolean closed;

    private final LongAdder viewsDelivered = new LongAdder();
    private final LongAdder viewsSkipped = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    /**
     * @param afterView hears of every view after the listener has
     */
    Inbox(Listener listener, Consumer<MeshView> afterView, int bytesMax) {
        this.listener = listener;
        this.afterView = afterView;
        this.bytesMax = bytesMax;
        Thread.ofVirtual().name("gossamer-membership-listener").start(this::deliver);
    }

    void add(MeshView view) {
        lock.lock();
        try {
            if (views.size() == VIEWS_MAX) {
                views.removeFirst();
                viewsSkipped.increment();
            }
            views.addLast(view);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void add(MemberId from, byte[] payload) {
        Letter letter = new Letter(from, payload);
        lock.lock();
        try {
            if (bytes + letter.bytes() > bytesMax) {
                dropped.increment();
                return;
            }
            bytes += letter.bytes();
            letters.addLast(letter);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The last thing to be delivered. */
    void expelled(String reason) {
        lock.lock();
        try {
            expelledOrNull = reason;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    long viewsDelivered() {
        return viewsDelivered.sum();
    }

    long viewsSkipped() {
        return viewsSkipped.sum();
    }

    long received() {
        return received.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is delivered any more, but for what the listener is at right now. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void deliver() {
        for (Runnable next = nextOrNull(); next != null; next = nextOrNull()) {
            try {
                next.run();
            } catch (RuntimeException e) {
                LOG.error("The membership listener failed; the next event is delivered", e);
            }
        }
    }

    /** Waits for something to deliver; null once closed. */
    private @Nullable Runnable nextOrNull() {
        lock.lock();
        try {
            while (!closed && isIdle()) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                return null;
            }
            String expelled = expelledOrNull;
            if (expelled != null) {
                closed = true;
                return () -> listener.onExpelled(expelled);
            }
            MeshView view = views.pollFirst();
            return view != null ? () -> deliver(view) : nextLetter();
        } finally {
            lock.unlock();
        }
    }

    private boolean isIdle() {
        return views.isEmpty() && letters.isEmpty() && expelledOrNull == null;
    }

    private Runnable nextLetter() {
        Letter letter = letters.removeFirst();
        bytes -= letter.bytes();
        return () -> {
            received.increment();
            listener.onMessage(letter.from(), letter.payload());
        };
    }

    private void deliver(MeshView view) {
        viewsDelivered.increment();
        try {
            listener.onView(view);
        } finally {
            afterView.accept(view);
        }
    }
}
