package dev.gossamer.node;

import dev.gossamer.node.cli.GossamerCommand;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A mesh of real processes on loopback, for tests: start, kill -9, start again, and ask its admin
 * API.
 */
final class LocalMesh implements AutoCloseable {
    /** Who moves gigabytes has more: {@code -Dnodes.patience=600}. */
    private static final Duration PATIENCE =
            Duration.ofSeconds(Integer.getInteger("nodes.patience", 60));

    /**
     * Processes of a test are short-lived; who measures asks for all compilers: {@code
     * -Dnodes.compiler=-XX:+TieredCompilation}.
     */
    private static final String COMPILER =
            System.getProperty("nodes.compiler", "-XX:TieredStopAtLevel=1");

    /**
     * Who measures starts may have nodes started as {@code gossamer up} starts them, from a folder
     * that it has built, with the record of a start: {@code -Dnodes.home=node/target/builds/…}.
     */
    private static final @Nullable String HOME = System.getProperty("nodes.home");

    private static final String SHIPPED = "gossamer/gossamer-node.jar";

    private static final int PORTS_PER_NODE = 5;
    static final int HEAP_MIB = 512;

    private final Path folder;
    private final int replication;
    private final String extraYaml;
    private final int heapMiB;
    private final String nodeYaml;
    private final String meshYaml;
    private final List<Integer> ports;
    private final List<Process> processes = new ArrayList<>();
    private Class<?> program = GossamerCommand.class;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private LocalMesh(
            Path folder,
            int nodes,
            int replication,
            String extraYaml,
            int heapMiB,
            String nodeYaml,
            List<String> meshYaml) {
        this.folder = folder;
        this.replication = replication;
        this.extraYaml = extraYaml;
        this.heapMiB = heapMiB;
        this.nodeYaml = nodeYaml;
        this.meshYaml = meshYaml.stream().map(each -> ", " + each).collect(Collectors.joining());
        this.ports = Stream.generate(TestPorts::free).limit((long) nodes * PORTS_PER_NODE).toList();
    }

    static LocalMesh start(Path folder, int nodes, int replication) {
        return start(folder, nodes, replication, "");
    }

    /**
     * @param extraYaml further sections for every node's file
     */
    static LocalMesh start(Path folder, int nodes, int replication, String extraYaml) {
        return start(folder, nodes, replication, extraYaml, HEAP_MIB);
    }

    /**
     * @param node a setting of the section of that name, such as {@code drain-timeout: 0s}
     */
    static LocalMesh startWith(Path folder, int nodes, int replication, String node) {
        return start(folder, nodes, replication, "", HEAP_MIB, ", " + node, List.of());
    }

    /** Nodes that are expected back with their SSDs when they are told to stop. */
    static LocalMesh startThatReturns(
            Path folder, int nodes, int replication, String extraYaml, int heapMiB) {
        String node = ", return-within: 60s";
        return start(folder, nodes, replication, extraYaml, heapMiB, node, List.of());
    }

    /**
     * @param heapMiB of every node
     */
    static LocalMesh start(Path folder, int nodes, int replication, String extraYaml, int heapMiB) {
        return start(folder, nodes, replication, extraYaml, heapMiB, List.of());
    }

    /**
     * @param meshYaml settings of the section of that name, such as {@code pending-bytes-max: 1MiB}
     */
    static LocalMesh start(
            Path folder,
            int nodes,
            int replication,
            String extraYaml,
            int heapMiB,
            List<String> meshYaml) {
        return start(folder, nodes, replication, extraYaml, heapMiB, "", meshYaml);
    }

    private static LocalMesh start(
            Path folder,
            int nodes,
            int replication,
            String extraYaml,
            int heapMiB,
            String nodeYaml,
            List<String> meshYaml) {
        LocalMesh mesh =
                new LocalMesh(folder, nodes, replication, extraYaml, heapMiB, nodeYaml, meshYaml);
        try {
            for (int node = 0; node < nodes; node++) {
                mesh.processes.add(mesh.launch(node));
            }
            mesh.awaitWhole(nodes);
            return mesh;
        } catch (RuntimeException | Error e) {
            mesh.close();
            throw e;
        }
    }

    int redisPort(int node) {
        return ports.get(node * PORTS_PER_NODE);
    }

    int clusteredPort(int node) {
        return ports.get(node * PORTS_PER_NODE + 1);
    }

