package dev.gossamer.node.cli;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.load.Capacity;
import dev.gossamer.node.cli.load.Pace;
import dev.gossamer.node.cli.load.Replay;
import dev.gossamer.node.cli.local.OwnMesh;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Progress;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.cli.trace.Trace;
import dev.gossamer.node.cli.trace.TraceFile;
import dev.gossamer.node.cli.trace.TraceFormat;
import dev.gossamer.node.config.Readers;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gossamer replay}: a real access trace through the thin client into a mesh. */
@Command(
        name = "replay",
        description = "Drive a recorded access trace into a mesh and compare its hit ratio.",
        footer = {
            "",
            "Each read asks the mesh and, on a miss, writes a value of --value-size; each write writes.",
            "The hit ratio stands beside that of one Caffeine cache with room for as many entries,",
            "and of Belady's optimum, which knows the future.",
            "",
            "Capacity is counted in entries, each once however many copies there are. With --capacity",
            "and without --mesh or --admin, replay starts a mesh of its own (--nodes, --replication)",
            "with just that room, and stops it afterwards. Otherwise it uses the running mesh, and",
            "takes the room from the memory of its members; with --capacity as well it refuses a mesh",
            "of another size and says how to start a fitting one.",
            "",
            "Examples:",
            "  gossamer replay --trace orm-busy.trace.xz --capacity 5%      5 %% of the distinct keys",
            "  gossamer replay --trace access.csv.gz --capacity 64MiB --nodes 5",
            "  gossamer replay --trace keys.txt --speed 5000/s              the running mesh"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final double CAPACITY_TOLERANCE = 0.02;
    private static final long VALUE_SEED = 1;

    @ParentCommand private @Nullable GossamerCommand root;
    @Spec private @Nullable CommandSpec spec;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            required = true,
            description = "The trace; xz and gz are unpacked on the fly.")
    private Path file = Path.of("");

    @Option(
            names = "--format",
            defaultValue = "AUTO",
            paramLabel = "FORMAT",
            description =
                    "cache2k: 4-byte big-endian integers; csv: version,time,op,size,lbn; keys: one"
                            + " key a line; auto: by the content (default).")
    private TraceFormat format = TraceFormat.AUTO;

    @Option(
            names = "--capacity",
            paramLabel = "ROOM",
            description = "5%% of the distinct keys, 64MiB, or a number of entries.")
    private @Nullable String capacity;

    @Option(
            names = "--value-size",
            paramLabel = "SIZE",
            defaultValue = "1KiB",
            description = "Size of each value (default: ${DEFAULT-VALUE}).")
    private Size valueSize = new Size(1024);

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "8",
            description = "Clients at once; they share one cursor (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--speed",
            paramLabel = "PACE",
            defaultValue = "max",
            description =
                    "max, a rate such as 5000/s, or 1x as recorded (default: ${DEFAULT-VALUE}).")
    private String speed = "max";

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "Nodes of a mesh of its own (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--replication",
            paramLabel = "R",
            defaultValue = "2",
            description = "Copies in a mesh of its own (default: ${DEFAULT-VALUE}).")
    private int replication;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** The request as it was understood. */
    private record Wish(Optional<Capacity> capacity, Pace pace, int valueBytes) {}

    /** A trace, and the room that the mesh gives it. */
    private record Room(Trace trace, double entryBytes, long entries) {}

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Wish wish = wish();
        Trace trace = readTrace(command.terminal());
        if (wish.pace() instanceof Pace.Recorded && !trace.timed()) {
            throw new CliException(
                    "this trace tells no times, so --speed cannot be 1x; use 5000/s");
        }
        double entryBytes = Capacity.entryBytes(trace, keyPrefix(), wish.valueBytes());
        Whereabouts whereabouts = command.whereabouts();
        ReplayReport report =
                wish.capacity().isPresent() && !whereabouts.named()
                        ? inOwnMesh(wish, trace, entryBytes, command.terminal())
                        : inRunningMesh(wish, trace, entryBytes, command);
        report.print(command.terminal(), json);
        return 0;
    }

    private Wish wish() {
        try {
            if (clients < 1) {
                throw new IllegalArgumentException("--clients must be at least 1");
            }
            return new Wish(
                    Optional.ofNullable(capacity)
                            .map(text -> Capacity.parse(text, Readers.bytes(1, Long.MAX_VALUE))),
                    Pace.parse(speed),
                    Math.toIntExact(valueSize.bytes()));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ParameterException(Commands.specOf(spec).commandLine(), e.getMessage(), e);
        }
    }

    private String keyPrefix() {
        String name = cache.nameOrDefault();
        return name.equals(CacheSettings.DEFAULT_NAME) ? "" : name + ":";
    }

    private Trace readTrace(Terminal terminal) {
        Trace trace =
                TraceFile.read(
                        file,
                        format,
                        count ->
                                terminal.status(
                                        "Reading "
                                                + file
                                                + ": "
                                                + Figures.count(count)
                                                + " accesses"));
        terminal.clearStatus();
        return trace;
    }

    private ReplayReport inOwnMesh(Wish wish, Trace trace, double entryBytes, Terminal terminal) {
        long entries = wish.capacity().orElseThrow().entries(trace, entryBytes);
        long memory = Capacity.memoryPerNode(entries, entryBytes, replication, nodes);
        try (OwnMesh own = OwnMesh.start(nodes, replication, memory, terminal)) {
            return run(own.clientUri(), wish, new Room(trace, entryBytes, entries), terminal);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(Commands.specOf(spec).commandLine(), e.getMessage(), e);
        }
    }

    private ReplayReport inRunningMesh(
            Wish wish, Trace trace, double entryBytes, GossamerCommand command) {
        MeshReport mesh = command.whereabouts().reach().report();
        long entries = Capacity.entriesOf(mesh.memoryBytesMax(), entryBytes, mesh.replication());
        wish.capacity()
                .ifPresent(wanted ->
                        requireFitting(
                                wanted.entries(trace, entryBytes), entries, entryBytes, mesh));
        if (mesh.copies() > 0) {
            command.terminal()
                    .note(
                            "note: the mesh holds "
                                    + Figures.count(mesh.copies())
                                    + " entries already, which may count as hits; 'redis-cli flushall'"
                                    + " empties it");
        }
        Room room = new Room(trace, entryBytes, entries);
        return run(command.whereabouts().clientUri(), wish, room, command.terminal());
    }

    private static void requireFitting(
            long wanted, long found, double entryBytes, MeshReport mesh) {
        if (Math.abs(wanted - found) > wanted * CAPACITY_TOLERANCE) {
            int members = mesh.members().size();
            throw new CliException(
                    "this mesh has room for "
                            + Figures.count(found)
                            + " entries of this trace, not "
                            + Figures.count(wanted)
                            + "; start it with 'gossamer up --nodes "
                            + members
                            + " --replication "
                            + mesh.replication()
                            + " --memory "
                            + Capacity.memoryPerNode(
                                    wanted, entryBytes, mesh.replication(), members)
                            + "B', or leave --mesh and --admin out");
        }
    }

    private ReplayReport run(String uri, Wish wish, Room room, Terminal terminal) {
        Trace trace = room.trace();
        Replay.Result result;
        try (Gossamer mesh = Gossamer.connect(uri)) {
            byte[] value = new byte[wish.valueBytes()];
            new SplittableRandom(VALUE_SEED).nextBytes(value);
            Cache<byte[], byte[]> target =
                    mesh.cache(cache.nameOrDefault(), Codec.bytes(), Codec.bytes());
            Replay.Plan plan = new Replay.Plan(clients, value, wish.pace());
            Progress progress = new Progress(terminal, "Replay", System::nanoTime);
            result = new Replay(target, trace, plan, System::nanoTime).run(progress);
        }
        terminal.status("Computing what Caffeine and Belady's optimum reach …");
        ReplayReport report =
                ReplayReport.of(
                        String.valueOf(file.getFileName()),
                        trace,
                        room.entries(),
                        room.entryBytes(),
                        result);
        terminal.clearStatus();
        return report;
    }
}
