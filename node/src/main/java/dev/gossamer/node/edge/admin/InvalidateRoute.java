package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.mesh.Invalidation;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Version;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/** Makes many entries count as absent: by tag, cache, prefix or key. */
final class InvalidateRoute {
    static final String PATH = "/api/v1/invalidate";

    private static final String CACHE = "cache";
    private static final String WANTED =
            "Name one of tag (and perhaps cache), cache, prefix and key.";

    private final Mesh mesh;

    InvalidateRoute(Mesh mesh) {
        this.mesh = mesh;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.of(HttpMethod.POST, PATH, this::invalidate));
    }

    private void invalidate(RoutingContext exchange) {
        Answers.whenDone(
                exchange,
                mesh.invalidate(parse(exchange), HttpCaller.of(exchange.request())),
                done -> Answers.json(exchange, 200, json(done)));
    }

    private static Invalidation parse(RoutingContext exchange) {
        Optional<String> tag = parameter(exchange, "tag");
        Optional<String> cache = parameter(exchange, CACHE);
        Optional<String> prefix = parameter(exchange, "prefix");
        Optional<String> key = parameter(exchange, "key");
        long named = List.of(prefix, key).stream().filter(Optional::isPresent).count();
        if (named + (tag.isPresent() || cache.isPresent() ? 1 : 0) != 1) {
            throw Problem.badRequest(WANTED).raised();
        }
        if (tag.isPresent()) {
            String name = cache.orElse(CacheSettings.DEFAULT_NAME);
            return new Invalidation.Tag(name, Bytes.utf8(tag.get()));
        }
        return prefix.<Invalidation>map(it -> new Invalidation.Prefix(Bytes.utf8(it)))
                .or(() -> key.map(it -> new Invalidation.Key(Bytes.utf8(it))))
                .orElseGet(() -> new Invalidation.Cache(cache.orElseThrow()));
    }

    private static Optional<String> parameter(RoutingContext exchange, String name) {
        List<String> values = exchange.queryParam(name);
        if (values.size() > 1 || values.contains("")) {
            throw Problem.badRequest(name + " is empty or given twice.").raised();
        }
        return values.stream().findFirst();
    }

    private static JsonObject json(Invalidation.Done done) {
        JsonObject json = new JsonObject().put("removed", done.removed());
        if (done.version().isPresent()) {
            Version version = done.version().get();
            json.put("version", version.toString());
            json.put("epochText", Epoch.text(version.epoch()));
        }
        return json;
    }
}
