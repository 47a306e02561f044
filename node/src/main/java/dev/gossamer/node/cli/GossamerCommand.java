package dev.gossamer.node.cli;

import dev.gossamer.node.Node;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line of Gossamer, for operators and developers.
 *
 * <p>Exit codes: 0 when it was done, 1 when it failed or a key was not there, 2 when the command
 * was not understood.
 */
@Command(
        name = "gossamer",
        description = "A clustered cache mesh: start one here, look at one, use one.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = VersionCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            DrainCommand.class,
            LedgerCommand.class,
            AuditCommand.class,
            GetCommand.class,
            SetCommand.class,
            DelCommand.class,
            InvalidateCommand.class,
            ExplainCommand.class,
            RingCommand.class,
            ConfigCommand.class,
            BenchCommand.class,
            ReplayCommand.class,
            DiskCommand.class,
            ChaosCommand.class,
            NodeCommand.class,
            TrainCommand.class,
            VersionCommand.class,
            CompletionCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  gossamer up                      three nodes here, until Ctrl-C",
            "  gossamer up --detach             the same, in the background",
            "  gossamer status --watch          who is here, who owns how much",
            "  gossamer set greeting hello      through the thin client",
            "  gossamer COMMAND --help          everything about one command"
        })
public final class GossamerCommand implements Runnable {
    private static final int COLUMNS_DEFAULT = 100;

    /** Runs one node in this process until it is told to stop. */
    @FunctionalInterface
    public interface NodeRunner {
        /**
         * @param flags setting names with their texts; they override the file and the environment
         * @throws InterruptedException when the calling thread is interrupted
         */
        void run(Path configuration, Map<String, String> flags)
                throws IOException, InterruptedException;
    }

    private final NodeRunner nodeRunner;
    private final Terminal terminal;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            defaultValue = ".gossamer",
            description = "Folder of the local mesh (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of(".gossamer");

    @Option(
            names = "--admin",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description =
                    "Admin address of any node, such as http://127.0.0.1:7579"
                            + " (default: the mesh of --data, else this machine's default ports).")
    private @Nullable String admin;

    @Option(
            names = "--mesh",
            paramLabel = "URI",
            scope = ScopeType.INHERIT,
            description =
                    "Redis addresses of some nodes, such as gossamer://127.0.0.1:7379"
                            + " (default: the mesh of --data, else this machine's default ports).")
    private @Nullable String mesh;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show where an error came from.")
    private boolean verbose;

    public GossamerCommand(NodeRunner nodeRunner, Terminal terminal) {
        this.nodeRunner = nodeRunner;
        this.terminal = terminal;
    }

    public static void main(String[] args) {
        Terminal terminal = terminalOfThisProcess();
        System.exit(commandLine(Node::run, terminal).execute(args));
    }

    private static Terminal terminalOfThisProcess() {
        Optional<Integer> columns = Optional.ofNullable(Integer.getInteger("gossamer.columns"));
        String wish = System.getenv("NO_COLOR");
        return new Terminal(
                System.out,
                System.err,
                columns.filter(count -> count > 0).orElse(COLUMNS_DEFAULT),
                columns.isPresent(),
                wish == null || wish.isEmpty());
    }

    /** The whole tool, ready to execute arguments. */
    static CommandLine commandLine(NodeRunner nodeRunner, Terminal terminal) {
        return new CommandLine(new GossamerCommand(nodeRunner, terminal))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(terminal.columns())
                .setUsageHelpAutoWidth(false)
                .setOut(terminal.out())
                .setErr(terminal.err())
                .registerConverter(Size.class, Size::parse)
                .registerConverter(Span.class, Span::parse)
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(
                                terminal.colours()
                                        ? CommandLine.Help.Ansi.ON
                                        : CommandLine.Help.Ansi.OFF))
                .setParameterExceptionHandler(Failures::ofUsage)
                .setExecutionExceptionHandler(Failures::ofExecution);
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(terminal.out());
        }
    }

    NodeRunner nodeRunner() {
        return nodeRunner;
    }

    Terminal terminal() {
        return terminal;
    }

    Path data() {
        return data;
    }

    boolean verbose() {
        return verbose;
    }

    /** Where the mesh is that a command shall talk to. */
    Whereabouts whereabouts() {
        return new Whereabouts(Optional.ofNullable(admin), Optional.ofNullable(mesh), data);
    }
}
