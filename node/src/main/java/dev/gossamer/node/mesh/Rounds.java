package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Does something again and again on one lane: each time so long after the time before was over.
 *
 * <p><b>Threads.</b> {@link #start} and {@link #stop} by any; the work runs on the lane.
 */
final class Rounds extends DeadlineWheel.Deadline {
    private final Lane lane;
    private final LongSupplier nanoClock;
    private final long intervalNanos;
    private final Runnable work;

    /** Belongs to the lane. */
    private boolean stopped;

    Rounds(Lane lane, LongSupplier nanoClock, Duration interval, Runnable work) {
        this.lane = lane;
        this.nanoClock = nanoClock;
        this.intervalNanos = interval.toNanos();
        this.work = work;
    }

    void start() {
        lane.execute(this::next);
    }

    void stop() {
        lane.execute(() -> {
            stopped = true;
            cancel();
        });
    }

    private void next() {
        if (!stopped) {
            lane.wheel().add(this, nanoClock.getAsLong() + intervalNanos);
        }
    }

    @Override
    protected void expired() {
        try {
            work.run();
        } finally {
            next();
        }
    }
}
