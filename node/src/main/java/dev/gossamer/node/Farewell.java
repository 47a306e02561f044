package dev.gossamer.node;

import dev.gossamer.node.mesh.Mesh;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does before it closes (C10): says that it is not ready any more, hands its slots over
 * within a time, and then goes on answering a little, so that clients and load balancers find the
 * others first. All of it ends at once when the node is told again to stop.
 *
 * <p><b>Threads.</b> {@link #say} by the thread that stops the node, once; {@link #hurry} by any.
 */
final class Farewell {
    private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

    private final Mesh mesh;
    private final NodeHealth health;
    private final IntSupplier connections;
    private final Times times;
    private final LongSupplier nanoClock;
    private final CompletableFuture<@Nullable Void> hurried = new CompletableFuture<>();

    /**
     * How long it may take.
     *
     * @param drain for handing over; zero for not at all
     * @param grace for clients, after that; shorter when none is connected any more
     */
    record Times(Duration drain, Duration grace) {
        Times {
            if (drain.isNegative() || grace.isNegative()) {
                throw new IllegalArgumentException(
                        "drain " + drain + " or grace " + grace + " < 0");
            }
        }
    }

    /**
     * @param connections how many clients are connected
     */
    Farewell(
            Mesh mesh,
            NodeHealth health,
            IntSupplier connections,
            Times times,
            LongSupplier nanoClock) {
        this.mesh = mesh;
        this.health = health;
        this.connections = connections;
        this.times = times;
        this.nanoClock = nanoClock;
    }

    /** Returns when the node may be closed. */
    void say() {
        health.stopping();
        if (!times.drain().isZero() && drained()) {
            LOG.info(
                    "handed over; clients have {} ms to find another member",
                    times.grace().toMillis());
            long endNanos = nanoClock.getAsLong() + times.grace().toNanos();
            boolean told = false;
            while (!told && connections.getAsInt() > 0 && nanoClock.getAsLong() < endNanos) {
                told = await(hurried, LOOK_INTERVAL);
            }
        }
    }

    /** Whether everything was handed over. */
    private boolean drained() {
        CompletableFuture<@Nullable Void> drain = mesh.drain();
        LOG.info(
                "handing over, for at most {} ms: {}", times.drain().toMillis(), mesh.drainState());
        boolean ended = await(CompletableFuture.anyOf(drain, hurried), times.drain());
        boolean drained = drain.isDone() && !drain.isCompletedExceptionally();
        if (drain.isCompletedExceptionally()) {
            LOG.info("nothing is handed over: {}", drain.exceptionNow().getMessage());
        } else if (!drained) {
            LOG.warn(
                    "{}; this node leaves before everything is handed over: {}",
                    ended ? "told again to stop" : "node.drain-timeout is over",
                    mesh.drainState());
        }
        return drained && !hurried.isDone();
    }

    /** Whether it came to its end, whichever, within the time. */
    private static boolean await(CompletableFuture<?> awaited, Duration patience) {
        try {
            awaited.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException _) {
            return true; // the caller looks how
        } catch (TimeoutException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends the waiting. */
    void hurry() {
        hurried.complete(null);
    }
}
