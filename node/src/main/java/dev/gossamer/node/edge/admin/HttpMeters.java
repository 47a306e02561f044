package dev.gossamer.node.edge.admin;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Counts and times the port's requests. Tags are bounded: routes by the templates there are,
 * methods by those that HTTP defines.
 */
final class HttpMeters {
    private static final Set<HttpMethod> METHODS =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.PUT,
                    HttpMethod.DELETE,
                    HttpMethod.POST,
                    HttpMethod.PATCH,
                    HttpMethod.OPTIONS);

    private final LongSupplier nanoClock;
    private final Meter.MeterProvider<Timer> requests;
    private final Counter invalid;

    HttpMeters(MeterRegistry registry, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.requests =
                Timer.builder("gossamer.http.requests")
                        .description("Requests to the admin port, by route, method and status")
                        .serviceLevelObjectives(
                                Duration.ofMillis(1),
                                Duration.ofMillis(5),
                                Duration.ofMillis(25),
                                Duration.ofMillis(100),
                                Duration.ofMillis(500),
                                Duration.ofMillis(2500))
                        .withRegistry(registry);
        this.invalid =
                Counter.builder("gossamer.http.requests.invalid")
                        .description(
                                "Requests to the admin port that were not HTTP or over a limit")
                        .register(registry);
    }

    void begin(RoutingContext exchange) {
        long startNanos = nanoClock.getAsLong();
        exchange.addEndHandler(_ -> end(exchange, nanoClock.getAsLong() - startNanos));
    }

    private void end(RoutingContext exchange, long nanos) {
        HttpMethod method = exchange.request().method();
        String template = exchange.get(AdminRouter.TEMPLATE, "unmatched");
        requests.withTags(
                        "route",
                        template,
                        "method",
                        METHODS.contains(method) ? method.name() : "OTHER",
                        "status",
                        Integer.toString(exchange.response().getStatusCode()))
                .record(Duration.ofNanos(nanos));
    }

    /** A request that could not be read at all. */
    void invalid() {
        invalid.increment();
    }
}
