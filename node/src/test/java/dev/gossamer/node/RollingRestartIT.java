package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an upgrade does: every node in turn is told to stop, and started again (C10). */
class RollingRestartIT {
    private static final int LOADERS = 4;
    private static final int KEYS = 20_000;

    @TempDir Path folder;
    private LocalMesh mesh;
    private Gossamer client;

    private void start(String yaml) {
        mesh = LocalMesh.startThatReturns(folder, 3, 2, yaml, LocalMesh.HEAP_MIB);
        client = Gossamer.builder().uri("gossamer://127.0.0.1:" + mesh.redisPort(0)).connect();
    }

    @AfterEach
    void stop() {
        client.close();
        mesh.close();
    }

    @Test
    void restartingEveryNodeInTurnUnderLoadFailsNoRequestAndLosesNoEntry() throws Exception {
        start("");
        restartUnderLoad("handed over;");
    }

    @Test
    void norDoesItWhereNodesKeepWhatTheyHaveOnTheirDisks() throws Exception {
        start("disk: {bytes-max: 128MiB, segment-bytes: 4MiB}");
        restartUnderLoad("let go;");
    }

    private void restartUnderLoad(String farewell) throws Exception {
        Map<String, String> quiet = new HashMap<>();
        IntStream.range(0, KEYS).forEach(i -> quiet.put("k" + i, "value-" + i));
        cache("quiet").putAll(quiet);
        try (ExecutorService threads = Executors.newFixedThreadPool(LOADERS)) {
            var enough = new AtomicBoolean();
            List<RecordedLoad> loads =
                    IntStream.range(0, LOADERS)
                            .mapToObj(i ->
                                    new RecordedLoad(
                                            cache("load-" + i),
                                            Long.getLong("seed", 42) + i,
                                            enough))
                            .toList();
            List<Future<?>> running = new ArrayList<>();
            loads.forEach(load -> running.add(threads.submit(load)));
            try {
                awaitMoreOf(loads);
                for (int node = 0; node < 3; node++) {
                    restart(node, farewell);
                    awaitMoreOf(loads);
                }
            } finally {
                enough.set(true);
            }
            awaitEnd(running);
            loads.forEach(RecordedLoad::requireAll);
        }
        assertThat(cache("quiet").getAll(quiet.keySet())).isEqualTo(quiet);
    }

    private void restart(int node, String farewell) {
        assertThat(mesh.terminate(node)).isZero();
        assertThat(mesh.log(node)).contains(farewell);
        mesh.restart(node);
        mesh.awaitWhole(3);
    }

    private static void awaitEnd(List<Future<?>> running)
            throws ExecutionException, InterruptedException {
        for (Future<?> one : running) {
            one.get();
        }
    }

    private void awaitMoreOf(List<RecordedLoad> loads) {
        List<Long> targets = loads.stream().map(load -> load.done.sum() + 500).toList();
        mesh.await(
                "progress of all loads",
                () ->
                        IntStream.range(0, loads.size())
                                .allMatch(i -> loads.get(i).done.sum() >= targets.get(i)));
    }

    private Cache<String, String> cache(String name) {
        return client.cache(name, Codec.utf8(), Codec.utf8());
    }
}
