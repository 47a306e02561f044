package dev.gossamer.node.mesh.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One run of a member's process: what is to happen in it happens while it lives, and waits while it
 * is paused.
 */
final class Life {
    private record Due(@Nullable SimLane lane, Runnable work) {}

    private final World world;
    private final int number;
    private final Deque<Due> held = new ArrayDeque<>();
    private boolean alive = true;
    private boolean paused;
    private @Nullable SimLane current;

    /**
     * @param number the member's
     */
    Life(World world, int number) {
        this.world = world;
        this.number = number;
    }

    int number() {
        return number;
    }

    boolean isAlive() {
        return alive;
    }

    boolean isPaused() {
        return paused;
    }

    /**
     * @param lane the lane that this happens on, or null for any other thread
     */
    void run(@Nullable SimLane lane, Runnable work) {
        if (!alive) {
            return;
        }
        if (paused || !held.isEmpty()) {
            held.add(new Due(lane, work));
            return;
        }
        runNow(lane, work);
    }

    private void runNow(@Nullable SimLane lane, Runnable work) {
        SimLane before = current;
        current = lane;
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            world.fail("an exception in m" + number, e);
        } finally {
            current = before;
        }
    }

    /** The lane whose work is being done, or null. */
    @Nullable SimLane currentOrNull() {
        return current;
    }

    void pause() {
        paused = true;
    }

    /** What has come meanwhile happens now, in its order. */
    void resume() {
        paused = false;
        while (!held.isEmpty() && !paused && alive) {
            Due due = held.remove();
            runNow(due.lane(), due.work());
        }
    }

    void end() {
        alive = false;
        held.clear();
    }
}
