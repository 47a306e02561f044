package dev.gossamer.node.edge.admin;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.mesh.audit.Look;
import dev.gossamer.node.mesh.audit.Violation;
import dev.gossamer.node.mesh.link.NearEvent;
import dev.gossamer.node.mesh.link.Sighting;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What this member's auditor has found, violations with their traces. */
final class AuditRoute {
    static final String PATH = "/api/v1/audit";
    private static final double MILLI = 1e6;

    private final Mesh mesh;

    AuditRoute(Mesh mesh) {
        this.mesh = mesh;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get(PATH, this::audit));
    }

    private void audit(RoutingContext exchange) {
        Answers.json(exchange, 200, json(mesh.audit()));
    }

    private static JsonObject json(AuditReport report) {
        return new JsonObject()
                .put("ratePerSecond", report.ratePerSecond())
                .put("windows", array(report.windows(), AuditRoute::window))
                .put("nearViolations", report.nearViolations())
                .put("ownerViolations", report.ownerViolations())
                .put("worstStalenessMs", millis(report.worstStaleness()))
                .put("worstBeyondMs", millis(report.worstBeyond()))
                .put("dropped", report.dropped())
                .put("abandoned", report.abandoned())
                .put("violations", array(report.recent(), AuditRoute::violation));
    }

    private static <T> JsonArray array(List<T> all, Function<T, JsonObject> each) {
        JsonArray array = new JsonArray();
        all.forEach(one -> array.add(each.apply(one)));
        return array;
    }

    private static double millis(Duration time) {
        return millis(time.toNanos());
    }

    private static double millis(long nanos) {
        return nanos / MILLI;
    }

    private static JsonObject window(AuditReport.Window window) {
        return new JsonObject()
                .put("afterMs", window.after().toMillis())
                .put("samples", window.samples())
                .put("current", window.current())
                .put("unanswered", window.unanswered());
    }

    private static JsonObject violation(Violation violation) {
        JsonObject json = new JsonObject();
        RequestedKey.putKey(json, violation.key());
        putMember(json, violation.member());
        return json.put("slot", violation.key().slotIndex())
                .put("kind", violation.kind().name().toLowerCase(Locale.ROOT))
                .put("atMs", violation.atMillis())
                .put("acknowledged", violation.version().toString())
                .put("sequence", violation.sequence())
                .put("found", violation.found().toString())
                .put("origin", violation.origin().toString())
                .put("originSequence", violation.originSequence())
                .put("afterMs", millis(violation.afterNanos()))
                .put("claimedMs", millis(violation.claimedNanos()))
                .put("looks", array(violation.looks(), AuditRoute::look))
                .put("events", array(violation.events(), AuditRoute::event));
    }

    private static void putMember(JsonObject json, Member member) {
        json.put("member", member.id().toString()).put("name", member.name());
    }

    private static JsonObject look(Look look) {
        JsonObject json = new JsonObject();
        putMember(json, look.member());
        Sighting seen = look.sighting();
        json.put("afterMs", millis(look.afterNanos())).put("answered", seen != null);
        return seen == null
                ? json
                : json.put("epochText", Epoch.text(look.epoch()))
                        .put("rank", seen.rank())
                        .put("complete", seen.complete())
                        .put("held", held(seen.held()))
                        .put("near", near(seen.near()));
    }

    private static @Nullable JsonObject held(Sighting.@Nullable Held held) {
        return held == null
                ? null
                : new JsonObject()
                        .put("version", held.version().toString())
                        .put("tier", held.onDisk() ? "L2" : "L1")
                        .put("removed", held.removed())
                        .put("valid", held.valid());
    }

    private static @Nullable JsonObject near(Sighting.@Nullable Near near) {
        return near == null
                ? null
                : new JsonObject()
                        .put("version", near.version().toString())
                        .put("origin", near.origin().toString())
                        .put("sequence", near.sequence())
                        .put("ageMs", millis(near.ageNanos()));
    }

    private static JsonObject event(NearEvent event) {
        return new JsonObject()
                .put("agoMs", millis(event.agoNanos()))
                .put("what", event.what().name().toLowerCase(Locale.ROOT))
                .put("origin", event.origin().toString())
                .put("sequence", event.sequence())
                .put("clock", Long.toHexString(event.clock()));
    }
}
