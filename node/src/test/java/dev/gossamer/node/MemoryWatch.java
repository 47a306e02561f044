package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Samples what a node says of its memory, and what the kernel says, and keeps the greatest. */
final class MemoryWatch implements AutoCloseable {
    private static final String[] WATCHED = {
        "gossamer_resp_buffers_bytes",
        "gossamer_pending_bytes",
        "gossamer_pending_member_bytes",
        "gossamer_link_queue_bytes",
    };

    /** What a node's JVM takes beside the heap and direct buffers: code, classes, threads. */
    private static final long BESIDE_BYTES = 192L << 20;

    private final LocalMesh mesh;
    private final int node;
    private final long heapBytes;
    private final Map<String, Double> greatest = new ConcurrentHashMap<>();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final Thread sampling;
    private volatile long residentBytesMax;

    MemoryWatch(LocalMesh mesh, int node, long heapBytes) {
        this.mesh = mesh;
        this.node = node;
        this.heapBytes = heapBytes;
        this.sampling = Thread.ofVirtual().start(this::sample);
    }

    private void sample() {
        while (!enough.get()) {
            Map<String, Double> metrics = mesh.metrics(node);
            for (String name : WATCHED) {
                greatest.merge(name, metrics.getOrDefault(name, 0.0), Math::max);
            }
            residentBytesMax = Math.max(residentBytesMax, residentBytes());
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }

    private long residentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/" + mesh.pid(node) + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void requireAtMost(String metric, long bytes) {
        assertThat(greatest).containsKey(metric);
        assertThat(greatest.get(metric)).as(metric).isLessThanOrEqualTo((double) bytes);
    }

    /** Heap, as many direct buffers, and what a JVM needs: the most that it was allowed to take. */
    void requireBoundedProcess() {
        assertThat(mesh.isAlive(node)).isTrue();
        assertThat(residentBytesMax)
                .as("resident bytes")
                .isPositive()
                .isLessThan(2 * heapBytes + BESIDE_BYTES);
    }

    @Override
    public void close() {
        enough.set(true);
        try {
            sampling.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
