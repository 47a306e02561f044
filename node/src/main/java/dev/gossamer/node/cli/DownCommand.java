package dev.gossamer.node.cli;

import dev.gossamer.node.cli.local.MeshFolder;
import dev.gossamer.node.cli.local.MeshState;
import dev.gossamer.node.cli.local.ProcessIdentity;
import dev.gossamer.node.cli.local.Stopping;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer down}: stops what {@code up} started. */
@Command(
        name = "down",
        description = "Stop the nodes that 'up' started in this data folder, and no others.",
        footer = {
            "",
            "Examples:",
            "  gossamer down                  the mesh of ./.gossamer",
            "  gossamer down --data /tmp/b    the mesh of another folder"
        })
final class DownCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "15s",
            description =
                    "A node that has not stopped by then is killed (default: ${DEFAULT-VALUE}).")
    private Span timeout = new Span(Stopping.PATIENCE_DEFAULT);

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Terminal terminal = command.terminal();
        MeshFolder folder = new MeshFolder(command.data());
        Optional<MeshState> state = folder.state();
        List<MeshState.Node> alive = state.map(MeshState::alive).orElse(List.of());
        if (alive.isEmpty()) {
            terminal.line("No node of " + folder.path() + " runs; nothing to stop.");
            state.ifPresent(_ -> folder.forgetState());
            return 0;
        }
        long begin = System.nanoTime();
        terminal.status("Stopping " + alive.size() + " nodes …");
        state.flatMap(MeshState::foreground).ifPresent(this::endForeground);
        Stopping.stop(alive, timeout.duration(), terminal);
        folder.forgetState();
        Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
        terminal.line("Stopped " + names(alive) + " in " + Figures.elapsed(elapsed) + ".");
        return 0;
    }

    /** An {@code up} in the foreground stops its nodes itself when it is asked to end. */
    private void endForeground(ProcessIdentity up) {
        up.alive().ifPresent(ProcessHandle::destroy);
        Stopping.awaitEnd(up, timeout.duration().toNanos());
    }

    private static String names(List<MeshState.Node> nodes) {
        return nodes.stream()
                .map(node -> node.name() + " (pid " + node.process().pid() + ")")
                .collect(Collectors.joining(", "));
    }
}
