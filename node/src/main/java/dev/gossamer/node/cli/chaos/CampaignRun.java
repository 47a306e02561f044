package dev.gossamer.node.cli.chaos;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.chaos.history.HistoryFile;
import dev.gossamer.node.cli.chaos.mesh.Members;
import dev.gossamer.node.cli.chaos.mesh.Network;
import dev.gossamer.node.cli.local.MeshFolder;
import dev.gossamer.node.cli.local.NodeProcess;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A campaign as two processes. The outer one makes the network and removes it at the end, come what
 * may; the inner one runs on the clients' host, starts the members and does everything else. When
 * the outer one ends, the inner one does; when the inner one ends, the members do.
 */
public final class CampaignRun {
    private static final long INNER_END_SECONDS = 20;
    private static final long HEAP_FIXED_BYTES = 1L << 30;
    private static final String NETWORK_OPTION = "--network";

    private final CampaignPlan plan;
    private final Path folder;
    private final Wish wish;
    private final Terminal terminal;

    /**
     * What the user wants to have of it.
     *
     * @param report a file for the report
     */
    public record Wish(Optional<Path> report, boolean json) {}

    /**
     * @param data the folder below which the campaign gets its own, named after its seed
     */
    public CampaignRun(CampaignPlan plan, Path data, Wish wish, Terminal terminal) {
        this.plan = plan;
        this.folder = data.toAbsolutePath().normalize().resolve(plan.mesh().name());
        this.wish = wish;
        this.terminal = terminal;
    }

    /**
     * Makes the network and runs the same command inside.
     *
     * @param arguments of this process
     * @return the inner one's exit code
     */
    public int outside(List<String> arguments) throws InterruptedException {
        requireFreshFolder();
        Network network = Network.create(folder, plan.mesh().hosts());
        List<String> again = new ArrayList<>(arguments);
        again.add(NETWORK_OPTION + "=" + network.prefix());
        Process inner = start(network, again);
        Thread remover = new Thread(() -> end(inner, network), "remove-network");
        Runtime.getRuntime().addShutdownHook(remover);
        int code = inner.waitFor();
        if (removeHook(remover)) {
            end(inner, network);
        }
        return code;
    }

    private static boolean removeHook(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            return false; // the process ends already, and the hook runs
        }
    }

    private void requireFreshFolder() {
        if (Files.exists(folder.resolve(plan.mesh().nameOf(0)))) {
            throw new CliException(
                    "there is a campaign in "
                            + folder
                            + " already; delete it, or choose another --seed");
        }
    }

    private Process start(Network network, List<String> arguments) {
        long heap = plan.historyBytesMax() * 2 + HEAP_FIXED_BYTES;
        List<String> flags =
                new ArrayList<>(
                        List.of(
                                "-Xmx" + (heap >> 20) + "m",
                                "-Djava.net.preferIPv4Stack=true",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow"));
        flags.addAll(plan.jvmFlags());
        if (terminal.live()) {
            flags.add("-Dgossamer.columns=" + terminal.columns());
        }
        List<String> command = new ArrayList<>(network.onClient());
        command.addAll(NodeProcess.likeThisOne().again(flags, arguments));
        boolean started = false;
        try {
            Process inner =
                    new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            started = true;
            return inner;
        } catch (IOException e) {
            throw new CliException("the campaign could not be started: " + e.getMessage(), e);
        } finally {
            if (!started) {
                network.remove();
            }
        }
    }

    private static void end(Process inner, Network network) {
        inner.destroy();
        try {
            if (!inner.waitFor(INNER_END_SECONDS, TimeUnit.SECONDS)) {
                inner.destroyForcibly();
            }
        } catch (InterruptedException _) {
            inner.destroyForcibly();
        }
        network.remove();
    }

    /**
     * Runs the campaign on the clients' host.
     *
     * @param prefix of the network
     * @return 0 when all promises held
     */
    public int inside(String prefix) throws InterruptedException {
        endWith(System.in);
        Network network = Network.existing(folder, prefix);
        MeshFolder data = new MeshFolder(folder);
        Members members =
                new Members(
                        plan.mesh(),
                        data,
                        network,
                        NodeProcess.likeThisOne().with(plan.jvmFlags()));
        Runtime.getRuntime().addShutdownHook(new Thread(members::endAll, "end-members"));
        terminal.note("Seed " + plan.seed() + ", folder " + folder);
        CampaignResult result = new Campaign(plan, members, network, terminal).run();
        Path history = folder.resolve("history.jsonl.gz");
        HistoryFile.write(history, result.history());
        tell(new Report(result), history);
        return result.clean() ? 0 : 1;
    }

    private void tell(Report report, Path history) {
        String text = Json.text(report.toMap());
        wish.report().ifPresent(file -> write(file, text));
        if (wish.json()) {
            terminal.line(text);
        } else {
            new ReportText(terminal).show(report);
            terminal.line("Check the history again with: gossamer chaos --check " + history);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text + System.lineSeparator());
        } catch (IOException e) {
            throw new CliException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void endWith(InputStream parent) {
        Thread watcher =
                new Thread(
                        () -> {
                            try {
                                parent.transferTo(OutputStream.nullOutputStream());
                            } catch (IOException _) {
                                // A broken pipe says the same as its end: nobody waits any more.
                            }
                            System.exit(1);
                        },
                        "parent-watch");
        watcher.setDaemon(true);
        watcher.start();
    }
}
