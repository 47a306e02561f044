package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;

/** Reads, stores and removes single entries; the body is the value, byte for byte. */
final class EntryRoutes {
    private static final String PATH = "/api/v1/caches/{name}/entries/{key}";
    private static final int NAME_SEGMENT = 3;
    private static final int KEY_SEGMENT = 5;

    private final Mesh mesh;
    private final InstantSource clock;
    private final RequestedKey keys;
    private final int valueBytesMax;
    private final ByteBudget budget;
    private final BodyReader bodies;

    EntryRoutes(AdminSettings settings, Services services) {
        this.mesh = services.mesh();
        this.clock = services.clock();
        this.keys = new RequestedKey(settings.keyBytesMax());
        this.valueBytesMax = settings.valueBytesMax();
        this.budget = new ByteBudget(settings.bodyBytesInFlightMax(), services.registry());
        this.bodies = new BodyReader(budget);
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(PATH, this::get),
                Endpoint.of(HttpMethod.PUT, PATH, this::put),
                Endpoint.of(HttpMethod.DELETE, PATH, this::delete));
    }

    private CacheSettings cacheOf(RoutingContext exchange) {
        String name = RequestedKey.text(exchange, NAME_SEGMENT);
        List<CacheSettings> known = mesh.caches();
        for (CacheSettings cache : known) {
            if (cache.name().equals(name)) {
                return cache;
            }
        }
        throw Problem.of(
                        ErrorCode.ERR,
                        404,
                        "No cache '"
                                + Bytes.utf8(name)
                                + "'; there are: "
                                + known.stream()
                                        .map(CacheSettings::name)
                                        .collect(Collectors.joining(", "))
                                + ".")
                .raised();
    }

    private void get(RoutingContext exchange) {
        Bytes key = keys.in(exchange, KEY_SEGMENT, cacheOf(exchange));
        Freshness freshness = EntryHeaders.freshness(exchange.request(), mesh.freshnessOf(key));
        Answers.whenDone(
                exchange, mesh.readAsync(key, freshness), read -> answer(exchange, key, read));
    }

    private void answer(RoutingContext exchange, Bytes key, Mesh.Read read) {
        HttpServerResponse response = exchange.response();
        response.putHeader(EntryHeaders.TIER, read.tier().name())
                .putHeader(EntryHeaders.ORIGIN, read.origin().name())
                .putHeader(
                        EntryHeaders.AGE_MS,
                        Long.toString(Math.ceilDiv(read.ageNanos(), 1_000_000)));
        Entry entry = read.entry();
        if (entry == null) {
            throw Problem.miss("Nothing is stored under " + key + ".").raised();
        }
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        EntryHeaders.putVersion(response, entry.version());
        EntryHeaders.putTtl(response, entry, clock.millis());
        if (EntryHeaders.holds(exchange.request(), entry.version())) {
            var _ = response.setStatusCode(304).end();
            return;
        }
        send(exchange, entry);
    }

    private void send(RoutingContext exchange, Entry entry) {
        HttpServerResponse response = exchange.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/octet-stream")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(entry.valueLength()));
        if (exchange.request().method().equals(HttpMethod.HEAD)) {
            var _ = response.end();
            return;
        }
        ByteBudget.Share share = budget.share();
        share.take(entry.valueLength());
        var _ = response.end(Buffer.buffer(entry.value())).onComplete(_ -> share.release());
    }

    private void put(RoutingContext exchange) {
        CacheSettings cache = cacheOf(exchange);
        Bytes key = keys.in(exchange, KEY_SEGMENT, cache);
        Operation.Expiry expiry = EntryHeaders.expiry(exchange.request());
        Operation.Condition condition = EntryHeaders.condition(exchange.request());
        long entryRoom = cache.entryBytesMax() - key.length();
        boolean cacheIsTighter = entryRoom < valueBytesMax;
        bodies.read(
                exchange,
                Math.max(0, Math.min(entryRoom, valueBytesMax)),
                cacheIsTighter
                        ? "entry-bytes-max of cache '" + cache.name() + "', less the key,"
                        : "limits.value-bytes-max",
                value -> write(exchange, new Operation.Put(key, value, expiry, condition, false)));
    }

    private void delete(RoutingContext exchange) {
        Bytes key = keys.in(exchange, KEY_SEGMENT, cacheOf(exchange));
        Operation.Condition condition = EntryHeaders.condition(exchange.request());
        if (condition instanceof Operation.Condition.IfAbsent) {
            throw Problem.badRequest("If-None-Match: * makes no sense on DELETE.").raised();
        }
        write(exchange, new Operation.Remove(key, condition, false));
    }

    private void write(RoutingContext exchange, Operation operation) {
        Answers.whenDone(
                exchange,
                mesh.writeAsync(operation, HttpCaller.of(exchange.request())),
                outcome -> answer(exchange, operation, outcome));
    }

    private static void answer(RoutingContext exchange, Operation operation, Outcome outcome) {
        switch (outcome) {
            case Outcome.Applied applied -> {
                EntryHeaders.putVersion(exchange.response(), applied.version());
                var _ = exchange.response().setStatusCode(204).end();
            }
            case Outcome.Unchanged _, Outcome.Leased _ -> throw notDone(operation).raised();
            case Outcome.Refused refused ->
                    throw Problem.of(refused.code(), refused.message()).raised();
        }
    }

    private static Problem notDone(Operation operation) {
        boolean unconditional =
                operation instanceof Operation.Remove remove
                        && remove.condition() instanceof Operation.Condition.Always;
        return unconditional
                ? Problem.miss("Nothing is stored under " + operation.key() + ".")
                : Problem.unchanged(
                        "The entry under " + operation.key() + " is not as the request demands.");
    }
}
