package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.local.MeshFolder;
import dev.gossamer.node.cli.local.PortPlan;
import dev.gossamer.node.cli.local.ProcessIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code up}, {@code status} and {@code down} as real processes. */
class UpDownIT {
    private static final int FIRST_BASE_PORT = 24_100;
    private static final int NODES = 3;
    private static final long PATIENCE_SECONDS = 120;

    @TempDir private Path folder;

    private final PortPlan ports = PortPlan.firstFree(FIRST_BASE_PORT, NODES);

    private final Set<ProcessIdentity> started = new LinkedHashSet<>();

    private record Ended(int code, String out, String err) {}

    @AfterEach
    void nothingIsLeftBehind() throws IOException, InterruptedException {
        assertThat(nodesOfThisFolder().size()).isIn(0, NODES);
        run("down", "--data", data());
        assertThat(nodesOfThisFolder()).isEmpty();
    }

    /** One mesh for all that needs one: three nodes take longest to start and to stop. */
    @Test
    void aMeshComesUpInTheBackgroundAnswersOnEveryPortAndIsGoneAfterDown()
            throws IOException, InterruptedException {
        Ended up = up();
        assertThat(up.code()).as(up.err()).isZero();
        assertThat(up.out()).contains("3 members", "no copy missing", "redis-cli -p");
        assertThat(nodesOfThisFolder()).hasSize(NODES);
        for (int node = 0; node < NODES; node++) {
            assertThat(ping(ports.ports(node).redis())).isEqualTo("+PONG");
            assertThat(ping(ports.ports(node).clustered())).isEqualTo("+PONG");
        }
        JsonObject status = JsonObject.parse(run("status", "--json", "--data", data()).out());
        assertThat(status.flag("settled")).isTrue();
        assertThat(status.object("slots").number("covered")).isEqualTo(16_384);
        assertThat(status.number("missingCopies")).isZero();
        assertThat(status.objects("members"))
                .extracting(member -> member.text("name"))
                .containsExactly("node-0", "node-1", "node-2");
        MeshFolder mesh = new MeshFolder(folder.resolve("mesh"));
        assertThat(mesh.log("node-0")).content().contains("Node - node-0 (", " is open: Redis ");
        assertThat(mesh.output("node-0")).isEmptyFile();
        whatWasSetIsReadRemovedAndThenAMiss();
        aSecondUpOnTheSameFolderIsRefusedAndLeavesTheFirstAlone();
        Ended down = run("down", "--data", data());
        assertThat(down.out()).contains("node-0", "node-1", "node-2");
        assertThat(nodesOfThisFolder()).isEmpty();
        assertThat(run("down", "--data", data()).out()).contains("nothing to stop");
    }

    private void whatWasSetIsReadRemovedAndThenAMiss() throws IOException, InterruptedException {
        Ended set = run("set", "greeting", "grüß dich", "--data", data());
        assertThat(set.code()).as(set.err()).isZero();
        assertThat(run("get", "greeting", "--data", data()).out()).isEqualTo("grüß dich\n");
        assertThat(run("explain", "greeting", "--data", data()).out())
                .contains("primary", "backup", "present");
        assertThat(run("del", "greeting", "--data", data()).out()).isEqualTo("1\n");
        Ended miss = run("get", "greeting", "--data", data());
        assertThat(miss.code()).isEqualTo(1);
        assertThat(miss.out()).isEmpty();
    }

    private void aSecondUpOnTheSameFolderIsRefusedAndLeavesTheFirstAlone()
            throws IOException, InterruptedException {
        Ended second = up();
        assertThat(second.code()).isEqualTo(1);
        assertThat(second.err()).contains("already up");
        assertThat(nodesOfThisFolder()).hasSize(NODES);
    }

    @Test
    void aPortInUseIsNamedAndNothingIsHalfStarted() throws IOException, InterruptedException {
        int taken = ports.ports(2).data();
        try (ServerSocket _ = new ServerSocket(taken, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Ended refused = up();
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains("port " + taken, "node-2").hasLineCount(1);
        }
        assertThat(nodesOfThisFolder()).isEmpty();
        assertThat(folder.resolve("mesh")).doesNotExist();
    }

    @Test
    void whyANodeDidNotStartIsShownAndNothingIsLeft() throws IOException, InterruptedException {
        Ended failed = run(Map.of("GOSSAMER_LOG_LEVEL", "loud"), upWords());
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains(
                        "while it started, so all nodes were stopped",
                        "GOSSAMER_LOG_LEVEL",
                        "loud");
        assertThat(nodesOfThisFolder()).isEmpty();
    }

    @Test
    void aMeshInTheForegroundEndsWithItsCommandEvenWhenThatIsKilled()
            throws IOException, InterruptedException {
        Process up = start("up", "--data", data(), "--base-port", "" + ports.basePort());
        awaitUntil(() -> nodesOfThisFolder().size() == NODES && allAnswer());
        up.destroyForcibly();
        awaitUntil(() -> nodesOfThisFolder().isEmpty());
        assertThat(up.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private String data() {
        return folder.resolve("mesh").toString();
    }

    private Ended up() throws IOException, InterruptedException {
        return run(upWords());
    }

    private String[] upWords() {
        return new String[] {
            "up",
            "--detach",
            "--data",
            data(),
            "--base-port",
            String.valueOf(ports.basePort()),
            "--memory",
            "32MiB"
        };
    }

    private Ended run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    private Ended run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command(arguments))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Process start(String... arguments) throws IOException {
        return new ProcessBuilder(command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(folder, "foreground", "").toFile())
                .start();
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(GossamerCommand.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The nodes that any {@code up} of this test has started and that still run. */
    private List<ProcessIdentity> nodesOfThisFolder() {
        new MeshFolder(folder.resolve("mesh"))
                .state()
                .ifPresent(state -> state.nodes().forEach(node -> started.add(node.process())));
        return started.stream().filter(process -> process.alive().isPresent()).toList();
    }

    private boolean allAnswer() {
        try {
            for (int node = 0; node < NODES; node++) {
                if (!ping(ports.ports(node).redis()).equals("+PONG")) {
                    return false;
                }
            }
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static String ping(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes("+PONG".length());
            return new String(answer, StandardCharsets.US_ASCII);
        }
    }

    private static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
