package dev.gossamer.node.edge.resp;

import dev.gossamer.node.net.EventLoops;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.Optional;

/** Both ports of a node that is alone, on ports that the system chose. */
final class Ports implements AutoCloseable {
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final LoneMesh mesh = new LoneMesh(registry, 64L << 20);
    final EventLoops loops;
    final RespServer server;

    Ports(RespSettings settings) {
        this(settings, 2);
    }

    Ports(RespSettings settings, int threads) {
        loops = EventLoops.start(Optional.empty(), threads);
        server =
                new RespServer(
                        loops,
                        mesh,
                        settings.withPorts(0, 0),
                        registry,
                        InstantSource.system(),
                        System::nanoTime,
                        "test");
        server.start();
    }

    RawClient proxying() {
        return new RawClient(server.redisPort());
    }

    RawClient clustered() {
        return new RawClient(server.clusteredPort());
    }

    @Override
    public void close() {
        server.close();
        loops.close();
    }
}
