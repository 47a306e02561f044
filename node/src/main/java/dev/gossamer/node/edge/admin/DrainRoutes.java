package dev.gossamer.node.edge.admin;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Makes this member hand its slots over, and tells how far that has come. */
final class DrainRoutes {
    private static final String PATH = "/api/v1/members/self/drain";

    /** Below the time that a connection may be without a whole answer. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(50);

    private final Mesh mesh;

    DrainRoutes(Mesh mesh) {
        this.mesh = mesh;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(PATH, exchange -> Answers.json(exchange, 200, state())),
                Endpoint.of(HttpMethod.POST, PATH, this::drain));
    }

    /** 200 when it is done within the time that the caller waits, else 202. */
    private void drain(RoutingContext exchange) {
        Duration wait = waitOf(exchange);
        CompletableFuture<Boolean> done =
                mesh.drain()
                        .handle((_, failure) -> failure == null || refused(failure))
                        .completeOnTimeout(false, wait.toNanos(), TimeUnit.NANOSECONDS);
        Answers.whenDone(
                exchange, done, drained -> Answers.json(exchange, drained ? 200 : 202, state()));
    }

    /** Nobody can take over: the request cannot be met in the state that the mesh is in. */
    private static boolean refused(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof GossamerException e && e.code() == ErrorCode.ERR) {
            throw Problem.of(ErrorCode.ERR, 409, "Not drained: " + e.getMessage() + ".").raised();
        }
        throw new CompletionException(cause);
    }

    private static Duration waitOf(RoutingContext exchange) {
        List<String> texts = exchange.queryParam("wait");
        if (texts.isEmpty()) {
            return Duration.ZERO;
        }
        String text = texts.getFirst();
        if (!text.matches("\\d{1,6}(ms|s)")) {
            throw Problem.badRequest("wait '" + text + "' is not <n>ms or <n>s.").raised();
        }
        long number = Long.parseLong(text.replaceAll("[ms]", ""));
        Duration wait =
                text.endsWith("ms") ? Duration.ofMillis(number) : Duration.ofSeconds(number);
        if (wait.compareTo(WAIT_MAX) > 0) {
            throw Problem.badRequest(
                            "wait "
                                    + text
                                    + " is longer than "
                                    + WAIT_MAX.toSeconds()
                                    + "s; ask again.")
                    .raised();
        }
        return wait;
    }

    private JsonObject state() {
        Mesh.Drain drain = mesh.drainState();
        return new JsonObject()
                .put("member", MeshRoutes.memberJson(mesh.self()))
                .put("state", drain.stage().name().toLowerCase(Locale.ROOT))
                .put("slotsOwned", drain.slotsOwned())
                .put("slotsToCopy", drain.slotsToCopy())
                .put("bytesToCopy", drain.bytesToCopy())
                .put("leftMs", drain.left().toMillis());
    }
}
