package dev.gossamer.node.edge.resp;

import dev.gossamer.node.net.EventLoops;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.Optional;

/** A node that is alone, behind relays: real ports, a real key space and a real log. */
final class NearNode implements AutoCloseable {
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Relay redis = new Relay();
    private final Relay clustered = new Relay();
    final LoneMesh mesh = new LoneMesh(registry, 256L << 20, redis.port(), clustered.port());
    private final EventLoops loops = EventLoops.start(Optional.empty(), 2);
    private final RespServer server;

    NearNode() {
        server =
                new RespServer(
                        loops,
                        mesh,
                        RespSettings.DEFAULT.withPorts(0, 0),
                        registry,
                        InstantSource.system(),
                        System::nanoTime,
                        "test");
        server.start();
        redis.leadTo(server.redisPort());
        clustered.leadTo(server.clusteredPort());
    }

    String uri() {
        return "gossamer://127.0.0.1:" + redis.port();
    }

    /** A connection that no relay can cut. */
    RawClient direct() {
        return new RawClient(server.redisPort());
    }

    void cut(boolean wanted) {
        redis.cut(wanted);
        clustered.cut(wanted);
    }

    void silence(boolean wanted) {
        redis.silence(wanted);
        clustered.silence(wanted);
    }

    @Override
    public void close() {
        redis.close();
        clustered.close();
        server.close();
        loops.close();
    }
}
