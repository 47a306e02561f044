package dev.gossamer.node.cli.local;

import dev.gossamer.node.cli.admin.AdminApi;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.admin.Password;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The processes of a mesh on this machine, from their start to their end.
 *
 * <p><b>Threads.</b> One thread starts and waits; {@link #stop} may be called by another, as a
 * shutdown hook does.
 */
public final class LocalMesh {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(40);
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);

    private final NodePlan plan;
    private final MeshFolder folder;
    private final NodeProcess launch;
    private final boolean detached;
    private final Terminal terminal;
    private final List<Started> started = new CopyOnWriteArrayList<>();
    private volatile boolean stopping;

    private record Started(MeshState.Node node, Process process) {}

    /**
     * @param detached whether the nodes outlive this process
     */
    public LocalMesh(
            NodePlan plan,
            MeshFolder folder,
            NodeProcess launch,
            boolean detached,
            Terminal terminal) {
        this.plan = plan;
        this.folder = folder;
        this.launch = launch;
        this.detached = detached;
        this.terminal = terminal;
    }

    /**
     * Writes the nodes' files and starts their processes.
     *
     * @throws CliException when one cannot be started; the others are stopped then
     */
    public void start() {
        try {
            plan.write(folder);
            for (int node = 0; node < plan.ports().nodes() && !stopping; node++) {
                Process process = launch.start(folder, plan, node, !detached);
                started.add(new Started(nodeOf(plan.name(node), process), process));
                folder.save(state());
            }
        } catch (IOException e) {
            stop();
            throw new CliException("the nodes could not be started: " + e.getMessage(), e);
        }
        if (stopping) {
            stop();
        }
    }

    private static MeshState.Node nodeOf(String name, Process process) {
        ProcessIdentity identity =
                ProcessIdentity.of(process.pid())
                        .orElseGet(() -> new ProcessIdentity(process.pid(), 0));
        return new MeshState.Node(name, identity);
    }

    private MeshState state() {
        Optional<ProcessIdentity> foreground =
                detached ? Optional.empty() : ProcessIdentity.of(ProcessHandle.current().pid());
        return new MeshState(plan.ports().basePort(), plan.replication(), foreground, nodes());
    }

    /** The nodes that were started. */
    public List<MeshState.Node> nodes() {
        return started.stream().map(Started::node).toList();
    }

    /**
     * Waits until every node is ready and the mesh complete.
     *
     * @return the mesh as node 0 reports it
     * @throws CliException when a node ends or the time is over; all nodes are stopped then
     */
    public MeshReport awaitComplete(Duration patience) {
        long begin = System.nanoTime();
        Optional<MeshReport> report = Optional.empty();
        int ready = 0;
        while (report.isEmpty()) {
            Optional<Started> ended = awaitAnEnd(POLL_INTERVAL);
            Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
            if (ended.isPresent()) {
                throw failed(ended.get());
            }
            if (elapsed.compareTo(patience) > 0) {
                throw tooSlow(ready, elapsed);
            }
            ready = countReady(ready);
            terminal.status(
                    "Starting "
                            + started.size()
                            + " nodes: "
                            + ready
                            + " ready … "
                            + Figures.elapsed(elapsed));
            report = ready == started.size() ? completeReport() : Optional.empty();
        }
        terminal.clearStatus();
        return report.get();
    }

    /** Nodes become ready in any order, but counting stops at the first that is not. */
    private int countReady(int before) {
        int ready = before;
        while (ready < started.size() && admin(ready).ready()) {
            ready++;
        }
        return ready;
    }

    private Optional<MeshReport> completeReport() {
        try {
            MeshReport report = admin(0).mesh();
            boolean complete = report.complete() && report.members().size() == started.size();
            return complete ? Optional.of(report) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** The admin API of a node. */
    public AdminApi admin(int node) {
        int port = plan.ports().ports(node).admin();
        return new AdminApi(
                URI.create("http://127.0.0.1:" + port), ASK_TIMEOUT, Password.ofEnvironment());
    }

    private CliException failed(Started ended) {
        String name = ended.node().name();
        stop();
        terminal.note("The last lines of " + folder.log(name) + " and node.out beside it:");
        folder.logTail(name).forEach(line -> terminal.note("  " + line));
        return new CliException(
                name
                        + " ended with exit code "
                        + ended.process().exitValue()
                        + " while it started, so all nodes were stopped; see "
                        + folder.node(name));
    }

    private CliException tooSlow(int ready, Duration elapsed) {
        String state = ready + " of " + started.size() + " nodes were ready";
        String name = plan.name(Math.min(ready, started.size() - 1));
        stop();
        return new CliException(
                "after "
                        + Figures.elapsed(elapsed)
                        + " the mesh was not complete ("
                        + state
                        + "), so all nodes were stopped; look at "
                        + folder.log(name)
                        + ", or give it more time with --timeout");
    }

    /**
     * Waits until any node ends, at most so long.
     *
     * @return a node that has ended
     */
    private Optional<Started> awaitAnEnd(Duration atMost) {
        List<Started> alive = new ArrayList<>();
        for (Started node : started) {
            if (!node.process().isAlive()) {
                return Optional.of(node);
            }
            alive.add(node);
        }
        CompletableFuture<?>[] ends =
                alive.stream()
                        .map(node -> node.process().onExit())
                        .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.anyOf(ends).get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new CliException("waiting for the nodes failed: " + e.getMessage(), e);
        }
        return started.stream().filter(node -> !node.process().isAlive()).findFirst();
    }

    /**
     * Watches the nodes until the last one has ended; says so when one ends by itself.
     *
     * @param watcher is called every second
     */
    public void awaitEnd(Runnable watcher) {
        List<Started> alive = new ArrayList<>(started);
        while (!alive.isEmpty() && !Thread.currentThread().isInterrupted()) {
            CompletableFuture<?>[] ends =
                    alive.stream()
                            .map(node -> node.process().onExit())
                            .toArray(CompletableFuture[]::new);
            try {
                CompletableFuture.anyOf(ends).get(1, TimeUnit.SECONDS);
            } catch (TimeoutException _) {
                watcher.run();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new CliException("waiting for the nodes failed: " + e.getMessage(), e);
            }
            alive.removeIf(this::reportIfEnded);
        }
    }

    private boolean reportIfEnded(Started node) {
        if (node.process().isAlive()) {
            return false;
        }
        if (!stopping) {
            terminal.note(
                    node.node().name()
                            + " ended with exit code "
                            + node.process().exitValue()
                            + "; its log: "
                            + folder.log(node.node().name()));
        }
        return true;
    }

    public boolean stopping() {
        return stopping;
    }

    /** Stops all nodes and forgets them; may be called more than once. */
    public void stop() {
        stopping = true;
        Stopping.stop(nodes(), Stopping.PATIENCE_DEFAULT, terminal);
        folder.forgetState();
    }
}
