package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.GossamerCommand;
import dev.gossamer.node.mesh.coherence.NearCheck;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real nodes under a mixed load: the auditor finds nothing wrong while nothing is, and finds
 * it when a node keeps near copies that it was told to drop.
 */
class AuditIT {
    private static final int NODES = 3;
    private static final int KEYS = 60;
    private static final int SAMPLES_WANTED = 60;
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();
    private static final List<String> WITHIN = List.of("FRESH", "WITHIN", "1000");

    @TempDir Path folder;

    /** Writes and reads through all nodes until it is told to end. */
    private record Load(LocalMesh mesh, int node, AtomicBoolean enough) implements Runnable {
        @Override
        public void run() {
            SplittableRandom random = new SplittableRandom(node);
            try (NearProbe probe = new NearProbe(mesh.redisPort(node))) {
                for (long i = 0; !enough.get(); i++) {
                    String key = "k" + random.nextInt(KEYS);
                    if (i % 10 == 0) {
                        probe.set(key, "v" + i);
                    } else {
                        probe.ask("GSM.GET", key, WITHIN.get(0), WITHIN.get(1), WITHIN.get(2));
                    }
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private static void underLoad(LocalMesh mesh, Runnable work) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        List<Future<?>> loads = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int node = 0; node < NODES; node++) {
                loads.add(threads.submit(new Load(mesh, node, enough)));
            }
            try {
                work.run();
            } finally {
                enough.set(true);
            }
            for (Future<?> load : loads) {
                load.get();
            }
        }
    }

    private static JsonObject audit(LocalMesh mesh, int node) {
        return new JsonObject(mesh.get(node, "/api/v1/audit").body());
    }

    private static long sum(LocalMesh mesh, int window, String name) {
        return IntStream.range(0, NODES)
                .mapToLong(node ->
                        audit(mesh, node)
                                .getJsonArray("windows")
                                .getJsonObject(window)
                                .getLong(name))
                .sum();
    }

    private static Stream<JsonObject> violations(LocalMesh mesh) {
        return IntStream.range(0, NODES)
                .mapToObj(node -> audit(mesh, node).getJsonArray("violations"))
                .flatMap(JsonArray::stream)
                .map(JsonObject.class::cast);
    }

    /** {@code gossamer audit}. */
    private record Said(int exitCode, String text) {
        static Said by(LocalMesh mesh, String... words) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(List.of(GossamerCommand.class.getName(), "audit"));
            command.addAll(List.of(words));
            command.add("--admin=http://127.0.0.1:" + mesh.adminPort(0));
            try {
                Process process = new ProcessBuilder(command).start();
                String text =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Said(process.waitFor(), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void aHealthyMeshIsWhollyConsistentFromASecondOn(TestReporter reporter) throws Exception {
        try (LocalMesh mesh = LocalMesh.start(folder, NODES, 2, "", 256)) {
            underLoad(
                    mesh,
                    () ->
                            mesh.await(
                                    "looks after 10 s",
                                    () -> sum(mesh, 2, "samples") >= SAMPLES_WANTED));
            for (int node = 0; node < NODES; node++) {
                JsonArray windows = audit(mesh, node).getJsonArray("windows");
                for (int i = 1; i < windows.size(); i++) {
                    JsonObject window = windows.getJsonObject(i);
                    assertThat(window.getLong("current"))
                            .as("node-%d: %s", node, window)
                            .isEqualTo(window.getLong("samples"));
                }
            }
            assertThat(violations(mesh)).isEmpty();
            assertThat(mesh.metric(0, "gossamer_audit_violations_total")).isZero();
            assertThat(mesh.metric(0, "gossamer_near_hits_total")).isPositive();
            Said said = Said.by(mesh);
            reporter.publishEntry("audit", said.text());
            assertThat(said.exitCode()).as(said.text()).isZero();
            assertThat(said.text()).contains("100 %", "No copy was older than it may be");
            JsonObject json = new JsonObject(Said.by(mesh, "--json").text());
            assertThat(json.getJsonArray("windows").size()).isEqualTo(4);
            try (NearProbe probe = new NearProbe(mesh.redisPort(0))) {
                assertThat(String.valueOf(probe.ask("GSM.AUDIT"))).contains("near_violations, 0");
            }
        }
    }

    @Test
    void aNodeThatHeedsNoInvalidationIsFoundOutWithItsTrace(TestReporter reporter)
            throws Exception {
        try (LocalMesh mesh = LocalMesh.start(folder, NODES, 2, "", 256)) {
            mesh.kill(2);
            mesh.restart(2, "-D" + NearCheck.LEFT_OUT + "=invalidation");
            mesh.awaitWhole(NODES);
            underLoad(mesh, () -> mesh.await("a violation", () -> violations(mesh).count() > 0));
            JsonObject found = violations(mesh).findFirst().orElseThrow();
            assertThat(found.getString("kind")).isEqualTo("near");
            assertThat(found.getString("key")).startsWith("k");
            assertThat(found.getString("name")).isEqualTo("node-2");
            assertThat(memberIds(mesh)).contains(found.getString("origin"));
            assertThat(found.getDouble("claimedMs")).isLessThan(found.getDouble("afterMs"));
            assertThat(found.getJsonArray("looks").size()).isGreaterThanOrEqualTo(NODES);
            assertThat(whats(found)).contains("kept", "unheeded");
            Said said = Said.by(mesh);
            reporter.publishEntry("audit", said.text());
            assertThat(said.exitCode()).isEqualTo(1);
            assertThat(said.text()).contains(found.getString("key"), "node-2", "unheeded");
        }
    }

    private static List<String> memberIds(LocalMesh mesh) {
        return mesh.status(0).getJsonArray("members").stream()
                .map(member -> ((JsonObject) member).getString("id"))
                .toList();
    }

    private static List<String> whats(JsonObject violation) {
        return violation.getJsonArray("events").stream()
                .map(event -> ((JsonObject) event).getString("what"))
                .toList();
    }
}
