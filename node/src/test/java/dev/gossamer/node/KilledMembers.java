package dev.gossamer.node;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Five members with three copies of everything, of which some are killed while clients write. */
final class KilledMembers implements AutoCloseable {
    static final int NODES = 5;
    private static final int REPLICATION = 3;
    private static final int WRITES_PER_SECOND = 20_000;

    /** So many acknowledged writes before the kill, and as many after it. */
    private static final long WRITES = 20_000;

    private final LocalMesh mesh;
    private int round;

    private KilledMembers(LocalMesh mesh) {
        this.mesh = mesh;
    }

    static KilledMembers start(Path folder) {
        return new KilledMembers(LocalMesh.start(folder, NODES, REPLICATION));
    }

    /**
     * Kills members at the same instant in the midst of writes, and requires everything that was
     * acknowledged, before the kill and after it.
     *
     * @return how it went
     */
    String killUnderWrites(List<Integer> victims) throws Exception {
        String addresses =
                IntStream.range(0, NODES)
                        .mapToObj(node -> "127.0.0.1:" + mesh.redisPort(node))
                        .collect(Collectors.joining(",", "gossamer://", ""));
        try (ExecutorService thread = Executors.newSingleThreadExecutor();
                Gossamer client = Gossamer.builder().uri(addresses).connect()) {
            Cache<String, String> cache =
                    client.cache("round-" + round++, Codec.utf8(), Codec.utf8());
            var enough = new AtomicBoolean();
            var writes = new PipelinedWrites(cache, WRITES_PER_SECOND, enough);
            Future<?> running = thread.submit(writes);
            String told;
            try {
                told = kill(victims, writes);
            } finally {
                enough.set(true);
            }
            running.get();
            writes.requireAll();
            return told + "; %,d failed".formatted(writes.failures.size());
        }
    }

    private String kill(List<Integer> victims, PipelinedWrites writes) {
        // Client and nodes begin cold: the rate is of what comes after.
        awaitMoreOf(writes, 2 * WRITES);
        Duration before = awaitMoreOf(writes, WRITES);
        mesh.killAtOnce(victims);
        Duration first = awaitMoreOf(writes, 1);
        Duration after = awaitMoreOf(writes, WRITES);
        return "killed %s: %,.0f writes/s before; %,d more acknowledged within %d ms of the kill"
                .formatted(
                        victims,
                        WRITES * 1e9 / before.toNanos(),
                        WRITES,
                        first.plus(after).toMillis());
    }

    private Duration awaitMoreOf(PipelinedWrites writes, long more) {
        long begin = System.nanoTime();
        long target = writes.done.sum() + more;
        mesh.await("progress of the writes", () -> writes.done.sum() >= target);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Starts them again and waits until nothing is missing. */
    void restart(List<Integer> victims) {
        victims.forEach(mesh::restart);
        mesh.awaitWhole(NODES);
    }

    @Override
    public void close() {
        mesh.close();
    }
}
