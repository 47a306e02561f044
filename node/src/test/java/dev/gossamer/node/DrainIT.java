package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Nodes that hand over, and nodes that are told to stop (C10). */
class DrainIT {
    private static final String DRAIN = "/api/v1/members/self/drain";

    @TempDir Path folder;

    @Test
    void aDrainedMemberOwnsNothingIsNotReadyAndStillAnswers() {
        try (LocalMesh mesh = LocalMesh.start(folder, 3, 2);
                Jedis client = jedis(mesh, 2)) {
            client.set("a", "1");
            HttpResponse<String> answer = mesh.post(2, DRAIN + "?wait=25s");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonObject state = new JsonObject(answer.body());
            assertThat(state.getString("state")).isEqualTo("drained");
            assertThat(state.getInteger("slotsOwned")).isZero();
            assertThat(mesh.get(2, "/readyz").statusCode()).isEqualTo(503);
            assertThat(client.get("a")).isEqualTo("1");
            assertThat(client.set("b", "2")).isEqualTo("OK");
            assertThat(mesh.status(0).getInteger("missingCopies")).isZero();
            for (int node = 0; node < 2; node++) {
                try (Jedis other = jedis(mesh, node)) {
                    assertThat(other.get("b")).isEqualTo("2");
                }
            }
        }
    }

    @Test
    void whenAllAreToldToStopNobodyHandsOver() {
        try (LocalMesh mesh = LocalMesh.start(folder, 3, 2)) {
            IntStream.range(0, 3).forEach(mesh::askToStop);
            mesh.await("the end of all", () -> IntStream.range(0, 3).noneMatch(mesh::isAlive));
            assertThat(mesh.log(0) + mesh.log(1) + mesh.log(2)).contains("nothing is handed over");
            IntStream.range(0, 3).forEach(mesh::restart);
            mesh.awaitWhole(3);
        }
    }

    @Test
    void theLastMemberIsNotDrainedAndStopsAtOnce() {
        try (LocalMesh mesh = LocalMesh.start(folder, 1, 2)) {
            assertThat(mesh.post(0, DRAIN).statusCode()).isEqualTo(409);
            assertThat(mesh.terminate(0)).isZero();
        }
    }

    @Test
    void aSecondSignalEndsTheGraceThatClientsHave() {
        try (LocalMesh mesh = LocalMesh.startWith(folder, 2, 2, "drain-grace: 10m");
                Jedis client = jedis(mesh, 1)) {
            client.set("a", "1");
            mesh.askToStop(1);
            mesh.await("the end of the drain", () -> mesh.log(1).contains("handed over;"));
            assertThat(client.get("a")).isEqualTo("1");
            assertThat(mesh.get(1, "/readyz").statusCode()).isEqualTo(503);
            mesh.askToStop(1);
            mesh.await("the end", () -> !mesh.isAlive(1));
            try (Jedis other = jedis(mesh, 0)) {
                assertThat(other.get("a")).isEqualTo("1");
            }
        }
    }

    @Test
    void withoutATimeForItNothingIsHandedOver() {
        try (LocalMesh mesh = LocalMesh.startWith(folder, 2, 2, "drain-timeout: 0s")) {
            assertThat(mesh.terminate(1)).isZero();
            assertThat(mesh.log(1)).doesNotContain("handing over");
            mesh.awaitWhole(1);
            assertThat(mesh.log(0)).contains("node-1 left; 1 member;").doesNotContain("not seen");
        }
    }

    private static Jedis jedis(LocalMesh mesh, int node) {
        return new Jedis("127.0.0.1", mesh.redisPort(node), 10_000);
    }
}
