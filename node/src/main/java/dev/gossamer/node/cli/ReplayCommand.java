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
import dev.gossamer.node.store.MemorySettings;
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
            "Each read asks the mesh and, on a miss, writes a value; each write writes.",
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
            "  gossamer replay --trace orm-busy.trace.xz --capacity 5%%      5 %% of the distinct keys",
            "  gossamer replay --trace access.csv.gz --capacity 64MiB --nodes 5",
            "  gossamer replay --trace keys.txt --speed 5000/s              the running mesh"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final double CAPACITY_TOLERANCE = 0.02;
    private static final long VALUE_SEED = 1;
    private static final int VALUE_BYTES_DEFAULT = 1 << 10;
    private static final int VALUE_BYTES_MAX = 1 << 20;
    private static final long NODE_BYTES_MIN = 4L << 20;

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
            description =
                    "Size of each value (default: 1KiB; more when a mesh of its own would have less"
                            + " than 4MiB a node).")
    private @Nullable Size valueSize;

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

    /** The request as it was understood; no value size means that any will do. */
    private record Wish(Optional<Capacity> capacity, Pace pace, Optional<Integer> valueBytes) {}

    /** A trace, the size of its values, and the room that the mesh gives it. */
    private record Room(Trace trace, int valueBytes, double entryBytes, long entries) {}

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Wish wish = wish();
        Trace trace = readTrace(command.terminal());
        if (wish.pace() instanceof Pace.Recorded && !trace.timed()) {
            throw new CliException(
                    "this trace tells no times, so --speed cannot be 1x; use 5000/s");
        }
        ReplayReport report =
                wish.capacity().isPresent() && !command.whereabouts().named()
                        ? inOwnMesh(wish, trace, command.terminal())
                        : inRunningMesh(wish, trace, command);
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
                    Optional.ofNullable(valueSize).map(size -> Math.toIntExact(size.bytes())));
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

    private ReplayReport inOwnMesh(Wish wish, Trace trace, Terminal terminal) {
        Room room = roomOfOwnMesh(wish, trace);
        long memory = memoryPerNode(room);
        if (memory < MemorySettings.BYTES_MIN) {
            throw new CliException(
                    "a node needs at least "
                            + Figures.bytes(MemorySettings.BYTES_MIN)
                            + " and this capacity would give it "
                            + Figures.bytes(memory)
                            + "; choose a larger --value-size or leave it out");
        }
        try (OwnMesh own = OwnMesh.start(nodes, replication, memory, terminal)) {
            return run(own.clientUri(), wish.pace(), room, terminal);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(Commands.specOf(spec).commandLine(), e.getMessage(), e);
        }
    }

    /**
     * Unless the user chose it, the value's size grows until a node has a memory worth the name.
     */
    private Room roomOfOwnMesh(Wish wish, Trace trace) {
        Capacity wanted = wish.capacity().orElseThrow();
        int valueBytes = wish.valueBytes().orElse(VALUE_BYTES_DEFAULT);
        Room room = roomFor(wanted, trace, valueBytes);
        while (wish.valueBytes().isEmpty()
                && memoryPerNode(room) < NODE_BYTES_MIN
                && valueBytes < VALUE_BYTES_MAX) {
            valueBytes *= 2;
            room = roomFor(wanted, trace, valueBytes);
        }
        return room;
    }

    private Room roomFor(Capacity wanted, Trace trace, int valueBytes) {
        double entryBytes = Capacity.entryBytes(trace, keyPrefix(), valueBytes);
        return new Room(trace, valueBytes, entryBytes, wanted.entries(trace, entryBytes));
    }

    private long memoryPerNode(Room room) {
        return Capacity.memoryPerNode(room.entries(), room.entryBytes(), replication, nodes);
    }

    private ReplayReport inRunningMesh(Wish wish, Trace trace, GossamerCommand command) {
        MeshReport mesh = command.whereabouts().reach().report();
        int valueBytes = wish.valueBytes().orElse(VALUE_BYTES_DEFAULT);
        double entryBytes = Capacity.entryBytes(trace, keyPrefix(), valueBytes);
        Room room =
                new Room(
                        trace,
                        valueBytes,
                        entryBytes,
                        Capacity.entriesOf(mesh.memoryBytesMax(), entryBytes, mesh.replication()));
        wish.capacity().ifPresent(wanted -> requireFitting(wanted, room, mesh));
        if (mesh.copies() > 0) {
            command.terminal()
                    .note(
                            "note: the mesh holds "
                                    + Figures.count(mesh.copies())
                                    + " entries already, which may count as hits; 'redis-cli flushall'"
                                    + " empties it");
        }
        return run(command.whereabouts().clientUri(), wish.pace(), room, command.terminal());
    }

    private static void requireFitting(Capacity wanted, Room room, MeshReport mesh) {
        long entries = wanted.entries(room.trace(), room.entryBytes());
        if (Math.abs(entries - room.entries()) <= entries * CAPACITY_TOLERANCE) {
            return;
        }
        int members = mesh.members().size();
        long memory =
                Capacity.memoryPerNode(entries, room.entryBytes(), mesh.replication(), members);
        throw new CliException(
                "this mesh has room for "
                        + Figures.count(room.entries())
                        + " entries of this trace, not "
                        + Figures.count(entries)
                        + "; start it with 'gossamer up --nodes "
                        + members
                        + " --replication "
                        + mesh.replication()
                        + " --memory "
                        + memory
                        + "B', or leave --mesh and --admin out");
    }

    private ReplayReport run(String uri, Pace pace, Room room, Terminal terminal) {
        Replay.Result result;
        try (Gossamer mesh = ClientCalls.connect(uri)) {
            byte[] value = new byte[room.valueBytes()];
            new SplittableRandom(VALUE_SEED).nextBytes(value);
            Cache<byte[], byte[]> target =
                    mesh.cache(cache.nameOrDefault(), Codec.bytes(), Codec.bytes());
            Replay.Plan plan = new Replay.Plan(clients, value, pace);
            Progress progress = new Progress(terminal, "Replay", System::nanoTime);
            result = new Replay(target, room.trace(), plan, System::nanoTime).run(progress);
        }
        terminal.status("Computing what Caffeine and Belady's optimum reach …");
        ReplayReport report =
                ReplayReport.of(
                        String.valueOf(file.getFileName()),
                        room.trace(),
                        room.entries(),
                        room.entryBytes(),
                        result);
        terminal.clearStatus();
        return report;
    }
}
