package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.mesh.Explanation;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where a key lives, what each member has of it, and what became of it lately. */
final class ExplainRoute {
    private static final int KEY_SEGMENT = 3;
    private static final int CHANGES_MAX = 1000;
    private static final Duration USABLE_WITHIN = Duration.ofSeconds(1);

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
        int changes = changes(exchange);
        Answers.whenDone(
                exchange,
                mesh.explain(key),
                explanation -> Answers.json(exchange, 200, json(explanation.withChanges(changes))));
    }

    private static int changes(RoutingContext exchange) {
        String wanted = exchange.request().getParam("mutations");
        if (wanted == null) {
            return Explanation.CHANGES_SHOWN;
        }
        try {
            int changes = Integer.parseInt(wanted);
            if (changes >= 0 && changes <= CHANGES_MAX) {
                return changes;
            }
        } catch (NumberFormatException e) {
            throw outside(wanted);
        }
        throw outside(wanted);
    }

    private static RuntimeException outside(String wanted) {
        return Problem.badRequest(
                        "mutations is '" + wanted + "', and should be 0 to " + CHANGES_MAX + ".")
                .raised();
    }

    private static JsonObject json(Explanation explanation) {
        JsonObject json = new JsonObject();
        RequestedKey.putKey(json, explanation.key());
        return json.put("slot", explanation.slot())
                .put("epoch", explanation.epoch())
                .put("cache", explanation.cache())
                .put("copies", array(explanation.copies(), ExplainRoute::copyJson))
                .put("near", array(explanation.nears(), ExplainRoute::nearJson))
                .put("lease", explanation.lease().map(ExplainRoute::leaseJson).orElse(null))
                .put("mutations", array(explanation.changes(), ExplainRoute::changeJson));
    }

    private static <T> JsonArray array(List<T> items, Function<T, ?> form) {
        JsonArray array = new JsonArray();
        items.forEach(item -> array.add(form.apply(item)));
        return array;
    }

    private static JsonObject copyJson(Explanation.Copy copy) {
        return new JsonObject()
                .put("member", MeshRoutes.memberJson(copy.member()))
                .put("role", copy.role())
                .put("state", copy.state())
                .put("entry", entryJson(copy.entry()))
                .put("tier", copy.tier())
                .put("void", voidJson(copy.voided()))
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
                .put("expiresAtMs", expires ? entry.expiresAtMillis() : null)
                .put("tags", entry.tags().length);
    }

    private static @Nullable JsonObject voidJson(Explanation.@Nullable Voided voided) {
        return voided == null
                ? null
                : new JsonObject()
                        .put("by", voided.byCache() ? "cache" : "tag")
                        .put("tag", voided.name())
                        .put("atMs", voided.atMillis());
    }

    private static JsonObject nearJson(Explanation.Near near) {
        return new JsonObject()
                .put("member", MeshRoutes.memberJson(near.member()))
                .put("version", near.version().toString())
                .put("valueBytes", near.bytes())
                .put("origin", near.origin().name())
                .put("ageMs", Math.ceilDiv(near.ageNanos(), 1_000_000))
                .put("within1s", near.isUsableWithin(USABLE_WITHIN));
    }

    private static JsonObject leaseJson(Leases.Running lease) {
        return new JsonObject()
                .put("token", lease.token().toString())
                .put("holder", callerJson(lease.holder()))
                .put("ageMs", lease.ageMillis())
                .put("leftMs", lease.leftMillis())
                .put("waiting", lease.waiting());
    }

    private static JsonObject changeJson(Explanation.Change change) {
        return new JsonObject()
                .put("atMs", change.atMillis())
                .put("what", change.what().name().toLowerCase(Locale.ROOT))
                .put("removal", change.removal())
                .put("version", change.version().toString())
                .put("by", callerJson(change.caller()))
                .put("through", change.through().map(Member::name).orElse(null))
                .put("on", array(change.on(), Member::name))
                .put("tag", change.detail().isEmpty() ? null : change.detail());
    }

    private static JsonObject callerJson(Caller caller) {
        return new JsonObject()
                .put("way", caller.way().name().toLowerCase(Locale.ROOT))
                .put("id", caller.id())
                .put("name", caller.name())
                .put("address", caller.address())
                .put("means", caller.means());
    }
}
