package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.uring.IoUring;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where io_uring is forbidden the tier works on the portable backend, and says so. */
@Timeout(120)
class WithoutRingIT {
    private static final int KEYS = 1_000;
    private static final String VALUE = "v".repeat(2_000);

    @TempDir Path folder;
    private LocalMesh mesh;

    @BeforeEach
    void onlyWhereThereIsARingToForbid() {
        assumeTrue(IoUring.isAvailable(), "io_uring does not work here at all");
    }

    @AfterEach
    void stop() {
        if (mesh != null) {
            mesh.close();
        }
    }

    @Test
    void aNodeThatMayNotUseTheRingTakesThePortableBackendAndFindsWhatTheRingWrote() {
        mesh = LocalMesh.start(folder, 1, 1, yaml("auto"));
        assertThat(disk().getString("backend")).isEqualTo("uring");
        ask(IntStream.range(0, KEYS).mapToObj(i -> RespAsk.command("SET", "key" + i, VALUE + i)));
        mesh.await("the log", () -> mesh.metric(0, "gossamer_disk_staged_bytes") == 0);
        mesh.kill(0);

        mesh.launches(NodeWithoutRing.class);
        mesh.restart(0);
        mesh.awaitWhole(1);

        assertThat(disk().getString("backend")).isEqualTo("portable");
        assertThat(disk().getString("why")).contains("io_uring", "EPOLL");
        assertThat(mesh.log(0)).containsPattern("on PORTABLE \\(io_uring: .+\\)");
        assertThat(ask(IntStream.range(0, KEYS).mapToObj(i -> RespAsk.command("GET", "key" + i))))
                .isEqualTo(IntStream.range(0, KEYS).mapToObj(i -> VALUE + i).toList());
    }

    @Test
    void whoForcesTheRingWhereItIsForbiddenIsToldAndTheNodeDoesNotStart() {
        mesh = LocalMesh.start(folder, 1, 1, yaml("uring"));
        assertThat(mesh.terminate(0)).isZero();

        mesh.launches(NodeWithoutRing.class);
        mesh.restart(0);
        mesh.await("the end of a node that cannot start", () -> !mesh.isAlive(0));

        assertThat(mesh.log(0)).contains("disk backend URING does not work on this machine: ");
    }

    private static String yaml(String backend) {
        return """
        memory: {max-bytes: 1MiB}
        disk: {bytes-max: 64MiB, segment-bytes: 1MiB, backend: %s}
        """
                .formatted(backend);
    }

    private JsonObject disk() {
        return mesh.status(0).getJsonArray("members").getJsonObject(0).getJsonObject("disk");
    }

    private List<Object> ask(Stream<byte[]> commands) {
        return RespAsk.ask(mesh.redisPort(0), commands.toArray(byte[][]::new));
    }
}
