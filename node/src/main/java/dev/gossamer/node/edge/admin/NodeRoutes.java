package dev.gossamer.node.edge.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** This node: its version, its settings, and what can be asked of it. */
final class NodeRoutes {
    private final EffectiveConfig config;
    private final About about;

    NodeRoutes(EffectiveConfig config, About about) {
        this.config = config;
        this.about = about;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/", this::index),
                Endpoint.get("/api/v1/config", this::config),
                Endpoint.get("/api/v1/version", this::version));
    }

    private void index(RoutingContext exchange) {
        JsonObject links =
                new JsonObject()
                        .put("description", "/openapi.json")
                        .put("mesh", "/api/v1/mesh")
                        .put("ring", "/api/v1/mesh/ring")
                        .put("caches", "/api/v1/caches")
                        .put("drain", "/api/v1/members/self/drain")
                        .put("invalidate", InvalidateRoute.PATH)
                        .put("ledger", "/api/v1/ledger")
                        .put("audit", AuditRoute.PATH)
                        .put("config", "/api/v1/config")
                        .put("metrics", "/metrics")
                        .put("ready", "/readyz");
        Answers.json(exchange, 200, versionJson().put("links", links));
    }

    private void config(RoutingContext exchange) {
        JsonArray settings = new JsonArray();
        for (EffectiveConfig.Setting setting : config.settings()) {
            settings.add(
                    new JsonObject()
                            .put("name", setting.name())
                            .put("value", setting.value())
                            .put("source", setting.source())
                            .put("description", setting.description()));
        }
        Answers.json(exchange, 200, new JsonObject().put("settings", settings));
    }

    private void version(RoutingContext exchange) {
        Answers.json(exchange, 200, versionJson());
    }

    private JsonObject versionJson() {
        return new JsonObject()
                .put("name", "gossamer")
                .put("version", about.version())
                .put("transport", about.transport())
                .put("java", about.java());
    }
}
