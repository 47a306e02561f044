package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who did what to a key, and what each of three real nodes has of it. */
@Timeout(240)
class ExplainIT {
    private static final int PRIMARY = 0;
    private static final int BACKUP = 1;
    private static final int OTHER = 2;

    /** Clocks of the test and of the nodes are one, but for the time that requests take. */
    private static final long SLACK_MILLIS = 2_000;

    @TempDir static Path folder;
    private static LocalMesh mesh;
    private static String key = "";

    @BeforeAll
    static void start() {
        mesh = LocalMesh.start(folder, 3, 2, "", 256);
        key = mesh.keyOwnedBy("node-0", "node-1");
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    private static NearProbe client(int node, String name) {
        NearProbe client = new NearProbe(mesh.redisPort(node));
        assertThat(client.ask("CLIENT", "SETNAME", name)).isEqualTo("OK");
        return client;
    }

    private static JsonObject explain(int node, String of) {
        return new JsonObject(mesh.get(node, "/api/v1/keys/" + of + "/explain").body());
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    private static Optional<JsonObject> mutation(JsonObject explained, String what) {
        return objects(explained.getJsonArray("mutations")).stream()
                .filter(each -> each.getString("what").equals(what))
                .findFirst();
    }

    private static JsonObject awaitMutation(String of, String what) {
        mesh.await(what + " of " + of, () -> mutation(explain(OTHER, of), what).isPresent());
        return mutation(explain(OTHER, of), what).orElseThrow();
    }

    private static String who(JsonObject mutation) {
        JsonObject by = mutation.getJsonObject("by");
        return by.getString("way")
                + " "
                + by.getString("name")
                + " through "
                + mutation.getString("through")
                + " on "
                + mutation.getJsonArray("on").getList();
    }

    private static void assertNow(JsonObject mutation, long since) {
        assertThat(mutation.getLong("atMs"))
                .isBetween(since - SLACK_MILLIS, System.currentTimeMillis() + SLACK_MILLIS);
    }

    @Test
    void whoWroteAndWhoRemovedAKeyIsToldByEveryNodeWhicheverTheySpokeTo() {
        String here = "{" + key + "}a";
        long since = System.currentTimeMillis();
        try (NearProbe writer = client(OTHER, "writer");
                NearProbe cleaner = client(BACKUP, "cleaner")) {
            writer.set(here, "v");
            assertThat(String.valueOf(cleaner.ask("DEL", here))).isEqualTo("1");
            for (int node = 0; node < 3; node++) {
                JsonObject explained = explain(node, here.replace("{", "%7B").replace("}", "%7D"));
                assertThat(objects(explained.getJsonArray("mutations")))
                        .extracting(ExplainIT::who)
                        .containsExactly(
                                "resp cleaner through node-1 on [node-0, node-1]",
                                "resp writer through node-2 on [node-0, node-1]");
                JsonObject removed = mutation(explained, "removed").orElseThrow();
                assertNow(removed, since);
                assertThat(removed.getBoolean("removal")).isTrue();
                assertThat(removed.getJsonObject("by").getString("address"))
                        .startsWith("127.0.0.1:");
                assertThat(mutation(explained, "put").orElseThrow().getString("version"))
                        .isNotEqualTo(removed.getString("version"));
            }
        }
    }

    @Test
    void aNearCopyIsShownWithItsOriginAndAge() {
        String here = mesh.keyOwnedBy("node-0", "node-1");
        try (NearProbe reader = client(OTHER, "reader")) {
            reader.set(here, "v");
            mesh.await("a near copy", () -> "L1".equals(reader.tier(here)));
            mesh.await(
                    "an age below a second",
                    () ->
                            objects(explain(PRIMARY, here).getJsonArray("near")).stream()
                                    .anyMatch(near -> near.getBoolean("within1s")));
            JsonObject near = objects(explain(BACKUP, here).getJsonArray("near")).getFirst();
            assertThat(near.getJsonObject("member").getString("name")).isEqualTo("node-2");
            assertThat(near.getString("origin")).isEqualTo("node-0");
            assertThat(near.getLong("ageMs")).isBetween(0L, 60_000L);
            assertThat(near.getInteger("valueBytes")).isEqualTo(1);
            reader.ask("DEL", here);
            assertThat(explain(PRIMARY, here).getJsonArray("near")).isEmpty();
        }
    }

    @Test
    void whoInvalidatedATagIsToldAndWhatBecameOfItsEntries() {
        String here = "{" + key + "}t";
        String path = here.replace("{", "%7B").replace("}", "%7D");
        long since = System.currentTimeMillis();
        try (NearProbe writer = client(PRIMARY, "writer");
                NearProbe editor = client(OTHER, "editor")) {
            assertThat(writer.ask("GSM.SET", here, "v", "TAGS", "1", "prices")).isEqualTo("OK");
            assertThat(editor.ask("GSM.INVALIDATE", "TAG", "prices")).isNotNull();
            JsonObject bumped = awaitMutation(path, "tag_invalidated");
            assertThat(who(bumped)).isEqualTo("resp editor through node-2 on [node-2]");
            assertThat(bumped.getString("tag")).isEqualTo("prices");
            assertNow(bumped, since);
            JsonObject voided = awaitMutation(path, "voided");
            assertThat(voided.getString("tag")).isEqualTo("prices");
            assertThat(voided.getJsonObject("by").getString("way")).isEqualTo("node");
            assertThat(who(mutation(explain(BACKUP, path), "put").orElseThrow()))
                    .isEqualTo("resp writer through node-0 on [node-0, node-1]");
        }
    }

    @Test
    void anEntryThatExpiredIsToldWithWhoWroteIt() {
        String here = "{" + key + "}e";
        String path = here.replace("{", "%7B").replace("}", "%7D");
        long since = System.currentTimeMillis();
        try (NearProbe writer = client(OTHER, "brief")) {
            assertThat(writer.ask("SET", here, "v", "PX", "50")).isEqualTo("OK");
            JsonObject expired = awaitMutation(path, "expired");
            assertNow(expired, since);
            assertThat(who(mutation(explain(PRIMARY, path), "put").orElseThrow()))
                    .startsWith("resp brief through node-2");
        }
    }

    @Test
    void aLeaseIsShownWithItsHolderWhileItRuns() {
        String here = "{" + key + "}l";
        String path = here.replace("{", "%7B").replace("}", "%7D");
        try (NearProbe loader = client(PRIMARY, "loader")) {
            assertThat(explain(OTHER, path).getJsonObject("lease")).isNull();
            loader.ask("GSM.LEASE.GET", here);
            JsonObject lease = explain(OTHER, path).getJsonObject("lease");
            assertThat(lease.getJsonObject("holder").getString("name")).isEqualTo("loader");
            assertThat(lease.getLong("leftMs")).isPositive();
        }
    }

    @Test
    void aRemovalByPrefixAndOneOverHttpNameWhoAskedAndHow() {
        String here = "gone:{" + key + "}";
        String path = here.replace("{", "%7B").replace("}", "%7D");
        try (NearProbe writer = client(OTHER, "writer")) {
            writer.set(here, "v");
            mesh.post(OTHER, "/api/v1/invalidate?prefix=gone%3A");
            JsonObject by = awaitMutation(path, "removed").getJsonObject("by");
            assertThat(by.getString("way")).isEqualTo("http");
            assertThat(by.getString("means")).isEqualTo("prefix gone:");
            assertThat(by.getString("name")).startsWith("Java-http-client");
        }
    }
}
