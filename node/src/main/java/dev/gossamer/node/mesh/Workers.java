package dev.gossamer.node.mesh;

import java.util.concurrent.Executor;

/**
 * Threads that may wait, one for each task. The real ones are virtual threads; a simulated mesh
 * brings its own, whose pauses pass in virtual time.
 *
 * <p><b>Threads.</b> {@link #pause} by the tasks themselves, or by a thread that closes the node;
 * the rest by any.
 */
interface Workers extends Executor, AutoCloseable {

    /** Waits so long, or ends early: whoever waits for something looks again. */
    void pause(long nanos);

    /** Runs a task after so long, or a little later; not when this is closed meanwhile. */
    void after(long nanos, Runnable task);

    /** Interrupts what runs, and begins nothing more. */
    @Override
    void close();
}
