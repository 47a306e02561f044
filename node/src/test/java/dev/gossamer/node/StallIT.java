package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Someone stops reading: a client that has asked for 10 GB, or a member in the midst of writes. The
 * node's memory stays within its bounds, and other clients do not notice (C12).
 */
class StallIT {
    private static final long MIB = 1 << 20;
    private static final int HEAP_MIB = 256;
    private static final long PENDING_BYTES_MAX = 16 * MIB;
    private static final long LINK_BYTES_MAX = 16 * MIB;
    private static final long CLIENTS_BYTES_MAX = 64 * MIB;
    private static final Duration SPELL = Duration.ofSeconds(4);

    /** Below this a 99th percentile says more about the machine than about the node. */
    private static final Duration P99_FLOOR = Duration.ofMillis(40);

    private static final String BOUNDS =
            """
            memory: {max-bytes: 64MiB}
            limits: {client-buffers-bytes-max: 64MiB}
            net: {threads: 2}
            """;

    private static final List<String> MESH_BOUNDS =
            List.of("pending-bytes-max: 16MiB", "link-queue-bytes-max: 16MiB");

    @TempDir Path folder;

    /** Every third value or so is here, so the others are asked of members. */
    @Test
    void aClientThatReadsNothingOfTenGigabytesCostsTheOthersNothing() throws Exception {
        try (LocalMesh mesh = start(1);
                Jedis setup = new Jedis("127.0.0.1", mesh.redisPort(0));
                StallProbe probe = new StallProbe(mesh.redisPort(0), "small")) {
            for (int i = 0; i < 10; i++) {
                setup.set("big" + i, "x".repeat((int) MIB));
            }
            Duration before = probe.p99During(SPELL);
            try (Socket deaf = deafClient(mesh.redisPort(0));
                    MemoryWatch memory = new MemoryWatch(mesh, 0, HEAP_MIB * MIB)) {
                var _ = Thread.ofVirtual().start(() -> askForTenGigabytes(deaf));
                mesh.await(
                        "unread replies",
                        () -> mesh.metric(0, "gossamer_resp_buffers_bytes") > MIB / 4);
                Duration during = probe.p99During(SPELL);
                memory.requireAtMost("gossamer_resp_buffers_bytes", CLIENTS_BYTES_MAX);
                memory.requireBoundedProcess();
                assertThat(during).isLessThan(atMost(before));
            }
            assertThat(probe.problems).isEmpty();
        }
    }

    @Test
    void aMemberThatStallsUnderWritesCostsThoseWhoDoNotNeedItNothing() throws Exception {
        try (LocalMesh mesh = start(2);
                StallProbe probe =
                        new StallProbe(mesh.redisPort(0), mesh.keyOwnedBy("node-0", "node-1"))) {
            String slow = mesh.keyOwnedBy("node-0", "node-2");
            AtomicBoolean enough = new AtomicBoolean();
            List<Thread> writers =
                    IntStream.range(0, 3)
                            .mapToObj(
                                    i -> Thread.ofVirtual().start(() -> write(mesh, slow, enough)))
                            .toList();
            Duration before = probe.p99During(SPELL);
            mesh.freeze(2);
            try (MemoryWatch memory = new MemoryWatch(mesh, 0, HEAP_MIB * MIB)) {
                Duration during = probe.p99During(SPELL);
                memory.requireAtMost("gossamer_pending_bytes", PENDING_BYTES_MAX);
                memory.requireAtMost("gossamer_pending_member_bytes", PENDING_BYTES_MAX / 2);
                memory.requireAtMost("gossamer_link_queue_bytes", 2 * LINK_BYTES_MAX);
                memory.requireBoundedProcess();
                assertThat(mesh.metric(0, "gossamer_pending_refused_total"))
                        .as("writes that were answered early")
                        .isPositive();
                assertThat(during).isLessThan(atMost(before));
            } finally {
                mesh.thaw(2);
                enough.set(true);
            }
            assertThat(probe.problems).isEmpty();
            for (Thread writer : writers) {
                writer.join();
            }
        }
    }

    private LocalMesh start(int replication) {
        return LocalMesh.start(folder, 3, replication, BOUNDS, HEAP_MIB, MESH_BOUNDS);
    }

    private static Duration atMost(Duration before) {
        Duration twice = before.multipliedBy(2);
        return twice.compareTo(P99_FLOOR) > 0 ? twice : P99_FLOOR;
    }

    /** Its kernel takes next to nothing for it. */
    private static Socket deafClient(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private static void askForTenGigabytes(Socket deaf) {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            requests.append("GET big").append(i % 10).append("\r\n");
        }
        try {
            deaf.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
        } catch (IOException closed) {
            // By the end of the test, or by the node: it may cut who does not read.
            assertThat(closed).isNotNull();
        }
    }

    /** Large values, many at once, as fast as they are answered; refusals are answers too. */
    private static void write(LocalMesh mesh, String slot, AtomicBoolean enough) {
        String value = "x".repeat(64 * 1024);
        while (!enough.get()) {
            try (Jedis jedis = new Jedis("127.0.0.1", mesh.redisPort(0), 10_000)) {
                while (!enough.get()) {
                    Pipeline pipeline = jedis.pipelined();
                    for (int i = 0; i < 300; i++) {
                        pipeline.set("{" + slot + "}" + i, value);
                    }
                    pipeline.sync();
                }
            } catch (JedisException | UncheckedIOException broken) {
                assertThat(broken).isNotNull(); // tried again
            }
        }
    }
}
