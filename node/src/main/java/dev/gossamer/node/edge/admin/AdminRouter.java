package dev.gossamer.node.edge.admin;

import dev.gossamer.protocol.ErrorCode;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the endpoint of a request. Every request passes, in this order: the meters, the password,
 * the endpoint; whatever is thrown on the way becomes a problem. Paths are taken as they are sent:
 * no dots are folded and no slashes merged, for a key may hold any of them.
 */
final class AdminRouter {
    /** Where an exchange keeps its endpoint's template, for meters and log lines. */
    static final String TEMPLATE = "gossamer.template";

    private static final String UNMATCHED = "unmatched";

    private final List<Endpoint> endpoints;
    private final Gate gate;
    private final HttpMeters meters;
    private final Connections connections;

    AdminRouter(List<Endpoint> endpoints, Gate gate, HttpMeters meters, Connections connections) {
        this.endpoints = List.copyOf(endpoints);
        this.gate = gate;
        this.meters = meters;
        this.connections = connections;
    }

    Router on(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(this::begin).failureHandler(AdminRouter::fail);
        byTemplate().forEach((template, methods) -> mount(router, template, methods));
        router.route().handler(guarded(UNMATCHED, false, AdminRouter::noSuchRoute));
        return router;
    }

    private Map<String, List<Endpoint>> byTemplate() {
        Map<String, List<Endpoint>> found = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            found.computeIfAbsent(endpoint.template(), _ -> new ArrayList<>()).add(endpoint);
        }
        return found;
    }

    private void mount(Router router, String template, List<Endpoint> methods) {
        String path = methods.getFirst().routerPath();
        for (Endpoint endpoint : methods) {
            Route route = router.route(endpoint.method(), path);
            if (endpoint.method().equals(HttpMethod.GET)) {
                route.method(HttpMethod.HEAD);
            }
            route.useNormalizedPath(false)
                    .handler(guarded(template, endpoint.open(), endpoint.handler()));
        }
        router.route(path)
                .useNormalizedPath(false)
                .handler(guarded(template, false, exchange -> wrongMethod(exchange, methods)));
    }

    private void begin(RoutingContext exchange) {
        meters.begin(exchange);
        connections.watch(exchange);
        exchange.response()
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        PercentEncoding.check(exchange.request().uri());
        exchange.next();
    }

    private Handler<RoutingContext> guarded(
            String template, boolean open, Handler<RoutingContext> handler) {
        return exchange -> {
            exchange.put(TEMPLATE, template);
            if (!open) {
                gate.check(exchange);
            }
            handler.handle(exchange);
        };
    }

    private static void wrongMethod(RoutingContext exchange, List<Endpoint> methods) {
        List<String> allowed = new ArrayList<>();
        for (Endpoint endpoint : methods) {
            allowed.add(endpoint.method().name());
            if (endpoint.method().equals(HttpMethod.GET)) {
                allowed.add("HEAD");
            }
        }
        exchange.response().putHeader(HttpHeaders.ALLOW, String.join(", ", allowed));
        throw Problem.of(
                        ErrorCode.ERR,
                        405,
                        exchange.request().method()
                                + " is not one of "
                                + String.join(", ", allowed))
                .raised();
    }

    private static void noSuchRoute(RoutingContext exchange) {
        throw Problem.of(ErrorCode.ERR, 404, "No such route; /openapi.json lists those there are.")
                .raised();
    }

    private static void fail(RoutingContext exchange) {
        Throwable failure = exchange.failure();
        if (failure == null || exchange.statusCode() == 400) {
            // Vert.x itself refuses: no Host header, or a path it cannot read.
            String why = failure == null ? "the path is not valid" : failure.getMessage();
            Answers.problem(exchange, Problem.badRequest(String.valueOf(why)));
        } else {
            Answers.failed(exchange, failure);
        }
    }
}
