package dev.gossamer.node;

import dev.gossamer.node.mesh.MeshNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does before it closes (C10): says that it is not ready any more, has the others go on
 * without it, and then goes on answering a little, so that clients and load balancers find the
 * others first. All of it ends at once when the node is told again to stop.
 *
 * <p>A node that will be back with what it has asks the others to wait for it, and keeps what it
 * has; any other one hands its slots over first.
 *
 * <p><b>Threads.</b> {@link #say} by the thread that stops the node, once; {@link #hurry} by any.
 */
final class Farewell {
    private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

    private final MeshNode mesh;
    private final NodeHealth health;
    private final IntSupplier connections;
    private final Supplier<Optional<String>> handsOver;
    private final Times times;
    private final LongSupplier nanoClock;
    private final CompletableFuture<@Nullable Void> hurried = new CompletableFuture<>();

    /**
     * How long it may take.
     *
     * @param drain for handing over, or being let go; zero for neither
     * @param back how soon a node that keeps what it has is expected back with it; zero for one
     *     that is not
     * @param grace for clients, after that; shorter when none is connected any more
     */
    record Times(Duration drain, Duration back, Duration grace) {
        Times {
            if (drain.isNegative() || back.isNegative() || grace.isNegative()) {
                throw new IllegalArgumentException(
                        "drain " + drain + ", back " + back + " or grace " + grace + " < 0");
            }
        }
    }

    /**
     * @param connections how many clients are connected
     * @param handsOver why this node cannot keep what it has until it is back; empty when it can
     */
    Farewell(
            MeshNode mesh,
            NodeHealth health,
            IntSupplier connections,
            Supplier<Optional<String>> handsOver,
            Times times,
            LongSupplier nanoClock) {
        this.mesh = mesh;
        this.health = health;
        this.connections = connections;
        this.handsOver = handsOver;
        this.times = times;
        this.nanoClock = nanoClock;
    }

    /** Returns when the node may be closed. */
    void say() {
        health.stopping();
        if (!times.drain().isZero() && mayGo()) {
            LOG.info("clients have {} ms to find another member", times.grace().toMillis());
            long endNanos = nanoClock.getAsLong() + times.grace().toNanos();
            boolean told = false;
            while (!told && connections.getAsInt() > 0 && nanoClock.getAsLong() < endNanos) {
                told = await(hurried, LOOK_INTERVAL);
            }
        }
    }

    /** Whether the others go on without this node. */
    private boolean mayGo() {
        if (times.back().isZero()) {
            return drained();
        }
        Optional<String> reason = handsOver.get();
        reason.ifPresent(why -> LOG.info("node.return-within is passed over: {}", why));
        return reason.isPresent() ? drained() : letGo();
    }

    private boolean drained() {
        CompletableFuture<@Nullable Void> drain = mesh.drain();
        LOG.info(
                "handing over, for at most {} ms: {}", times.drain().toMillis(), mesh.drainState());
        if (!isDone(drain, "before everything is handed over")) {
            return false;
        }
        LOG.info("handed over; every slot has its copies elsewhere");
        return true;
    }

    private boolean letGo() {
        CompletableFuture<@Nullable Void> left = mesh.leaveForRestart(times.back());
        LOG.info(
                "asking the others to go on without this node, which is to be back within {} ms",
                times.back().toMillis());
        if (!isDone(left, "although some of what it has may have no other owner")) {
            return false;
        }
        LOG.info("let go; what this node has stays on its disk");
        return true;
    }

    private boolean isDone(CompletableFuture<@Nullable Void> leaving, String otherwise) {
        boolean ended = await(CompletableFuture.anyOf(leaving, hurried), times.drain());
        boolean done = leaving.isDone() && !leaving.isCompletedExceptionally();
        if (leaving.isCompletedExceptionally()) {
            LOG.info("nothing is handed over: {}", leaving.exceptionNow().getMessage());
        } else if (!done) {
            LOG.warn(
                    "{}; this node leaves {}: {}",
                    ended ? "told again to stop" : "node.drain-timeout is over",
                    otherwise,
                    mesh.drainState());
        }
        return done && !hurried.isDone();
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
