package dev.gossamer.node.edge.admin;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a key lives, and what each of its owners has. */
final class ExplainRoute {
    private static final int KEY_SEGMENT = 3;

    private final Mesh mesh;
    private final RequestedKey keys;

    ExplainRoute(Mesh mesh, int keyBytesMax) {
        this.mesh = mesh;
        this.keys = new RequestedKey(keyBytesMax);
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/api/v1/keys/{key}/explain", this::explain));
    }

    private void explain(RoutingContext exchange) {
        Bytes key = keys.in(exchange, KEY_SEGMENT);
        Answers.whenDone(
                exchange,
                mesh.explain(key),
                explanation -> Answers.json(exchange, 200, json(explanation)));
    }

    private static JsonObject json(Mesh.Explanation explanation) {
        JsonArray copies = new JsonArray();
        explanation.copies().forEach(copy -> copies.add(copyJson(copy)));
        JsonObject json = new JsonObject();
        RequestedKey.putKey(json, explanation.key());
        return json.put("slot", explanation.slot())
                .put("epoch", explanation.epoch())
                .put("cache", explanation.cache())
                .put("copies", copies);
    }

    private static JsonObject copyJson(Mesh.Copy copy) {
        return new JsonObject()
                .put("member", MeshRoutes.memberJson(copy.member()))
                .put("role", copy.role())
                .put("state", copy.state())
                .put("entry", entryJson(copy.entry()))
                .put("problem", copy.problem());
    }

    private static @Nullable JsonObject entryJson(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        boolean expires = !entry.isTombstone() && entry.expiresAtMillis() != Entry.NEVER;
        return new JsonObject()
                .put("version", entry.version().toString())
                .put("tombstone", entry.isTombstone())
                .put("valueBytes", entry.valueLength())
                .put("expiresAtMs", expires ? entry.expiresAtMillis() : null);
    }
}
