package dev.gossamer.node.edge.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * One thing that the port can be asked.
 *
 * @param template the path as OpenAPI writes it, with <code>{names}</code> for its variable parts
 * @param open whether it answers without a password: probes only
 */
record Endpoint(HttpMethod method, String template, boolean open, Handler<RoutingContext> handler) {

    static Endpoint get(String template, Handler<RoutingContext> handler) {
        return new Endpoint(HttpMethod.GET, template, false, handler);
    }

    static Endpoint probe(String template, Handler<RoutingContext> handler) {
        return new Endpoint(HttpMethod.GET, template, true, handler);
    }

    static Endpoint of(HttpMethod method, String template, Handler<RoutingContext> handler) {
        return new Endpoint(method, template, false, handler);
    }

    /** The template as Vert.x writes it, with {@code :names}. */
    String routerPath() {
        return template.replace("{", ":").replace("}", "");
    }
}