    int adminPort(int node) {
        return ports.get(node * PORTS_PER_NODE + 2);
    }

    long pid(int node) {
        return processes.get(node).pid();
    }

    /** kill -9. */
    void kill(int node) {
        processes.get(node).destroyForcibly().onExit().join();
    }

    /** kill -9 of all of them before any of their ends is waited for. */
    void killAtOnce(List<Integer> nodes) {
        nodes.forEach(node -> processes.get(node).destroyForcibly());
        nodes.forEach(node -> processes.get(node).onExit().join());
    }

    /**
     * SIGTERM, and waits for the end.
     *
     * @return the exit code
     */
    int terminate(int node) {
        Process process = processes.get(node);
        process.destroy();
        await("the end of node-" + node, () -> !process.isAlive());
        return process.exitValue();
    }

    /** SIGTERM, and no more. */
    void askToStop(int node) {
        processes.get(node).destroy();
    }

    boolean isAlive(int node) {
        return processes.get(node).isAlive();
    }

    /**
     * kill -STOP: its sockets stay open and nothing answers. On return it stands still: a busy
     * machine may take a while to run the one thread that stops the others.
     */
    void freeze(int node) {
        signal(node, "-STOP");
        await("node-" + node + " to stand still", () -> standsStill(node));
    }

    private boolean standsStill(int node) {
        try (Stream<Path> threads =
                Files.list(Path.of("/proc", Long.toString(pid(node)), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                // After the name, which stands in brackets and may have any letters in it.
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a thread that has just ended: look again
        }
    }

    /** kill -CONT. */
    void thaw(int node) {
        signal(node, "-CONT");
    }

    private void signal(int node, String signal) {
        try {
            int exit =
                    new ProcessBuilder("kill", signal, Long.toString(pid(node)))
                            .inheritIO()
                            .start()
                            .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill " + signal + " exited with " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts a node that was killed, with its old folder and ports.
     *
     * @param jvmOptions of its virtual machine, beside the usual ones
     */
    void restart(int node, String... jvmOptions) {
        processes.set(node, launch(node, jvmOptions));
    }

    /** Which class the nodes that are launched from now on start with. */
    void launches(Class<?> other) {
        program = other;
    }

    /** Waits until {@code nodes} members agree and no copy is missing. */
    void awaitWhole(int nodes) {
        await("a whole mesh of " + nodes, () -> isWhole(nodes));
    }

    private boolean isWhole(int nodes) {
        return IntStream.range(0, processes.size())
                .filter(node -> processes.get(node).isAlive())
                .allMatch(node -> isWhole(node, nodes));
    }

    private boolean isWhole(int node, int nodes) {
        if (get(node, "/readyz").statusCode() != 200) {
            return false;
        }
        JsonObject status = status(node);
        return status.getJsonArray("members").size() == nodes
                && status.getBoolean("settled")
                && status.getInteger("missingCopies") == missingWith(nodes);
    }

    private int missingWith(int nodes) {
        return 16_384 * Math.max(0, replication - nodes);
    }

    /** What this node says of the mesh. */
    JsonObject status(int node) {
        return new JsonObject(get(node, "/api/v1/mesh").body());
    }

    /** What the node exports, by name; of a metric with tags the sum. */
    Map<String, Double> metrics(int node) {
        return get(node, "/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#") && line.contains(" "))
                .collect(
                        Collectors.toMap(
                                line -> line.split("[{ ]", 2)[0],
                                line ->
                                        Double.parseDouble(
                                                line.substring(line.lastIndexOf(' ') + 1)),
                                Double::sum));
    }

    double metric(int node, String name) {
        return metrics(node).get(name);
    }

    /** Some key whose slot these nodes own, the primary first. */
    String keyOwnedBy(String... names) {
        List<String> wanted = List.of(names);
        return IntStream.range(0, 1_000)
                .mapToObj(i -> "k" + i)
                .filter(key -> owners(key).equals(wanted))
                .findFirst()
                .orElseThrow();
    }

    private List<String> owners(String key) {
        JsonObject explained = new JsonObject(get(0, "/api/v1/keys/" + key + "/explain").body());
        return explained.getJsonArray("copies").stream()
                .map(copy -> ((JsonObject) copy).getJsonObject("member").getString("name"))
                .toList();
    }

    HttpResponse<String> get(int node, String path) {
        return send(node, path, HttpRequest.newBuilder());
    }

    HttpResponse<String> post(int node, String path) {
        return send(node, path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody()));
    }

    private HttpResponse<String> send(int node, String path, HttpRequest.Builder request) {
        URI uri = URI.create("http://127.0.0.1:" + adminPort(node) + path);
        try {
            return http.send(
                    request.uri(uri).timeout(Duration.ofSeconds(30)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Polls until the condition holds; a node that cannot be reached yet counts as not holding. */
    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds(condition)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        what + " did not come about within " + PATIENCE + "\n" + logs());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static boolean holds(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (UncheckedIOException unreachable) {
            return false;
        }
    }

    private String logs() {
        return IntStream.range(0, processes.size())
                .mapToObj(this::log)
                .collect(Collectors.joining("\n"));
    }

    String log(int node) {
        try {
            return "node-"
                    + node
                    + ":\n"
                    + Files.readString(folder.resolve("node-" + node + ".log"));
        } catch (IOException e) {
            return "node-" + node + " has no log: " + e.getMessage();
        }
    }

    /**
     * Nodes that tests put nothing into are started from what is shipped, where that is built; the
     * first writes down what a start loads, so that those of hundreds of others take half the work.
     */
    private List<String> forTests(List<String> jvmOptions) {
        String all = System.getProperty("java.class.path");
        Optional<String> shipped =
                Stream.of(all.split(File.pathSeparator))
                        .filter(each -> each.endsWith(SHIPPED))
                        .findFirst();
        boolean asShipped =
                program == GossamerCommand.class
                        && jvmOptions.stream().noneMatch(option -> option.startsWith("-D"));
        List<String> flags = new ArrayList<>(List.of("-XX:+UseSerialGC", COMPILER, "-cp"));
        if (shipped.isPresent() && asShipped) {
            flags.add(shipped.get());
            String fork = System.getProperty("surefire.forkNumber", "0");
            Path built = Path.of(shipped.get()).toAbsolutePath().getParent();
            Path archive = built.resolveSibling("nodes-of-tests-" + fork + ".jsa");
            flags.addAll(
                    List.of(
                            "-XX:SharedArchiveFile=" + archive,
                            "-XX:+AutoCreateSharedArchive",
                            "-Xlog:cds*=off,aot*=off"));
        } else {
            flags.add(all);
        }
        return flags;
    }

    private static List<String> asBuilt(String home) {
        return List.of(
                "-XX:+UseParallelGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:AOTCache=" + home + "/node.aot",
                "-Xlog:aot=off,cds=off",
                "-cp",
                home + "/gossamer-node.jar");
    }

    private Process launch(int node, String... jvmOptions) {
        try {
            Path config = Files.writeString(folder.resolve("node-" + node + ".yaml"), yaml(node));
            List<String> command = new ArrayList<>(List.of(jvmOptions));
            command.addFirst(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(
                    List.of(
                            "-Xmx" + heapMiB + "m",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-Djdk.serialFilter=!*"));
            command.addAll(HOME == null ? forTests(List.of(jvmOptions)) : asBuilt(HOME));
            command.addAll(List.of(program.getName(), "node", "--config", config.toString()));
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(
                                    folder.resolve("node-" + node + ".log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String yaml(int node) {
        int first = node * PORTS_PER_NODE;
        String peers =
                IntStream.range(0, ports.size() / PORTS_PER_NODE)
                        .mapToObj(peer ->
                                "\"127.0.0.1:" + ports.get(peer * PORTS_PER_NODE + 3) + "\"")
                        .collect(Collectors.joining(", "));
        return """
        node: {name: node-%d, zone: zone-%d, data-dir: "%s"%s}
        ports: {redis: %d, clustered: %d, admin: %d, jgroups: %d, data: %d}
        mesh: {name: "test-%d", replication: %d, peers: [%s]%s}
        %s
        """
                .formatted(
                        node,
                        node,
                        folder.resolve("node-" + node),
                        nodeYaml,
                        ports.get(first),
                        ports.get(first + 1),
                        ports.get(first + 2),
                        ports.get(first + 3),
                        ports.get(first + 4),
                        ports.getFirst(),
                        replication,
                        peers,
                        meshYaml,
                        extraYaml);
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
        http.close();
    }
}
