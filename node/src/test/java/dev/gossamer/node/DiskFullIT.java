package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** C11: three real nodes whose budgets are larger than their file systems. */
@Timeout(240)
class DiskFullIT {
    private static final int NODES = 3;
    private static final String YAML =
            """
            memory: {max-bytes: 4MiB}
            disk: {bytes-max: 96MiB, segment-bytes: 1MiB, probe-interval: 200ms}
            """;

    @TempDir Path folder;
    private final List<Path> mounted = new ArrayList<>();
    private LocalMesh mesh;

    @BeforeEach
    void start() throws IOException {
        for (int node = 0; node < NODES; node++) {
            Path disk = Files.createDirectories(folder.resolve("node-" + node).resolve("disk"));
            assumeTrue(
                    runs("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk.toString()),
                    "this needs to mount a small file system, which only root may");
            mounted.add(disk);
        }
        mesh = LocalMesh.start(folder, NODES, 2, YAML);
    }

    @AfterEach
    void stop() {
        if (mesh != null) {
            mesh.close();
        }
        mounted.forEach(disk -> runs("umount", "-l", disk.toString()));
    }

    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private JsonObject disk(int node) {
        return mesh.status(node).getJsonArray("members").stream()
                .map(JsonObject.class::cast)
                .filter(member -> member.containsKey("disk"))
                .findFirst()
                .orElseThrow()
                .getJsonObject("disk");
    }

    private boolean all(IntPredicate holds) {
        return IntStream.range(0, NODES).allMatch(holds);
    }

    /** Another one takes all that is left. */
    private void fill(int node) {
        Path filler = mounted.get(node).resolve("filler");
        assertThat(runs("dd", "if=/dev/zero", "of=" + filler, "bs=4k"))
                .as("room for all")
                .isFalse();
    }

    @Test
    void noRequestFailsOnAFileSystemThatIsFullAndTheLogGrowsWhenThereIsRoom() throws IOException {
        try (DiskTraffic traffic = new DiskTraffic(mesh, 6_000, 4_000)) {
            mesh.await(
                    "logs that are as long as there is room for",
                    () -> all(node -> mesh.metric(node, "gossamer_disk_lacking_bytes") > 0));
            for (int node = 0; node < NODES; node++) {
                assertThat(disk(node).getString("state")).isEqualTo("closed");
                assertThat(disk(node).getLong("lackingBytes")).isGreaterThan(40L << 20);
                assertThat(disk(node).getLong("entries")).isGreaterThan(500);
                assertThat(mesh.get(node, "/readyz").statusCode()).isEqualTo(200);
            }
            fill(0);
            double before = mesh.metric(0, "gossamer_disk_written_bytes_total");
            mesh.await(
                    "another turn of the log",
                    () -> mesh.metric(0, "gossamer_disk_written_bytes_total") > before + (8 << 20));
            assertThat(disk(0).getString("state")).isEqualTo("closed");
            for (Path disk : mounted) {
                assertThat(runs("mount", "-o", "remount,size=128m", disk.toString())).isTrue();
            }
            mesh.await(
                    "logs that are as long as they may be",
                    () -> all(node -> mesh.metric(node, "gossamer_disk_lacking_bytes") == 0));
            assertThat(mesh.log(0)).doesNotContain("the disk is given up");
            assertThat(traffic.wrong()).isEmpty();
        }
    }
}
