package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.local.LocalMesh;
import dev.gossamer.node.cli.local.MeshFolder;
import dev.gossamer.node.cli.local.NodePlan;
import dev.gossamer.node.cli.local.NodeProcess;
import dev.gossamer.node.cli.local.PortPlan;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.cli.terminal.Terminal.Mood;
import dev.gossamer.node.store.MemorySettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gossamer up}: a mesh on this machine. */
@Command(
        name = "up",
        description = "Start a mesh on this machine and show how to reach it.",
        footer = {
            "",
            "With base port P, node i listens on P+i (Redis, answers for the whole mesh), P+100+i",
            "(Redis Cluster), P+200+i (admin HTTP), P+300+i (membership) and P+400+i (entries).",
            "",
            "Examples:",
            "  gossamer up                                three nodes, two copies of everything",
            "  gossamer up --detach                       return when the mesh is complete",
            "  gossamer up --nodes 5 --replication 3      survives two kills at once",
            "  gossamer up --base-port 9000 --data /tmp/b a second mesh beside the first"
        })
final class UpCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;
    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many nodes (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--replication",
            paramLabel = "R",
            defaultValue = "2",
            description = "Copies of every entry (default: ${DEFAULT-VALUE}).")
    private int replication;

    @Option(
            names = "--base-port",
            paramLabel = "P",
            defaultValue = "" + PortPlan.BASE_PORT_DEFAULT,
            description = "First port (default: ${DEFAULT-VALUE}).")
    private int basePort;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "256MiB",
            description =
                    "What each node's entries may take (default: ${DEFAULT-VALUE});"
                            + " its heap is 1.5 times that and 128 MiB.")
    private Size memory = new Size(256L << 20);

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long the start may take (default: ${DEFAULT-VALUE}).")
    private Span timeout = new Span(Duration.ofSeconds(60));

    @Option(names = "--detach", description = "Return when the mesh is complete; 'down' stops it.")
    private boolean detach;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        NodePlan plan = plan();
        MeshFolder folder = new MeshFolder(command.data());
        folder.requireIdle();
        plan.ports().requireFree();
        try (MeshFolder.Hold _ = folder.take()) {
            return run(plan, folder, command.terminal());
        } catch (IOException e) {
            throw new CliException("cannot free the folder's lock: " + e.getMessage(), e);
        }
    }

    private NodePlan plan() {
        try {
            if (memory.bytes() < MemorySettings.BYTES_MIN) {
                throw new IllegalArgumentException("--memory is less than 1MiB");
            }
            return new NodePlan(new PortPlan(basePort, nodes), replication, memory.bytes());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(Commands.specOf(spec).commandLine(), e.getMessage(), e);
        }
    }

    private int run(NodePlan plan, MeshFolder folder, Terminal terminal) {
        long begin = System.nanoTime();
        LocalMesh mesh = new LocalMesh(plan, folder, NodeProcess.likeThisOne(), detach, terminal);
        Thread stopper = new Thread(() -> stopWithWords(mesh, terminal), "stop-on-signal");
        Runtime.getRuntime().addShutdownHook(stopper);
        try {
            mesh.start();
            MeshReport report = mesh.awaitComplete(timeout.duration());
            show(report, Duration.ofNanos(System.nanoTime() - begin), terminal);
        } catch (CliException e) {
            Commands.removeHook(stopper);
            throw e;
        }
        if (detach) {
            Commands.removeHook(stopper);
            terminal.line("It runs in the background; stop it with: gossamer down" + dataFlag());
            return 0;
        }
        terminal.line("Ctrl-C stops it.");
        new MeshWatch(mesh, terminal).untilItEnds();
        if (mesh.stopping()) {
            return 0;
        }
        folder.forgetState();
        Commands.removeHook(stopper);
        throw new CliException("all nodes have ended; their logs are in " + folder.path());
    }

    private String dataFlag() {
        String data = Commands.rootOf(root).data().toString();
        return data.equals(".gossamer") ? "" : " --data " + data;
    }

    private static void stopWithWords(LocalMesh mesh, Terminal terminal) {
        terminal.clearStatus();
        terminal.note("Stopping " + mesh.nodes().size() + " nodes …");
        mesh.stop();
        terminal.note("All stopped.");
    }

    private void show(MeshReport report, Duration elapsed, Terminal terminal) {
        terminal.line(
                terminal.coloured("The mesh is up", Mood.GOOD)
                        + " after "
                        + Figures.elapsed(elapsed)
                        + ": "
                        + MeshTable.summary(report)
                        + ".");
        terminal.line("");
        terminal.table(MeshTable.addresses(report));
        int last = report.members().size() - 1;
        terminal.line("");
        terminal.line("A first thing to try:");
        terminal.line(
                "  redis-cli -p " + report.members().getFirst().redis() + " set greeting hello");
        terminal.line("  redis-cli -p " + report.members().get(last).redis() + " get greeting");
        terminal.line(
                "  curl " + report.members().getFirst().admin() + "/api/v1/keys/greeting/explain");
        terminal.line("");
    }
}
