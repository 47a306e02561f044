package dev.gossamer.node.cli.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a node's JVM is started: the one place that knows its flags.
 *
 * <p><b>Heap.</b> Entries live on the heap, and so do the index of the SSD and what is on its way
 * there, so it is 1.5 times what these may take, which leaves the collector room, and 128 MiB for
 * everything else. Buffers of the network and of the SSD lie outside of it and are bounded on their
 * own.
 *
 * <p><b>Start.</b> When a cache of loaded and linked classes (JEP 483, 514, 515) lies beside the
 * program, the JVM uses it; one that does not fit the JVM or the class path is passed over by the
 * JVM without a word.
 */
public final class NodeProcess {
    private static final long HEAP_FIXED_BYTES = 128L << 20;
    private static final long DIRECT_BYTES_MAX = 256L << 20;
    private static final String MAIN_CLASS = "dev.gossamer.node.cli.GossamerCommand";

    private final String classPath;
    private final Path java;
    private final boolean recording;
    private final List<String> moreFlags;

    private NodeProcess(String classPath, Path java, boolean recording, List<String> moreFlags) {
        this.classPath = classPath;
        this.java = java;
        this.recording = recording;
        this.moreFlags = List.copyOf(moreFlags);
    }

    /** Starts nodes with the class path and the JDK that this process runs on. */
    public static NodeProcess likeThisOne() {
        String absolute =
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                        .map(element -> Path.of(element).toAbsolutePath().toString())
                        .reduce((left, right) -> left + File.pathSeparator + right)
                        .orElse("");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new NodeProcess(absolute, java, false, List.of());
    }

    /** The same, but the first node writes at its end what later ones start from. */
    public NodeProcess recordingStart() {
        return new NodeProcess(classPath, java, true, moreFlags);
    }

    /** The same, but nodes get more flags of the JVM. */
    public NodeProcess with(List<String> flags) {
        return new NodeProcess(classPath, java, recording, flags);
    }

    /**
     * Up to this heap the parallel collector serves: it costs a write less than G1
     * (docs/performance.md), and its whole collections stay short. Above, G1 keeps pauses short.
     */
    private static final long PARALLEL_HEAP_BYTES_MAX = 2L << 30;

    /**
     * What a node keeps.
     *
     * @param heldBytes of entries, and of what the SSD's tier keeps on the heap
     * @param diskBufferBytes of reads and writes of the SSD under way, outside of the heap
     */
    public record Needs(long heldBytes, long diskBufferBytes) {
        /** Of a node without an SSD. */
        public static Needs ofMemory(long memoryBytesMax) {
            return new Needs(memoryBytesMax, 0);
        }
    }

    /** The heap that a node needs to keep so many bytes. */
    public static long heapBytes(long heldBytes) {
        return heldBytes + heldBytes / 2 + HEAP_FIXED_BYTES;
    }

    /** The JVM's flags for a node. */
    public static List<String> jvmFlags(Needs needs) {
        long heapBytes = heapBytes(needs.heldBytes());
        long directBytes = DIRECT_BYTES_MAX + needs.diskBufferBytes();
        return List.of(
                // All of the heap from the start: a large young generation copies few entries.
                "-Xms" + (heapBytes >> 20) + "m",
                "-Xmx" + (heapBytes >> 20) + "m",
                heapBytes <= PARALLEL_HEAP_BYTES_MAX ? "-XX:+UseParallelGC" : "-XX:+UseG1GC",
                "-XX:MaxDirectMemorySize=" + (directBytes >> 20) + "m",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djgroups.deserialization.filter=!*",
                "-Djdk.serialFilter=!*",
                "-Djava.net.preferIPv4Stack=true",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
    }

    /** The file beside the program that speeds up the start of nodes. */
    Optional<Path> startCache() {
        Path program = Path.of(classPath.split(File.pathSeparator, 2)[0]);
        return Files.isRegularFile(program)
                ? Optional.of(program.resolveSibling("node.aot"))
                : Optional.empty();
    }

    /** The JVM's flags for a node, with the cache that speeds up its start when there is one. */
    public List<String> flags(Needs needs) {
        List<String> flags = new ArrayList<>(jvmFlags(needs));
        flags.addAll(cacheFlags(0));
        return flags;
    }

    /** The whole command line of a node. */
    List<String> command(Path configuration, long memoryBytesMax, List<String> extraFlags) {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(jvmFlags(Needs.ofMemory(memoryBytesMax)));
        command.addAll(extraFlags);
        command.addAll(moreFlags);
        command.addAll(List.of("-cp", classPath, MAIN_CLASS));
        command.addAll(List.of("node", "--config", configuration.toString()));
        return command;
    }

    private List<String> cacheFlags(int node) {
        if (recording) {
            return node > 0
                    ? List.of()
                    : startCache()
                            .map(cache -> List.of("-XX:AOTCacheOutput=" + cache))
                            .orElse(List.of());
        }
        return startCache()
                .filter(Files::isRegularFile)
                .map(cache -> List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off,cds=off"))
                .orElse(List.of());
    }

    /**
     * Starts a node in a session of its own, so that a terminal's Ctrl-C or its closing does not
     * reach it.
     *
     * @param untilThisProcessEnds whether the node stops by itself when this process is gone
     */
    Process start(MeshFolder folder, NodePlan plan, int node, boolean untilThisProcessEnds)
            throws IOException {
        String name = plan.name(node);
        List<String> command = new ArrayList<>(sessionPrefix());
        command.addAll(
                command(folder.configuration(name), plan.memoryBytesMax(), cacheFlags(node)));
        if (untilThisProcessEnds) {
            command.add("--until-stdin-ends");
        }
        keepOldLog(folder.log(name));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.node(name).toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.output(name).toFile());
        if (!untilThisProcessEnds) {
            builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        }
        NodePlan.SETTINGS.forEach(
                setting -> builder.environment().remove(environmentName(setting)));
        return builder.start();
    }

    /**
     * Starts a node that stops by itself when this process is gone. Its log and output are kept and
     * added to.
     *
     * @param prefix a command that runs the rest of its arguments as a command, in its own process
     * @param name of the node, whose configuration is in the folder already
     * @throws IOException when it cannot be started
     */
    public Process startWithin(
            List<String> prefix, MeshFolder folder, String name, long memoryBytesMax)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(sessionPrefix());
        command.addAll(command(folder.configuration(name), memoryBytesMax, cacheFlags(0)));
        command.add("--until-stdin-ends");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.node(name).toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.output(name).toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("GOSSAMER_"));
        return builder.start();
    }

    /**
     * The command line that runs the command line tool once more, as this process runs it.
     *
     * @param flags of the JVM
     * @param arguments of the tool
     */
    public List<String> again(List<String> flags, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, MAIN_CLASS));
        command.addAll(arguments);
        return command;
    }

    /** As {@code Setting.environmentName} says it, without loading the settings for it. */
    private static String environmentName(String setting) {
        return "GOSSAMER_" + setting.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static void keepOldLog(Path log) throws IOException {
        if (Files.exists(log)) {
            Path old = log.resolveSibling("node.log.previous");
            Files.move(log, old, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static List<String> sessionPrefix() {
        for (String folder : List.of("/usr/bin", "/bin")) {
            Path setsid = Path.of(folder, "setsid");
            if (Files.isExecutable(setsid)) {
                return List.of(setsid.toString());
            }
        }
        return List.of("/usr/bin/env", "nohup");
    }
}
