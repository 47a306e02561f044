package dev.gossamer.node.edge.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.Freshness;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminRoutesIT {
    private static final String ENTRY = "/api/v1/caches/default/entries/";

    private AdminFixture admin;

    @BeforeEach
    void start() throws IOException {
        admin = AdminFixture.started();
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getString("type"))
                .isEqualTo("urn:gossamer:problem:" + code.toLowerCase(java.util.Locale.ROOT));
        assertThat(problem.fieldNames()).contains("title", "detail", "retryable", "recovery");
    }

    @Test
    void aStoredValueIsReadBackByteForByteWithItsVersionTierAndOrigin() throws Exception {
        byte[] value = {0, -1, 13, 10, 127};
        HttpResponse<String> put = admin.send("PUT", ENTRY + "k", value);
        assertThat(put.statusCode()).isEqualTo(204);
        HttpResponse<byte[]> got = admin.getBytes(ENTRY + "k");
        assertThat(got.statusCode()).isEqualTo(200);
        assertThat(got.body()).isEqualTo(value);
        String version = put.headers().firstValue("Gossamer-Version").orElseThrow();
        assertThat(got.headers().firstValue("Gossamer-Version")).contains(version);
        assertThat(got.headers().firstValue("ETag")).contains("\"" + version + "\"");
        assertThat(got.headers().firstValue("Gossamer-Tier")).contains("L1");
        assertThat(got.headers().firstValue("Gossamer-Origin")).contains("node-0");
        assertThat(got.headers().firstValue("Gossamer-Ttl-Ms")).isEmpty();
        assertThat(got.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void aTimeToLiveIsKeptCountedDownAndEndsInAMiss() throws Exception {
        admin.send("PUT", ENTRY + "k", utf8("v"), "Gossamer-Ttl-Ms", "5000");
        admin.now.updateAndGet(t -> t.plusMillis(1500));
        assertThat(admin.get(ENTRY + "k").headers().firstValue("Gossamer-Ttl-Ms")).contains("3500");
        admin.now.updateAndGet(t -> t.plusMillis(3500));
        assertProblem(admin.get(ENTRY + "k"), 404, "MISS");
    }

    @Test
    void aWriteCanKeepOrRemoveTheTimeToLive() throws Exception {
        admin.send("PUT", ENTRY + "k", utf8("v"), "Gossamer-Ttl-Ms", "5000");
        admin.send("PUT", ENTRY + "k", utf8("w"), "Gossamer-Ttl-Ms", "keep");
        assertThat(admin.get(ENTRY + "k").headers().firstValue("Gossamer-Ttl-Ms")).contains("5000");
        admin.send("PUT", ENTRY + "k", utf8("x"), "Gossamer-Ttl-Ms", "none");
        assertThat(admin.get(ENTRY + "k").headers().firstValue("Gossamer-Ttl-Ms")).isEmpty();
        for (String wrong : new String[] {"0", "-1", "soon", "99999999999999999"}) {
            assertProblem(
                    admin.send("PUT", ENTRY + "k", utf8("v"), "Gossamer-Ttl-Ms", wrong),
                    400,
                    "ERR");
        }
    }

    @Test
    void aConditionalPutStoresOnlyOverTheVersionItNames() throws Exception {
        String first = tagOf(admin.send("PUT", ENTRY + "k", utf8("1"), "If-None-Match", "*"));
        assertProblem(
                admin.send("PUT", ENTRY + "k", utf8("2"), "If-None-Match", "*"), 412, "UNCHANGED");
        String second = tagOf(admin.send("PUT", ENTRY + "k", utf8("2"), "If-Match", first));
        assertThat(second).isNotEqualTo(first);
        assertProblem(
                admin.send("PUT", ENTRY + "k", utf8("3"), "If-Match", first), 412, "UNCHANGED");
        assertThat(admin.get(ENTRY + "k").body()).isEqualTo("2");
        assertThat(admin.get(ENTRY + "k", "If-None-Match", second).statusCode()).isEqualTo(304);
        assertThat(admin.get(ENTRY + "k", "If-None-Match", first).statusCode()).isEqualTo(200);
        assertProblem(admin.send("PUT", ENTRY + "k", utf8("3"), "If-Match", "7"), 400, "ERR");
        assertProblem(
                admin.send("PUT", ENTRY + "none", utf8("3"), "If-Match", "*"), 412, "UNCHANGED");
    }

    private static String tagOf(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(204);
        return response.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void aRemovalIsRemovedOnceAndObeysItsCondition() throws Exception {
        String first = tagOf(admin.send("PUT", ENTRY + "k", utf8("1")));
        String second = tagOf(admin.send("PUT", ENTRY + "k", utf8("2")));
        assertProblem(
                admin.send("DELETE", ENTRY + "k", new byte[0], "If-Match", first),
                412,
                "UNCHANGED");
        assertThat(admin.send("DELETE", ENTRY + "k", new byte[0], "If-Match", second).statusCode())
                .isEqualTo(204);
        assertProblem(admin.get(ENTRY + "k"), 404, "MISS");
        assertProblem(admin.send("DELETE", ENTRY + "k", new byte[0]), 404, "MISS");
    }

    @Test
    void aNamedCachePutsItsPrefixBeforeTheKey() throws Exception {
        admin.send("PUT", "/api/v1/caches/users/entries/1", utf8("ada"));
        HttpResponse<String> sameEntry = admin.get(ENTRY + "users%3A1");
        assertThat(sameEntry.body()).isEqualTo("ada");
        assertThat(sameEntry.headers().firstValue("Gossamer-Ttl-Ms")).contains("600000");
        HttpResponse<String> unknown = admin.get("/api/v1/caches/people/entries/1");
        assertProblem(unknown, 404, "ERR");
        assertThat(unknown.body()).contains("default, users");
    }

    @Test
    void aKeyMayHoldSlashesDotsPlusesAndAnyUnicode() throws Exception {
        for (String key : new String[] {"a%2Fb", "%2E%2E", "..", "a+b", "%C3%BC", "a%20b", "%00"}) {
            admin.send("PUT", ENTRY + key, utf8(key));
            assertThat(admin.get(ENTRY + key).body()).as(key).isEqualTo(key);
        }
        assertThat(admin.json("/api/v1/keys/a%2Fb/explain").getString("key")).isEqualTo("a/b");
        assertThat(admin.json("/api/v1/keys/a+b/explain").getString("key")).isEqualTo("a+b");
        assertThat(admin.json("/api/v1/keys/%C3%BC/explain").getString("key")).isEqualTo("ü");
    }

    @Test
    void aKeyThatIsNotUtf8IsNamedInBase64url() throws Exception {
        assertProblem(admin.get(ENTRY + "%FF"), 400, "ERR");
        String key = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[] {-1, -2});
        assertThat(admin.send("PUT", ENTRY + key + "?encoding=base64url", utf8("v")).statusCode())
                .isEqualTo(204);
        JsonObject explained = admin.json("/api/v1/keys/" + key + "/explain?encoding=base64url");
        assertThat(explained.getString("encoding")).isEqualTo("base64url");
        assertThat(explained.getString("key")).isEqualTo(key);
        assertThat(explained.getJsonArray("copies").getJsonObject(0).getJsonObject("entry"))
                .isNotNull();
        assertProblem(admin.get(ENTRY + "!!?encoding=base64url"), 400, "ERR");
        assertProblem(admin.get(ENTRY + "k?encoding=rot13"), 400, "ERR");
    }

    @Test
    void theFreshnessThatIsAskedForReachesTheMesh() throws Exception {
        admin.get(ENTRY + "k");
        admin.get(ENTRY + "k", "Gossamer-Freshness", "latest");
        admin.get(ENTRY + "k", "Gossamer-Freshness", "ANY");
        admin.get(ENTRY + "k", "Gossamer-Freshness", "within=500ms");
        admin.get(ENTRY + "k", "Gossamer-Freshness", "within=2s");
        assertProblem(admin.get(ENTRY + "k", "Gossamer-Freshness", "fresh"), 400, "ERR");
        assertThat(admin.mesh.freshnessAsked)
                .containsExactly(
                        Freshness.DEFAULT,
                        Freshness.LATEST,
                        Freshness.ANY,
                        new Freshness.Within(Duration.ofMillis(500)),
                        new Freshness.Within(Duration.ofSeconds(2)));
    }

    @Test
    void probesTellWhyNot() throws Exception {
        assertThat(admin.get("/livez").statusCode()).isEqualTo(200);
        assertThat(admin.get("/startupz").statusCode()).isEqualTo(200);
        assertThat(admin.get("/readyz").statusCode()).isEqualTo(200);
        admin.ready.set(Health.Check.failed("12 slots are filling"));
        HttpResponse<String> notReady = admin.get("/readyz");
        assertThat(notReady.statusCode()).isEqualTo(503);
        assertThat(notReady.body()).contains("12 slots are filling");
    }

    @Test
    void aNodeThatDoesWithoutItsDiskIsReadyAndSaysThatItIsDegraded() throws Exception {
        admin.ready.set(Health.Check.degraded("the SSD tier is not used"));
        HttpResponse<String> degraded = admin.get("/readyz");
        assertThat(degraded.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(degraded.body()))
                .isEqualTo(
                        new JsonObject()
                                .put("status", "degraded")
                                .put("reasons", new JsonArray().add("the SSD tier is not used")));
    }

    @Test
    void theMemberThatAnswersTellsOfItsSsdAsTheDescriptionSays() throws Exception {
        assertThat(self().containsKey("disk")).as("without an SSD").isFalse();
        admin.disk.set(
                new DiskAccount(
                        "open",
                        "it is full",
                        0.5,
                        1,
                        9,
                        2,
                        3,
                        0.75,
                        1.25,
                        "portable",
                        "asked for"));
        JsonObject self = self();
        assertThat(self.getJsonObject("disk").getString("trouble")).isEqualTo("it is full");
        assertThat(self.getJsonObject("disk").getLong("lackingBytes")).isEqualTo(2);
        assertThat(self.getJsonObject("disk").getDouble("writeAmplification")).isEqualTo(1.25);
        JsonObject description = admin.json("/openapi.json");
        new SchemaCheck(description)
                .check(
                        "member",
                        new JsonObject().put("$ref", "#/components/schemas/MemberStatus"),
                        self);
    }

    private JsonObject self() throws Exception {
        return admin.json("/api/v1/mesh").getJsonArray("members").getJsonObject(0);
    }

    @Test
    void theMeshIsToldWithItsMembersAndPorts() throws Exception {
        JsonObject mesh = admin.json("/api/v1/mesh");
        assertThat(mesh.getLong("epoch")).isEqualTo(7);
        assertThat(mesh.getBoolean("settled")).isTrue();
        assertThat(mesh.getInteger("slotsCovered")).isEqualTo(16_384);
        JsonObject member = mesh.getJsonArray("members").getJsonObject(0);
        assertThat(member.getBoolean("self")).isTrue();
        assertThat(member.getString("id")).isEqualTo("00000000000000a1");
        assertThat(member.getJsonObject("slots").getInteger("primary")).isEqualTo(16_384);
        assertThat(member.getJsonObject("ports").getInteger("data")).isEqualTo(7779);
        JsonObject ring = admin.json("/api/v1/mesh/ring");
        assertThat(ring.getJsonArray("ranges").getJsonObject(0).getInteger("last"))
                .isEqualTo(16_383);
    }

    @Test
    void theConfigurationShowsSourcesAndNoSecret() throws Exception {
        String config = admin.get("/api/v1/config").body();
        assertThat(config).contains("ports.admin", "file:12", "********").doesNotContain("hush");
    }

    @Test
    void whatTheMeshCannotDoIsTheSameCodeAsOverRedis() throws Exception {
        admin.mesh.failWith(OneNodeMesh.clusterDown());
        HttpResponse<String> answer = admin.get(ENTRY + "k");
        assertProblem(answer, 503, "CLUSTERDOWN");
        assertThat(new JsonObject(answer.body()).getBoolean("retryable")).isTrue();
    }

    @Test
    void aDefectIsAnInternalProblemWithoutAStackTrace() throws Exception {
        admin.mesh.failWith(new IllegalStateException("secret inner detail"));
        HttpResponse<String> answer = admin.get(ENTRY + "k");
        assertProblem(answer, 500, "INTERNAL");
        assertThat(answer.body()).doesNotContain("secret", "Exception", "at dev.");
    }

    @Test
    void wrongRoutesAndMethodsAreProblems() throws Exception {
        assertProblem(admin.get("/nowhere"), 404, "ERR");
        assertProblem(admin.get("/api/v1/../v1/mesh"), 404, "ERR");
        assertProblem(admin.get("/%2e%2e/%2e%2e/etc/passwd"), 404, "ERR");
        HttpResponse<String> posted = admin.send("POST", ENTRY + "k", utf8("v"));
        assertProblem(posted, 405, "ERR");
        assertThat(posted.headers().firstValue("Allow")).contains("GET, HEAD, PUT, DELETE");
        assertProblem(admin.send("DELETE", "/api/v1/mesh", new byte[0]), 405, "ERR");
    }

    @Test
    void headTellsWhatGetWouldWithoutTheValue() throws Exception {
        admin.send("PUT", ENTRY + "k", utf8("12345"));
        HttpResponse<String> head = admin.send("HEAD", ENTRY + "k", new byte[0]);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length")).contains("5");
        assertThat(head.headers().firstValue("ETag")).isPresent();
        assertThat(admin.send("HEAD", "/readyz", new byte[0]).statusCode()).isEqualTo(200);
    }

    @Test
    void aPortInUseIsNamed() {
        AdminSettings taken = AdminSettings.DEFAULT.withAddress("127.0.0.1", admin.server.port());
        assertThatThrownBy(() -> new AdminFixture(taken).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + admin.server.port())
                .hasMessageContaining("another process uses it");
    }

    @Test
    void withAPasswordOnlyProbesAnswerWithoutIt() throws Exception {
        try (AdminFixture closed =
                new AdminFixture(AdminFixture.anyPort().withPassword(Optional.of("hush:hush")))) {
            assertThat(closed.get("/livez").statusCode()).isEqualTo(200);
            assertThat(closed.get("/readyz").statusCode()).isEqualTo(200);
            for (String path : new String[] {"/metrics", "/api/v1/mesh", "/", "/nowhere"}) {
                HttpResponse<String> refused = closed.get(path);
                assertProblem(refused, 401, "NOAUTH");
                assertThat(refused.headers().allValues("WWW-Authenticate")).hasSize(2);
            }
            assertProblem(
                    closed.get("/api/v1/mesh", "Authorization", "Bearer wrong"), 401, "WRONGPASS");
            assertThat(closed.get("/api/v1/mesh", "Authorization", "Bearer hush:hush").statusCode())
                    .isEqualTo(200);
            String basic = Base64.getEncoder().encodeToString(utf8("anyone:hush:hush"));
            assertThat(closed.get("/api/v1/mesh", "Authorization", "Basic " + basic).statusCode())
                    .isEqualTo(200);
            assertProblem(closed.get("/api/v1/mesh", "Authorization", "Basic ???"), 400, "ERR");
        }
    }
}
