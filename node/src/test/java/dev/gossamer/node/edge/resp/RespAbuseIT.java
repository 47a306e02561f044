package dev.gossamer.node.edge.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.resp.RequestLimits;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What hostile or broken clients do: they are told or closed, and nobody else notices. */
class RespAbuseIT {
    private static final int MIB = 1 << 20;

    private final Ports ports =
            new Ports(
                    new RespSettings(
                            "127.0.0.1",
                            0,
                            0,
                            Optional.empty(),
                            1000,
                            RequestLimits.DEFAULT,
                            64 * 1024,
                            16 * MIB,
                            64,
                            256 * 1024,
                            32 * MIB,
                            64L * MIB,
                            Duration.ofSeconds(2),
                            Duration.ZERO));

    @AfterEach
    void close() {
        ports.close();
    }

    private void othersAreServed() {
        try (var client = ports.proxying()) {
            assertThat(client.ask("SET other 1")).isEqualTo("+OK\r\n");
            assertThat(client.ask("GET other")).isEqualTo("$1\r\n1\r\n");
        }
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private double closed(String cause) {
        return ports.registry
                .get("gossamer.connections.closed")
                .tag("cause", cause)
                .functionCounter()
                .count();
    }

    @Test
    void aMalformedFrameIsNamedAndTheConnectionClosed() {
        try (var client = ports.proxying()) {
            assertThat(client.send("PING\r\n*1\r\nx\r\n").readToEnd())
                    .isEqualTo("+PONG\r\n-ERR Protocol error: expected '$', got 'x'\r\n");
        }
        othersAreServed();
    }

    @Test
    void aBulkOfSixHundredMegabytesIsRefusedBeforeItComes() {
        long before = heapBytes();
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < 100; i++) {
            var client = ports.proxying();
            clients.add(client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$629145600\r\n"));
        }
        for (var client : clients) {
            assertThat(client.readToEnd())
                    .isEqualTo("-ERR Protocol error: invalid bulk length\r\n");
            client.close();
        }
        assertThat(heapBytes() - before).isLessThan(32 * MIB);
        othersAreServed();
    }

    @Test
    void aKeyOverTheLimitIsRefusedAndTheConnectionGoesOn() {
        try (var client = ports.proxying()) {
            var key = "k".repeat(64 * 1024 + 1);
            client.send("*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n$1\r\nv\r\n");
            client.send("ECHO end-of-replies\r\n");
            assertThat(client.upToMark()).startsWith("-TOOLARGE ");
            assertThat(client.ask("PING")).isEqualTo("+PONG\r\n");
        }
    }

    @Test
    void aHalfSentCommandIsGivenUpAfterTheClientsTime() {
        try (var client = ports.proxying()) {
            client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\nabc");
            othersAreServed();
            assertThat(client.readToEnd())
                    .isEqualTo("-ERR Protocol error: request not finished within 2000 ms\r\n");
        }
    }

    @Test
    void aClientThatNeverReadsIsNotReadFromAndThenClosed() throws Exception {
        try (var setup = ports.proxying()) {
            setup.send("SET big " + "x".repeat(60_000) + "\r\n").readUntil("+OK\r\n");
        }
        try (var client = new RawClient(ports.server.redisPort(), 4096)) {
            var sender = Thread.ofVirtual().start(() -> flood(client));
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (closed("stalled") < 1 && System.nanoTime() < deadline) {
                assertThat(ports.registry.get("gossamer.resp.buffers.bytes").gauge().value())
                        .isLessThan(8 * MIB);
                othersAreServed();
            }
            assertThat(closed("stalled")).isEqualTo(1);
            sender.join();
        }
        othersAreServed();
    }

    /** 600 MB of replies, asked for in small requests. */
    private static void flood(RawClient client) {
        var request = "GET big\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII);
        try {
            for (int i = 0; i < 100; i++) {
                client.send(request);
            }
        } catch (java.io.UncheckedIOException closedByServer) {
            assertThat(closedByServer).hasMessageMatching("(?s).*(reset|Broken|closed).*");
        }
    }

    @Test
    void manyHalfSentRequestsTogetherStayWithinTheBudget() {
        var clients = new ArrayList<RawClient>();
        var part = "x".repeat(4 * MIB).getBytes(StandardCharsets.US_ASCII);
        try {
            for (int i = 0; i < 24; i++) {
                var client = ports.proxying();
                clients.add(client);
                client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16000000\r\n");
                try {
                    client.send(part);
                } catch (java.io.UncheckedIOException closedByServer) {
                    assertThat(closed("buffers_full")).isPositive();
                }
            }
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (closed("buffers_full") < 1 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(closed("buffers_full")).isPositive();
            othersAreServed();
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void aWebPageCannotTalkToThePort() {
        try (var client = ports.proxying()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 1\r\n");
            assertThat(client.readToEnd()).isIn("", "reset");
        }
        try (var client = ports.proxying()) {
            assertThat(client.ask("GET a")).isEqualTo("$-1\r\n");
        }
    }
}
