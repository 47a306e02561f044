package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.disk.io.FaultsFromFile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** C11: a real node whose disk fails in every way serves on, says so, and takes it up again. */
@Timeout(240)
class DiskTroubleIT {
    private static final String YAML =
            """
            memory: {max-bytes: 2MiB}
            disk: {bytes-max: 64MiB, segment-bytes: 1MiB, fsync: always, probe-interval: 200ms}
            """;

    /** How it fails, and what the log says of it. */
    private static final Map<String, String> TROUBLES =
            new TreeMap<>(
                    Map.of(
                            "read error", "reads fail",
                            "write error", "Input/output error",
                            "read slow=3000", "reads take too long",
                            "sync slow=5000", "it has not answered for 3 s"));

    @TempDir Path folder;
    private LocalMesh mesh;

    @BeforeEach
    void start() {
        mesh = LocalMesh.start(folder, 1, 1, YAML);
        mesh.kill(0);
        mesh.restart(0, "-D" + FaultsFromFile.PROPERTY + "=" + folder.resolve("faults"));
        mesh.awaitWhole(1);
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private void fails(String rule) throws IOException {
        Path fresh = Files.writeString(folder.resolve("fresh"), rule);
        Files.move(fresh, folder.resolve("faults"), StandardCopyOption.ATOMIC_MOVE);
    }

    private JsonObject disk() {
        return mesh.status(0).getJsonArray("members").getJsonObject(0).getJsonObject("disk");
    }

    private void awaitMore(DiskTraffic traffic) {
        int before = traffic.rounds();
        mesh.await("more traffic", () -> traffic.rounds() >= before + 20);
    }

    @Test
    void noRequestFailsWhileTheDiskDoesAndItIsUsedAgainWhenItWorks() throws IOException {
        try (DiskTraffic traffic = new DiskTraffic(mesh, 1_500, 4_000)) {
            for (Map.Entry<String, String> each : TROUBLES.entrySet()) {
                double before = mesh.metric(0, "gossamer_disk_reads_hot_total");
                mesh.await(
                        "reads from the disk",
                        () -> mesh.metric(0, "gossamer_disk_reads_hot_total") > before + 100);
                fails(each.getKey());
                mesh.await(
                        "an open breaker by " + each.getKey(),
                        () -> mesh.metric(0, "gossamer_disk_open") == 1);
                assertGivenUp(each.getValue());
                awaitMore(traffic);
                Files.delete(folder.resolve("faults"));
                assertHeals();
                awaitMore(traffic);
                assertThat(traffic.wrong()).as(each.getKey()).isEmpty();
            }
        }
    }

    private void assertGivenUp(String trouble) {
        assertThat(disk().getString("state")).isIn("open", "half_open");
        HttpResponse<String> ready = mesh.get(0, "/readyz");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).contains("degraded", "the SSD tier is not used");
        assertThat(mesh.log(0)).contains("the disk is given up").contains(trouble);
    }

    private void assertHeals() {
        mesh.await("a closed breaker", () -> mesh.metric(0, "gossamer_disk_open") == 0);
        mesh.await("its state", () -> disk().getString("state").equals("closed"));
        assertThat(disk().getString("trouble")).isEmpty();
        assertThat(mesh.get(0, "/readyz").body()).doesNotContain("degraded");
        mesh.await("entries on the disk", () -> disk().getInteger("entries") > 500);
    }
}
