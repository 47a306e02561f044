package dev.gossamer.node.edge.admin;

import io.vertx.core.Handler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Supplier;

/** Probes: 200 or 503, with the reasons. */
final class HealthRoutes {
    private final Health health;

    HealthRoutes(Health health) {
        this.health = health;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.probe("/livez", answer(health::live)),
                Endpoint.probe("/readyz", answer(health::ready)),
                Endpoint.probe("/startupz", answer(health::started)));
    }

    private static Handler<RoutingContext> answer(Supplier<Health.Check> check) {
        return exchange -> {
            Health.Check found = check.get();
            Answers.json(
                    exchange,
                    found.ok() ? 200 : 503,
                    new JsonObject()
                            .put("status", found.status())
                            .put("reasons", new JsonArray(found.reasons())));
        };
    }
}
