package dev.gossamer.node.edge.admin;

import dev.gossamer.node.cache.Loss;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Version;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.List;

/**
 * The ledger of merges: every key that lost a version here when the sides of a partition were
 * merged. As one JSON object, or as a stream of lines for who asks for {@value #LINES}.
 */
final class LedgerRoute {
    private static final String LINES = "application/x-ndjson";
    private static final int LIMIT_DEFAULT = 1_000;
    private static final int LIMIT_MAX = 10_000;

    private final Mesh mesh;

    LedgerRoute(Mesh mesh) {
        this.mesh = mesh;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/api/v1/ledger", this::ledger));
    }

    private void ledger(RoutingContext exchange) {
        boolean lines =
                String.valueOf(exchange.request().getHeader(HttpHeaders.ACCEPT)).contains(LINES);
        List<Loss> all = mesh.losses();
        int offset = Math.min(number(exchange, "offset", 0, Integer.MAX_VALUE), all.size());
        int limit =
                lines
                        ? number(exchange, "limit", Integer.MAX_VALUE, Integer.MAX_VALUE)
                        : number(exchange, "limit", LIMIT_DEFAULT, LIMIT_MAX);
        List<Loss> page = all.subList(offset, (int) Math.min(all.size(), (long) offset + limit));
        if (lines) {
            stream(exchange, page);
        } else {
            JsonArray losses = new JsonArray();
            page.forEach(loss -> losses.add(json(loss)));
            Answers.json(
                    exchange,
                    200,
                    new JsonObject()
                            .put("total", all.size())
                            .put("offset", offset)
                            .put("losses", losses));
        }
    }

    private static int number(RoutingContext exchange, String name, int otherwise, int max) {
        List<String> texts = exchange.queryParam(name);
        if (texts.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(texts.getFirst());
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below, as for one that is out of bounds.
        }
        throw Problem.badRequest(
                        name + " '" + texts.getFirst() + "' is not a number from 0 to " + max + ".")
                .raised();
    }

    private static void stream(RoutingContext exchange, List<Loss> page) {
        HttpServerResponse response =
                exchange.response().putHeader(HttpHeaders.CONTENT_TYPE, LINES).setChunked(true);
        if (exchange.request().method().name().equals("HEAD")) {
            response.end();
            return;
        }
        new Lines(response, page.iterator()).send();
    }

    /** Writes as long as the reader keeps up, and goes on when it has caught up. */
    private record Lines(HttpServerResponse response, Iterator<Loss> left) {
        void send() {
            while (left.hasNext() && !response.writeQueueFull()) {
                response.write(json(left.next()).encode() + "\n");
            }
            if (left.hasNext()) {
                response.drainHandler(_ -> send());
            } else {
                response.end();
            }
        }
    }

    private static JsonObject json(Loss loss) {
        JsonObject json = new JsonObject();
        RequestedKey.putKey(json, loss.key());
        return json.put("slot", loss.key().slotIndex())
                .put("lost", versionJson(loss.lost()).put("removal", loss.removal()))
                .put("kept", versionJson(loss.kept()))
                .put("atMs", loss.atMillis());
    }

    private static JsonObject versionJson(Version version) {
        return new JsonObject()
                .put("version", version.toString())
                .put("epochText", Epoch.text(version.epoch()))
                .put("member", version.member().toString());
    }
}
