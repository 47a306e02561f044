package dev.gossamer.node.edge.admin;

import dev.gossamer.protocol.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects a request's body, and refuses it as soon as it is known to be too long: at its head if
 * that tells the length, else at the first byte too many. What a refused sender still sends is
 * thrown away for a second, so that it gets to read the refusal; then the connection is closed.
 */
final class BodyReader {
    private static final long LINGER_MILLIS = 1000;

    private final ByteBudget budget;

    BodyReader(ByteBudget budget) {
        this.budget = budget;
    }

    /**
     * Must be called on the request's event loop, before it has returned to the loop.
     *
     * @param limitName the setting to name when the body is longer than {@code bytesMax}
     * @param next gets the whole body, on the same loop; not called when the body is refused or the
     *     client goes away
     */
    void read(RoutingContext exchange, long bytesMax, String limitName, Consumer<byte[]> next) {
        HttpServerRequest request = exchange.request();
        if (announcedBytes(request) > bytesMax) {
            refuse(exchange, tooLarge(bytesMax, limitName));
            return;
        }
        Body body = new Body(exchange, bytesMax, limitName);
        exchange.addEndHandler(_ -> body.share.release());
        request.handler(body::add);
        request.endHandler(_ -> body.finish(next));
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            var _ = request.response().writeContinue();
        }
    }

    /** 0 when the head does not tell; the HTTP codec has refused what is no number. */
    private static long announcedBytes(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }

    private static Problem tooLarge(long bytesMax, String limitName) {
        return Problem.of(
                ErrorCode.TOOLARGE,
                "The value is longer than " + bytesMax + " bytes, which " + limitName + " allows.");
    }

    private static void refuse(RoutingContext exchange, Problem problem) {
        HttpServerRequest request = exchange.request();
        request.handler(_ -> {});
        exchange.response().putHeader(HttpHeaders.CONNECTION, "close");
        Answers.problem(exchange, problem);
        exchange.vertx()
                .setTimer(
                        LINGER_MILLIS,
                        _ -> {
                            var _ = request.connection().close();
                        });
    }

    /** A body that is being received. */
    private final class Body {
        private final RoutingContext exchange;
        private final long bytesMax;
        private final String limitName;
        private final ByteBudget.Share share = budget.share();
        private @Nullable Buffer received = Buffer.buffer();

        Body(RoutingContext exchange, long bytesMax, String limitName) {
            this.exchange = exchange;
            this.bytesMax = bytesMax;
            this.limitName = limitName;
        }

        void add(Buffer part) {
            Buffer soFar = received;
            if (soFar == null) {
                return;
            }
            if (soFar.length() + (long) part.length() > bytesMax) {
                giveUp(tooLarge(bytesMax, limitName));
                return;
            }
            try {
                share.take(part.length());
                soFar.appendBuffer(part);
            } catch (Problem.Raised busy) {
                giveUp(busy.problem());
            }
        }

        private void giveUp(Problem problem) {
            received = null;
            refuse(exchange, problem);
        }

        void finish(Consumer<byte[]> next) {
            Buffer whole = received;
            received = null;
            if (whole == null) {
                return;
            }
            try {
                next.accept(whole.getBytes());
            } catch (RuntimeException e) {
                Answers.failed(exchange, e);
            }
        }
    }
}
