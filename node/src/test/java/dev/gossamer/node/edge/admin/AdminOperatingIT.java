package dev.gossamer.node.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Loss;
import dev.gossamer.node.mesh.Invalidation;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drain and ledger over HTTP. */
class AdminOperatingIT {
    private static final String DRAIN = "/api/v1/members/self/drain";
    private static final String LEDGER = "/api/v1/ledger";

    private AdminFixture admin;

    @BeforeEach
    void start() throws IOException {
        admin = AdminFixture.started();
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    private HttpResponse<String> drain(String query) throws Exception {
        return admin.send("POST", DRAIN + query, new byte[0]);
    }

    private HttpResponse<String> invalidate(String query) throws Exception {
        return admin.send("POST", "/api/v1/invalidate" + query, new byte[0]);
    }

    @Test
    void whatIsToBeInvalidatedIsNamedInTheQuery() throws Exception {
        HttpResponse<String> answer = invalidate("?tag=a%20b&cache=users");
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonObject done = new JsonObject(answer.body());
        assertThat(done.getInteger("removed")).isZero();
        assertThat(done.getString("version")).startsWith("7-");
        assertThat(done.getString("epochText")).isEqualTo(Epoch.text(7));
        invalidate("?tag=t");
        invalidate("?cache=users");
        assertThat(new JsonObject(invalidate("?prefix=users:4").body()))
                .isEqualTo(new JsonObject().put("removed", 2));
        invalidate("?key=users:42");
        assertThat(admin.mesh.invalidated)
                .containsExactly(
                        new Invalidation.Tag("users", Bytes.utf8("a b")),
                        new Invalidation.Tag("default", Bytes.utf8("t")),
                        new Invalidation.Cache("users"),
                        new Invalidation.Prefix(Bytes.utf8("users:4")),
                        new Invalidation.Key(Bytes.utf8("users:42")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?tag=", "?tag=a&prefix=b", "?key=a&key=b", "?cache=c&key=k"})
    void exactlyOneThingIsInvalidatedAtATime(String query) throws Exception {
        HttpResponse<String> answer = invalidate(query);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(admin.mesh.invalidated).isEmpty();
    }

    @Test
    void aDrainThatIsUnderWayIsAcceptedWithItsProgress() throws Exception {
        admin.mesh.drain =
                new Mesh.Drain(Mesh.Drain.Stage.DRAINING, 9, 8, 7, Duration.ofSeconds(6));
        HttpResponse<String> answer = drain("?wait=10ms");
        assertThat(answer.statusCode()).isEqualTo(202);
        JsonObject state = new JsonObject(answer.body());
        assertThat(state.getString("state")).isEqualTo("draining");
        assertThat(state.getInteger("slotsOwned")).isEqualTo(9);
        assertThat(state.getInteger("slotsToCopy")).isEqualTo(8);
        assertThat(state.getLong("bytesToCopy")).isEqualTo(7);
        assertThat(state.getLong("leftMs")).isEqualTo(6_000);
        assertThat(state.getJsonObject("member").getString("name")).isEqualTo("node-0");
        assertThat(admin.json(DRAIN)).isEqualTo(state);
    }

    @Test
    void aDrainThatEndsWhileTheCallerWaitsIsDone() throws Exception {
        admin.mesh.drain = new Mesh.Drain(Mesh.Drain.Stage.DRAINED, 0, 0, 0, Duration.ZERO);
        admin.mesh.drained.complete(null);
        HttpResponse<String> answer = drain("?wait=20s");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(answer.body()).getString("state")).isEqualTo("drained");
    }

    @Test
    void theLastMemberIsNotDrained() throws Exception {
        admin.mesh.drained.completeExceptionally(
                new GossamerException(ErrorCode.ERR, "no other member is there"));
        HttpResponse<String> answer = drain("");
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        assertThat(answer.body()).contains("no other member is there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?wait=soon", "?wait=1", "?wait=51s", "?wait=-1s"})
    void aTimeThatNobodyWaitsIsRefused(String query) throws Exception {
        assertThat(drain(query).statusCode()).isEqualTo(400);
    }

    @Test
    void theLedgerIsToldPageByPageTheOldestFirst() throws Exception {
        lose(3);
        JsonObject all = admin.json(LEDGER);
        assertThat(all.getInteger("total")).isEqualTo(3);
        assertThat(keysOf(all)).containsExactly("k0", "k1", "k2");
        JsonObject first = all.getJsonArray("losses").getJsonObject(0);
        assertThat(first.getJsonObject("lost").getString("epochText")).isEqualTo("7~3");
        assertThat(first.getJsonObject("lost").getBoolean("removal")).isTrue();
        assertThat(first.getJsonObject("kept").getString("epochText")).isEqualTo("8");
        assertThat(first.getLong("atMs")).isEqualTo(1_000);
        assertThat(keysOf(admin.json(LEDGER + "?offset=1&limit=1"))).containsExactly("k1");
        assertThat(keysOf(admin.json(LEDGER + "?offset=9"))).isEmpty();
        assertThat(admin.get(LEDGER + "?limit=10001").statusCode()).isEqualTo(400);
    }

    @Test
    void theWholeLedgerComesAsLinesForWhoAsksForThem() throws Exception {
        lose(20_000);
        HttpResponse<String> answer = admin.get(LEDGER, "Accept", "application/x-ndjson");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        List<String> lines = answer.body().lines().toList();
        assertThat(lines).hasSize(20_000);
        assertThat(new JsonObject(lines.getLast()).getString("key")).isEqualTo("k19999");
    }

    private void lose(int count) {
        for (int i = 0; i < count; i++) {
            admin.mesh.losses.add(
                    new Loss(
                            Bytes.utf8("k" + i),
                            new Version(Epoch.provisional(Epoch.agreed(7), 3), 5, new MemberId(2)),
                            true,
                            new Version(Epoch.agreed(8), 6, new MemberId(1)),
                            1_000));
        }
    }

    private static List<String> keysOf(JsonObject ledger) {
        return ledger.getJsonArray("losses").stream()
                .map(loss -> ((JsonObject) loss).getString("key"))
                .toList();
    }
}
