package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.chaos.CampaignPlan;
import dev.gossamer.node.cli.chaos.CampaignRun;
import dev.gossamer.node.cli.chaos.ReportText;
import dev.gossamer.node.cli.chaos.check.Checks;
import dev.gossamer.node.cli.chaos.check.Findings;
import dev.gossamer.node.cli.chaos.fault.FaultKind;
import dev.gossamer.node.cli.chaos.history.History;
import dev.gossamer.node.cli.chaos.history.HistoryFile;
import dev.gossamer.node.cli.chaos.mesh.MeshPlan;
import dev.gossamer.node.cli.terminal.Progress;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.mesh.coherence.NearCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gossamer chaos}: does the mesh keep its promises while it is hurt? */
@Command(
        name = "chaos",
        description = "Hurt a mesh of real processes, and check that it keeps its promises.",
        footer = {
            "",
            "For people who work on Gossamer. It needs Linux, root, iproute2 and iptables: each",
            "member runs in a network namespace of its own, and the machine's network is not",
            "touched. docs/reliability.md says how to read the report. Exit code 1: not all",
            "promises held.",
            "",
            "Examples:",
            "  gossamer chaos                              five members, 20 minutes, every fault",
            "  gossamer chaos --seed 7 --faults kill,pause --minutes 3",
            "  gossamer chaos --check .gossamer/chaos-7/history.jsonl.gz"
        })
final class ChaosCommand implements Callable<Integer> {
    private static final long MEMORY_BYTES = 64L << 20;

    @ParentCommand private @Nullable GossamerCommand root;
    @Spec private @Nullable CommandSpec spec;

    @Mixin private Load load = new Load();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "5",
            description = "Members of the mesh (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--replication",
            paramLabel = "R",
            defaultValue = "3",
            description = "Copies of every entry (default: ${DEFAULT-VALUE}).")
    private int replication;

    @Option(
            names = "--down",
            paramLabel = "N",
            description =
                    "Members out at once at most (default: R-1, and never a majority of them).")
    private @Nullable Integer down;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "20",
            description = "How long faults are injected (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of the faults and the calls (default: a new one).")
    private @Nullable Long seed;

    @Option(
            names = "--faults",
            paramLabel = "KINDS",
            description =
                    "Which faults, separated by commas (default: all of kill,pause,restart,"
                            + "partition,isolate,one-way,cut,loss,slow,rolling,join-leave).")
    private String faults = FaultKind.allWords();

    @Option(
            names = "--patience",
            paramLabel = "TIME",
            defaultValue = "60s",
            description =
                    "How long the mesh may take to be whole again (default: ${DEFAULT-VALUE}).")
    private Span patience = new Span(Duration.ofSeconds(60));

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Where the report is written as JSON as well.")
    private @Nullable Path report;

    @Option(
            names = "--check",
            paramLabel = "FILE",
            description = "Check a saved history again, and do nothing else.")
    private @Nullable Path check;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--unchecked",
            hidden = true,
            description = "Leave these checks of near copies out, to see that it is noticed.")
    private String unchecked = "";

    @Option(names = "--network", hidden = true, description = "Run inside this network.")
    private @Nullable String network;

    /** The clients and what they do. */
    static final class Load {
        @Option(
                names = "--clients",
                paramLabel = "N",
                defaultValue = "8",
                description = "Clients at once (default: ${DEFAULT-VALUE}).")
        private int clients;

        @Option(
                names = "--keys",
                paramLabel = "N",
                defaultValue = "500",
                description = "Different keys (default: ${DEFAULT-VALUE}).")
        private int keys;

        @Option(
                names = "--rate",
                paramLabel = "N",
                defaultValue = "1000",
                description = "Calls a second of all clients together (default: ${DEFAULT-VALUE}).")
        private int rate;

        @Option(
                names = "--history-memory",
                paramLabel = "SIZE",
                defaultValue = "512MiB",
                description = "Memory for recorded calls (default: ${DEFAULT-VALUE}).")
        private Size history = new Size(512L << 20);
    }

    @Override
    public Integer call() throws InterruptedException {
        GossamerCommand command = Commands.rootOf(root);
        if (check != null) {
            return checkAgain(check, command.terminal());
        }
        CampaignPlan plan = plan();
        CampaignRun run =
                new CampaignRun(
                        plan,
                        command.data(),
                        new CampaignRun.Wish(Optional.ofNullable(report), json),
                        command.terminal());
        return network == null ? run.outside(argumentsWith(plan.seed())) : run.inside(network);
    }

    /** What this process was given, and the seed where it drew one. */
    private List<String> argumentsWith(long chosen) {
        List<String> given =
                Commands.specOf(spec).root().commandLine().getParseResult().originalArgs();
        List<String> arguments = new ArrayList<>(given);
        if (seed == null) {
            arguments.add("--seed=" + chosen);
        }
        return arguments;
    }

    private int checkAgain(Path file, Terminal terminal) {
        History history = HistoryFile.read(file);
        Progress progress = new Progress(terminal, "Checking", System::nanoTime);
        int keys = history.byKey().size();
        Findings findings = Checks.of(history, done -> progress.at(done, keys, "keys"));
        progress.done();
        long origin = history.calls().isEmpty() ? 0 : history.calls().getFirst().startNanos();
        if (json) {
            terminal.line(Json.text(findings.toMap(origin)));
        } else {
            new ReportText(terminal).show(findings, origin);
        }
        return findings.clean() ? 0 : 1;
    }

    private CampaignPlan plan() {
        try {
            long chosen = seed == null ? System.nanoTime() & 0xFFFF_FFFFL : seed;
            return new CampaignPlan(
                    new MeshPlan("chaos-" + chosen, nodes, replication, MEMORY_BYTES),
                    down == null ? CampaignPlan.downDefault(nodes, replication) : down,
                    Duration.ofMillis(Math.round(minutes * 60_000)),
                    chosen,
                    FaultKind.parse(faults),
                    load.clients,
                    load.keys,
                    load.rate,
                    patience.duration(),
                    load.history.bytes(),
                    NearCheck.parse(unchecked));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(Commands.specOf(spec).commandLine(), e.getMessage(), e);
        }
    }
}
