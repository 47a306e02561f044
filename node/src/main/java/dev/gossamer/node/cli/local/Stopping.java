package dev.gossamer.node.cli.local;

import dev.gossamer.node.cli.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stops nodes: asks first, waits, and ends those that do not go. */
public final class Stopping {
    /** How long a node may take to hand over and go. */
    public static final Duration PATIENCE_DEFAULT = Duration.ofSeconds(15);

    private static final long FORCED_WAIT_SECONDS = 5;

    private Stopping() {}

    /**
     * Asks all at once to end and waits for them; those that still live after {@code patience} are
     * killed, with a word about it.
     */
    public static void stop(List<MeshState.Node> nodes, Duration patience, Terminal terminal) {
        List<MeshState.Node> alive =
                nodes.stream().filter(node -> node.process().alive().isPresent()).toList();
        alive.forEach(node -> node.process().alive().ifPresent(ProcessHandle::destroy));
        long deadline = System.nanoTime() + patience.toNanos();
        for (MeshState.Node node : alive) {
            if (!awaitEnd(node.process(), deadline - System.nanoTime())) {
                terminal.note(
                        node.name()
                                + " (pid "
                                + node.process().pid()
                                + ") did not stop within "
                                + patience.toSeconds()
                                + " s and is killed");
                node.process().alive().ifPresent(ProcessHandle::destroyForcibly);
                awaitEnd(node.process(), TimeUnit.SECONDS.toNanos(FORCED_WAIT_SECONDS));
            }
        }
    }

    /** Whether the process has ended within the time. */
    public static boolean awaitEnd(ProcessIdentity process, long nanos) {
        Optional<CompletableFuture<ProcessHandle>> end = process.alive().map(ProcessHandle::onExit);
        if (end.isEmpty()) {
            return true;
        }
        try {
            end.get().get(Math.max(1, nanos), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException _) {
            return process.alive().isEmpty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return process.alive().isEmpty();
        }
    }
}
