package dev.gossamer.node.edge.resp;

import dev.gossamer.node.net.EventLoops;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A node that is alone, for redis-benchmark: arguments are the port, the loops and the transport.
 */
final class RespPortBenchmark {
    private RespPortBenchmark() {}

    public static void main(String[] args) throws InterruptedException {
        int port = Integer.parseInt(args[0]);
        int threads = Integer.parseInt(args[1]);
        var kind = EventLoops.Kind.valueOf(args[2]);
        var registry = new SimpleMeterRegistry();
        var loops = EventLoops.start(Optional.of(kind), threads);
        var mesh = new LoneMesh(registry, 256L << 20);
        var server =
                new RespServer(
                        loops,
                        mesh,
                        RespSettings.DEFAULT.withPorts(port, port + 100),
                        registry,
                        InstantSource.system(),
                        System::nanoTime,
                        "benchmark");
        server.start();
        Thread.currentThread().join();
    }
}
