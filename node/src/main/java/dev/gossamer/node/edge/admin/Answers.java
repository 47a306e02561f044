package dev.gossamer.node.edge.admin;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How every route answers: JSON, or a {@link Problem}. Called on the port's event loop. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    static void json(RoutingContext exchange, int status, JsonObject body) {
        end(exchange, status, "application/json", body.encodePrettily() + "\n");
    }

    static void problem(RoutingContext exchange, Problem problem) {
        if (problem.status() == 401) {
            exchange.response().headers().add("WWW-Authenticate", Gate.CHALLENGES);
        }
        end(
                exchange,
                problem.status(),
                Problem.CONTENT_TYPE,
                problem.toJson().encodePrettily() + "\n");
    }

    static void text(RoutingContext exchange, String contentType, String body) {
        end(exchange, 200, contentType, body);
    }

    private static void end(RoutingContext exchange, int status, String type, String body) {
        HttpServerResponse response = exchange.response();
        if (response.ended() || response.closed()) {
            return;
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length))
                .end(Buffer.buffer(bytes));
    }

    /**
     * Goes on with an answer of the mesh, on this request's event loop; failures and whatever
     * {@code next} throws become problems.
     */
    static <T> void whenDone(
            RoutingContext exchange, CompletableFuture<T> future, Consumer<T> next) {
        Context loop = exchange.vertx().getOrCreateContext();
        Future.fromCompletionStage(future, loop)
                .map(answer -> {
                    next.accept(answer);
                    return answer;
                })
                .onFailure(failure -> failed(exchange, failure));
    }

    /** Says what went wrong. A defect is logged, once, and its stack stays here. */
    static void failed(RoutingContext exchange, Throwable failure) {
        problem(exchange, problemOf(exchange, causeOf(failure)));
    }

    private static Problem problemOf(RoutingContext exchange, Throwable cause) {
        return switch (cause) {
            case Problem.Raised raised -> raised.problem();
            case GossamerException refused when refused.code() != ErrorCode.INTERNAL ->
                    Problem.of(refused.code(), messageOf(refused));
            default -> {
                LOG.error(
                        "{} {} failed",
                        exchange.request().method(),
                        exchange.<Object>get(AdminRouter.TEMPLATE),
                        cause);
                yield Problem.of(
                        ErrorCode.INTERNAL, "An unexpected error; the node's log tells more.");
            }
        };
    }

    private static Throwable causeOf(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapped =
                failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapped && cause != null ? causeOf(cause) : failure;
    }

    private static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "no more is known" : message;
    }
}
