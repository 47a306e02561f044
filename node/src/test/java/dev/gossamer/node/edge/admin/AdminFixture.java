package dev.gossamer.node.edge.admin;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A started admin port over a mesh of one node, and a client to ask it. */
final class AdminFixture implements AutoCloseable {
    final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    final OneNodeMesh mesh = new OneNodeMesh(now::get);
    final AtomicReference<Health.Check> ready = new AtomicReference<>(Health.Check.OK);
    final AtomicReference<DiskAccount> disk = new AtomicReference<>();
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final AdminServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    AdminFixture(AdminSettings settings) throws IOException {
        Health health =
                new Health() {
                    @Override
                    public Check live() {
                        return Check.OK;
                    }

                    @Override
                    public Check ready() {
                        return ready.get();
                    }

                    @Override
                    public Check started() {
                        return Check.OK;
                    }
                };
        EffectiveConfig config =
                () ->
                        List.of(
                                new EffectiveConfig.Setting(
                                        "ports.admin", "7579", "file:12", "The HTTP admin port"),
                                new EffectiveConfig.Setting(
                                        "security.password", "hush", "env", "What clients say"));
        server =
                new AdminServer(
                        settings,
                        new Services(
                                mesh,
                                health,
                                () -> Optional.ofNullable(disk.get()),
                                config,
                                registry,
                                new About("0.1.0", "io_uring", "25"),
                                now::get,
                                System::nanoTime));
        server.start();
    }

    static AdminFixture started() throws IOException {
        return new AdminFixture(anyPort());
    }

    static AdminSettings anyPort() {
        return AdminSettings.DEFAULT.withAddress("127.0.0.1", 0);
    }

    HttpResponse<String> get(String path, String... headers)
            throws IOException, InterruptedException {
        return send("GET", path, new byte[0], headers);
    }

    HttpResponse<String> send(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path))
                        .timeout(Duration.ofSeconds(10))
                        .method(
                                method,
                                body.length == 0 && !method.equals("PUT")
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<byte[]> getBytes(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofByteArray());
    }

    JsonObject json(String path) throws IOException, InterruptedException {
        return new JsonObject(get(path).body());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
