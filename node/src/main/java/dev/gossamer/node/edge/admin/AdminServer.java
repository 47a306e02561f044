package dev.gossamer.node.edge.admin;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP admin port: probes, metrics, and the mesh's state and entries as JSON. It translates and
 * decides nothing; docs/admin-api.md and {@code /openapi.json} say what can be asked.
 *
 * <p><b>Threads.</b> {@link #start} and {@link #close} wait for a few milliseconds and are called
 * by the thread that starts and stops the node. Requests are served by one event loop of this
 * port's own, so that no request here holds up a Redis command; only a metrics page is put together
 * on a virtual thread, for it asks every room of the node.
 *
 * <p><b>Limits.</b> {@link AdminSettings} bounds connections, request lines, headers, keys, values,
 * and the bytes of all values in flight together. Who sends or reads too slowly is cut off.
 */
public final class AdminServer implements AutoCloseable {
    private static final long WAIT_SECONDS = 10;

    private final AdminSettings settings;
    private final HttpMeters meters;
    private final Connections connections;
    private final NodeMeters nodeMeters;
    private final AdminRouter router;
    private final List<Endpoint> endpoints;
    private @Nullable Vertx vertx;
    private int boundPort;

    /** Registers the port's meters; binds nothing yet. */
    public AdminServer(AdminSettings settings, Services services) {
        this.settings = settings;
        this.meters = new HttpMeters(services.registry(), services.nanoClock());
        this.nodeMeters = new NodeMeters(services);
        this.connections = new Connections(settings, services.registry(), services.nanoClock());
        this.endpoints = endpointsOf(settings, services);
        this.router =
                new AdminRouter(endpoints, new Gate(settings.password()), meters, connections);
    }

    private static List<Endpoint> endpointsOf(AdminSettings settings, Services services) {
        List<Endpoint> all = new ArrayList<>();
        all.addAll(new HealthRoutes(services.health()).endpoints());
        all.addAll(new MetricsRoute(services.registry()).endpoints());
        all.addAll(new OpenApi(services.about()).endpoints());
        all.addAll(new NodeRoutes(services.config(), services.about()).endpoints());
        all.addAll(new MeshRoutes(services.mesh(), services.disk()).endpoints());
        all.addAll(new DrainRoutes(services.mesh()).endpoints());
        all.addAll(new InvalidateRoute(services.mesh()).endpoints());
        all.addAll(new LedgerRoute(services.mesh()).endpoints());
        all.addAll(new AuditRoute(services.mesh()).endpoints());
        all.addAll(new EntryRoutes(settings, services).endpoints());
        all.addAll(new ExplainRoute(services.mesh(), settings.keyBytesMax()).endpoints());
        return all;
    }

    /** Every endpoint; for the test that holds them against the OpenAPI description. */
    List<Endpoint> endpoints() {
        return endpoints;
    }

    /**
     * Binds the port; returns when requests are answered.
     *
     * @throws IOException when the port cannot be bound, naming it
     */
    public void start() throws IOException {
        if (vertx != null) {
            throw new IllegalStateException("the admin port was started before");
        }
        Vertx started = Vertx.vertx(vertxOptions());
        vertx = started;
        HttpServer server = started.createHttpServer(httpOptions());
        connections.guard(started, server);
        server.requestHandler(router.on(started));
        server.invalidRequestHandler(this::refuse);
        try {
            boundPort =
                    server.listen()
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(WAIT_SECONDS, TimeUnit.SECONDS)
                            .actualPort();
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IOException(
                    "the admin port "
                            + settings.host()
                            + ":"
                            + settings.port()
                            + " cannot be bound: "
                            + reasonOf(e),
                    e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the admin port was being bound", e);
        }
    }

    private static String reasonOf(Exception failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof BindException) {
            return "another process uses it, or the address is not one of this machine's ("
                    + cause.getMessage()
                    + ")";
        }
        return cause == null ? "no answer in " + WAIT_SECONDS + " s" : cause.toString();
    }

    /** The port that was bound; another than the settings' when they say 0. */
    public int port() {
        return boundPort;
    }

    /** One loop, and as little else as Vert.x allows: no file cache, no native transport. */
    private static VertxOptions vertxOptions() {
        return new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setPreferNativeTransport(false)
                .setFileSystemOptions(
                        new FileSystemOptions()
                                .setFileCachingEnabled(false)
                                .setClassPathResolvingEnabled(false));
    }

    private HttpServerOptions httpOptions() {
        return new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setReuseAddress(true)
                .setTcpNoDelay(true)
                .setHttp2ClearTextEnabled(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxInitialLineLength(settings.requestLineBytesMax())
                .setMaxHeaderSize(settings.headerBytesMax());
    }

    /** Answers what could not be read as a request, and closes the connection. */
    private void refuse(HttpServerRequest request) {
        meters.invalid();
        Problem problem = Unreadable.problemOf(request.decoderResult().cause(), settings);
        request.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.CONTENT_TYPE)
                .putHeader(HttpHeaders.CONNECTION, "close")
                .end(Buffer.buffer(problem.toJson().encodePrettily() + "\n"))
                .onComplete(_ -> request.connection().close());
    }

    /** Stops listening and closes all connections. May be called again, and before the start. */
    @Override
    public void close() {
        nodeMeters.close();
        Vertx started = vertx;
        if (started == null) {
            return;
        }
        started.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                .exceptionally(_ -> null)
                .join();
    }
}
