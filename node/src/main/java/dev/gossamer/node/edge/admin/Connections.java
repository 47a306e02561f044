package dev.gossamer.node.edge.admin;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Keeps the number of connections bounded, and closes those that get nothing done. One rule covers
 * the idle, those that send their head or body byte by byte, and those that do not read: within the
 * settings' patience of its opening, and of each answer, a connection must have taken an answer in
 * whole.
 */
final class Connections {
    private static final int SWEEPS_PER_PATIENCE = 4;

    private final int connectionsMax;
    private final long patienceNanos;
    private final LongSupplier nanoClock;
    private final Counter refused;
    private final Counter expired;

    /** When each connection opened, or last finished an answer. Written on the event loop. */
    private final Map<HttpConnection, Long> lastNanos = new ConcurrentHashMap<>();

    Connections(AdminSettings settings, MeterRegistry registry, LongSupplier nanoClock) {
        this.connectionsMax = settings.connectionsMax();
        this.patienceNanos = settings.patience().toNanos();
        this.nanoClock = nanoClock;
        Gauge.builder("gossamer.connections", lastNanos, Map::size)
                .tag("port", "admin")
                .description("Open client connections")
                .register(registry);
        Gauge.builder("gossamer.http.connections.max", () -> connectionsMax)
                .description("The most connections that the admin port keeps")
                .register(registry);
        this.refused = closed(registry, "limit");
        this.expired = closed(registry, "slow");
    }

    private static Counter closed(MeterRegistry registry, String cause) {
        return Counter.builder("gossamer.http.connections.closed")
                .tag("cause", cause)
                .description("Connections to the admin port that the node itself closed")
                .register(registry);
    }

    /** Must be called before the server listens. */
    void guard(Vertx vertx, HttpServer server) {
        server.connectionHandler(this::opened);
        long periodMillis = Math.max(1, patienceNanos / 1_000_000 / SWEEPS_PER_PATIENCE);
        vertx.setPeriodic(periodMillis, _ -> sweep());
    }

    private void opened(HttpConnection connection) {
        if (lastNanos.size() >= connectionsMax) {
            refused.increment();
            var _ = connection.close();
            return;
        }
        lastNanos.put(connection, nanoClock.getAsLong());
        connection.closeHandler(_ -> lastNanos.remove(connection));
    }

    /** Begins to watch for the end of an answer. */
    void watch(RoutingContext exchange) {
        HttpConnection connection = exchange.request().connection();
        exchange.addEndHandler(
                _ -> lastNanos.computeIfPresent(connection, (_, _) -> nanoClock.getAsLong()));
    }

    private void sweep() {
        long nowNanos = nanoClock.getAsLong();
        List<HttpConnection> slow = new ArrayList<>();
        lastNanos.forEach((connection, last) -> {
            if (nowNanos - last > patienceNanos) {
                slow.add(connection);
            }
        });
        for (HttpConnection connection : slow) {
            lastNanos.remove(connection);
            expired.increment();
            var _ = connection.close();
        }
    }
}
