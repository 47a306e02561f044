package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.chaos.mesh.Members;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Waiting until a mesh is as it should be. */
final class Wholeness {
    private static final long POLL_NANOS = 200_000_000;

    private final Members members;
    private final Duration patience;
    private final LongSupplier nanoClock;

    Wholeness(Members members, Duration patience, LongSupplier nanoClock) {
        this.members = members;
        this.patience = patience;
        this.nanoClock = nanoClock;
    }

    /**
     * Waits until all running members agree on a mesh in which nothing is missing.
     *
     * @param watch is called several times a second
     * @return how long that took; empty when it did not happen in time, or a member ended by itself
     */
    Optional<Duration> await(Runnable watch) {
        long begin = nanoClock.getAsLong();
        while (members.endedByThemselves().isEmpty()) {
            boolean whole = members.whole();
            Duration elapsed = Duration.ofNanos(nanoClock.getAsLong() - begin);
            if (whole) {
                return Optional.of(elapsed);
            }
            watch.run();
            if (elapsed.compareTo(patience) > 0 || Thread.currentThread().isInterrupted()) {
                return Optional.empty();
            }
            LockSupport.parkNanos(this, POLL_NANOS);
        }
        return Optional.empty();
    }
}
