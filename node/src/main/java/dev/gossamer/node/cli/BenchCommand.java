package dev.gossamer.node.cli;

import dev.gossamer.client.Gossamer;
import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.load.Bench;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Progress;
import dev.gossamer.node.cli.terminal.Terminal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gossamer bench}: load through the thin client. */
@Command(
        name = "bench",
        description = "Read and write random keys through the thin client, and measure.",
        footer = {
            "",
            "It writes keys that begin with 'bench-' and leaves them there.",
            "",
            "Examples:",
            "  gossamer bench                                   50 clients, 10 s, 9 reads to 1 write",
            "  gossamer bench --clients 8 --pipeline 16 --value-size 1KiB --ratio 1:1",
            "  gossamer bench --duration 60s --json"
        })
final class BenchCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;
    @Spec private @Nullable CommandSpec spec;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "50",
            description = "Clients at once (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--pipeline",
            paramLabel = "N",
            defaultValue = "1",
            description = "Requests that each has under way (default: ${DEFAULT-VALUE}).")
    private int pipeline;

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Different keys (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
            names = "--value-size",
            paramLabel = "SIZE",
            defaultValue = "100B",
            description = "Size of each value (default: ${DEFAULT-VALUE}).")
    private Size valueSize = new Size(100);

    @Option(
            names = "--ratio",
            paramLabel = "READS:WRITES",
            defaultValue = "9:1",
            description = "How many reads for how many writes (default: ${DEFAULT-VALUE}).")
    private String ratio = "9:1";

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long (default: ${DEFAULT-VALUE}).")
    private Span duration = new Span(Duration.ofSeconds(10));

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the sequence of keys (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Terminal terminal = command.terminal();
        Bench.Plan plan = plan();
        Bench.Result result = ClientCalls.ask(command, mesh -> run(mesh, plan, terminal));
        if (json) {
            terminal.line(Json.text(toMap(result)));
            return 0;
        }
        terminal.line(
                Figures.count(Math.round(result.perSecond()))
                        + " requests/s over "
                        + Figures.elapsed(result.time())
                        + ", "
                        + plan.callers()
                        + " under way");
        terminal.line(
                "reads   "
                        + Figures.count(result.reads().count())
                        + ": "
                        + result.reads().inWords());
        terminal.line(
                "writes  "
                        + Figures.count(result.writes().count())
                        + ": "
                        + result.writes().inWords());
        terminal.line("misses  " + Figures.count(result.misses()));
        return 0;
    }

    private Bench.Plan plan() {
        try {
            return new Bench.Plan(
                    Math.multiplyExact(clients, pipeline),
                    keys,
                    Math.toIntExact(valueSize.bytes()),
                    readPart(),
                    duration.duration(),
                    seed);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ParameterException(Commands.specOf(spec).commandLine(), e.getMessage(), e);
        }
    }

    private double readPart() {
        String[] parts = ratio.split(":", -1);
        try {
            double reads = Double.parseDouble(parts[0]);
            double writes = Double.parseDouble(parts.length == 2 ? parts[1] : "");
            if (reads >= 0 && writes >= 0 && reads + writes > 0) {
                return reads / (reads + writes);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--ratio '" + ratio + "' is not of the form 9:1", e);
        }
        throw new IllegalArgumentException("--ratio '" + ratio + "' is not of the form 9:1");
    }

    private Bench.Result run(Gossamer mesh, Bench.Plan plan, Terminal terminal) {
        Progress progress = new Progress(terminal, "Bench", System::nanoTime);
        return new Bench(cache.of(mesh), plan, System::nanoTime).run(progress);
    }

    private static Map<String, Object> toMap(Bench.Result result) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("seconds", result.time().toNanos() / 1e9);
        map.put("requestsPerSecond", result.perSecond());
        map.put("reads", result.reads().toMap());
        map.put("writes", result.writes().toMap());
        map.put("misses", result.misses());
        return map;
    }
}
