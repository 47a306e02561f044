package dev.gossamer.node.mesh.link;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of one event loop, by the hashed wheel of Varghese and Lauck ("Hashed and hierarchical
 * timing wheels", 1987): setting and cancelling one is O(1) and allocates nothing, for nearly all
 * are cancelled. They expire up to {@value #TICK_MILLIS} ms late.
 *
 * <p><b>Threads.</b> Everything runs on the loop.
 */
public final class DeadlineWheel {
    private static final int TICK_MILLIS = 5;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    private static final int BUCKETS = 1024;

    /** Something to be done when it is late. Stands in at most one wheel at a time. */
    public abstract static class Deadline {
        private @Nullable Deadline previous;
        private @Nullable Deadline next;
        private @Nullable DeadlineWheel wheel;
        private long atNanos;

        /** Called on the loop; the deadline is out of the wheel by then. */
        protected abstract void expired();

        /** Takes it out of its wheel, if it stands in one. */
        public final void cancel() {
            Deadline before = previous;
            DeadlineWheel in = wheel;
            if (before == null || in == null) {
                return;
            }
            before.next = next;
            if (next != null) {
                next.previous = before;
            }
            previous = null;
            next = null;
            wheel = null;
            in.size--;
        }
    }

    /** The head of a bucket's list. */
    private static final class Head extends Deadline {
        @Override
        protected void expired() {}
    }

    private final Timer timer;
    private final LongSupplier nanoClock;
    private final Head[] buckets = new Head[BUCKETS];
    private int size;
    private long ticked;
    private boolean scheduled;

    /** Where the ticks come from. */
    public interface Timer {
        /** Runs {@code tick} on the wheel's loop after so long. */
        void after(long nanos, Runnable tick);
    }

    /**
     * @param nanoClock monotonic, from zero or near it
     */
    public DeadlineWheel(Timer timer, LongSupplier nanoClock) {
        this.timer = timer;
        this.nanoClock = nanoClock;
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] = new Head();
        }
    }

    public void add(Deadline deadline, long atNanos) {
        deadline.cancel();
        if (!scheduled) {
            ticked = nanoClock.getAsLong() / TICK_NANOS;
            schedule();
        }
        long tick = Math.max(atNanos / TICK_NANOS, ticked) + 1;
        Head head = buckets[(int) (tick & (BUCKETS - 1))];
        deadline.atNanos = atNanos;
        deadline.wheel = this;
        deadline.previous = head;
        deadline.next = ((Deadline) head).next;
        if (deadline.next != null) {
            deadline.next.previous = deadline;
        }
        ((Deadline) head).next = deadline;
        size++;
    }

    private void schedule() {
        scheduled = true;
        timer.after(TICK_NANOS, this::tick);
    }

    private void tick() {
        long now = nanoClock.getAsLong();
        long tick = now / TICK_NANOS;
        long first = Math.max(ticked + 1, tick - BUCKETS + 1);
        ticked = tick;
        for (long each = first; each <= tick; each++) {
            expire(buckets[(int) (each & (BUCKETS - 1))], now);
        }
        if (size > 0) {
            schedule();
        } else {
            scheduled = false;
        }
    }

    private static void expire(Head head, long now) {
        Deadline late = ((Deadline) head).next;
        while (late != null) {
            Deadline after = late.next;
            if (late.atNanos <= now) {
                late.cancel();
                late.expired();
                // Whatever expired may have changed this list: begin anew, what is left is few.
                after = ((Deadline) head).next;
                while (after != null && after.atNanos > now) {
                    after = after.next;
                }
            }
            late = after;
        }
    }
}
