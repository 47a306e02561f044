package dev.gossamer.node.edge.admin;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Every meter of the node, as Prometheus reads it. */
final class MetricsRoute {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS =
            "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final PrometheusMeterRegistry registry;

    MetricsRoute(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/metrics", this::scrape));
    }

    private void scrape(RoutingContext exchange) {
        String type =
                wantsOpenMetrics(exchange.request().getHeader(HttpHeaders.ACCEPT))
                        ? OPEN_METRICS
                        : TEXT;
        CompletableFuture<String> page = new CompletableFuture<>();
        // Gauges ask every room of the node: not on the loop that answers probes.
        Thread.ofVirtual()
                .name("gossamer-scrape")
                .start(() -> {
                    try {
                        page.complete(registry.scrape(type));
                    } catch (RuntimeException e) {
                        page.completeExceptionally(e);
                    }
                });
        Answers.whenDone(exchange, page, body -> Answers.text(exchange, type, body));
    }

    private static boolean wantsOpenMetrics(@Nullable String accept) {
        if (accept == null) {
            return false;
        }
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String wanted = range.replace(" ", "");
            if (wanted.startsWith("application/openmetrics-text")
                    && !wanted.matches(".*;q=0(\\.0*)?")) {
                return true;
            }
        }
        return false;
    }
}
