package dev.gossamer.node.mesh;

import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Threads that may wait, one for each task. The real ones are virtual threads; a simulated mesh
 * brings its own, whose pauses pass in virtual time.
 *
 * <p><b>Threads.</b> {@link #pause} by the tasks themselves, or by a thread that closes the node;
 * the rest by any.
 */
interface Workers extends Executor, AutoCloseable {
    /** Between two looks at what is waited for. */
    long PAUSE_NANOS = 5_000_000;

    /** Waits so long, or ends early: whoever waits for something looks again. */
    void pause(long nanos);

    /** Waits until the condition holds, but no longer than so; looks every few milliseconds. */
    default void await(BooleanSupplier condition, long patienceNanos, LongSupplier nanoClock) {
        long endNanos = nanoClock.getAsLong() + patienceNanos;
        while (!condition.getAsBoolean() && nanoClock.getAsLong() < endNanos) {
            pause(PAUSE_NANOS);
        }
    }

    /** Runs a task after so long, or a little later; not when this is closed meanwhile. */
    void after(long nanos, Runnable task);

    /** Interrupts what runs, and begins nothing more. */
    @Override
    void close();
}
