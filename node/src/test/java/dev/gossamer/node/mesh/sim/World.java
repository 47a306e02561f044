package dev.gossamer.node.mesh.sim;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, chance, and what is to happen next. Everything of a run happens in the order of
 * (time, order of asking), on the thread that calls {@link #runUntil}.
 */
final class World {

    private record Event(long atNanos, long order, Runnable work) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final SplittableRandom random;
    private final Trace trace = new Trace();
    private long nowNanos;
    private long orders;
    private boolean over;
    private @Nullable AssertionError failure;

    World(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Nanoseconds since the run began. */
    long nowNanos() {
        return nowNanos;
    }

    SplittableRandom random() {
        return random;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    long between(long min, long max) {
        return min >= max ? min : random.nextLong(min, max);
    }

    void at(long atNanos, Runnable work) {
        events.add(new Event(Math.max(atNanos, nowNanos), orders++, work));
    }

    void after(long nanos, Runnable work) {
        at(nowNanos + nanos, work);
    }

    /** Lets happen what is due until then, or until someone ends the run. */
    void runUntil(long untilNanos) {
        while (!over) {
            Event next = events.peek();
            if (next == null || next.atNanos() > untilNanos) {
                nowNanos = Math.max(nowNanos, untilNanos);
                return;
            }
            events.poll();
            nowNanos = next.atNanos();
            next.work().run();
        }
    }

    /** Something that must never happen: nothing happens any more. */
    void fail(String what, @Nullable Throwable cause) {
        if (failure == null) {
            note(0, "FAILED", what + (cause == null ? "" : ": " + cause));
            failure = new AssertionError(what, cause);
            over = true;
        }
    }

    @Nullable AssertionError failureOrNull() {
        return failure;
    }

    boolean isOver() {
        return over;
    }

    Trace trace() {
        return trace;
    }

    /**
     * @param who a member's number, or 0 for the world
     * @param detail shown only when the run fails
     */
    void note(int who, String what, Object detail) {
        trace.note(nowNanos, who, what, detail);
    }
}
