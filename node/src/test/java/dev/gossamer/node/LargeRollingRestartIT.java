package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rolling restart of three nodes with {@code -Dgib=1} GiB each, two copies of everything: what it
 * moves and how long it takes is written to {@code target/rolling-restart.txt}.
 */
@EnabledIfSystemProperty(named = "gib", matches = "[0-9]+([.][0-9]+)?")
class LargeRollingRestartIT {
    private static final int NODES = 3;
    private static final int COPIES = 2;
    private static final int VALUE_BYTES = 16 << 10;
    private static final int BATCH = 200;
    private static final double GIB = 1L << 30;
    private static final Pattern MOVED =
            Pattern.compile("(?m)^gossamer_transfer_bytes_total(?:\\{[^}]*})? ([0-9.E+]+)$");

    @TempDir Path folder;

    @Test
    void everythingIsThereAfterEveryNodeWasRestarted() throws IOException {
        double gib = Double.parseDouble(System.getProperty("gib", "1"));
        int keys = (int) (gib * GIB * NODES / COPIES / VALUE_BYTES);
        // While one is away the two others hold everything.
        long memoryMiB = 64 + (long) (gib * 1024 * NODES / COPIES * 1.3);
        String yaml = "memory: {max-bytes: " + memoryMiB + "MiB}";
        List<String> report = new ArrayList<>();
        try (LocalMesh mesh =
                        LocalMesh.start(folder, NODES, COPIES, yaml, (int) (memoryMiB * 2 + 256));
                Gossamer client =
                        Gossamer.builder()
                                .uri("gossamer://127.0.0.1:" + mesh.redisPort(0))
                                .connect()) {
            Cache<String, byte[]> cache = client.cache("large", Codec.utf8(), Codec.bytes());
            write(cache, keys);
            report.add(keys + " entries of " + VALUE_BYTES + " B, " + gib + " GiB a node");
            for (int node = 0; node < NODES; node++) {
                report.add(restart(mesh, node));
            }
            requireAll(cache, keys);
        }
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target", "rolling-restart.txt"), report);
    }

    private static String restart(LocalMesh mesh, int node) {
        double before = movedWithout(mesh, node);
        long beginNanos = System.nanoTime();
        assertThat(mesh.terminate(node)).isZero();
        assertThat(mesh.log(node)).contains("handed over;");
        double handedOver = movedWithout(mesh, node) - before;
        Duration stopped = Duration.ofNanos(System.nanoTime() - beginNanos);
        mesh.restart(node);
        mesh.awaitWhole(NODES);
        Duration whole = Duration.ofNanos(System.nanoTime() - beginNanos);
        double total = movedWithout(mesh, node) - before + moved(mesh, node);
        return "node-%d: %.3f GiB moved before it stopped, after %d ms; %.3f GiB in all until whole, after %d ms"
                .formatted(
                        node, handedOver / GIB, stopped.toMillis(), total / GIB, whole.toMillis());
    }

    private static double movedWithout(LocalMesh mesh, int stopping) {
        return IntStream.range(0, NODES)
                .filter(node -> node != stopping)
                .mapToDouble(node -> moved(mesh, node))
                .sum();
    }

    private static double moved(LocalMesh mesh, int node) {
        Matcher found = MOVED.matcher(mesh.get(node, "/metrics").body());
        assertThat(found.find()).isTrue();
        return Double.parseDouble(found.group(1));
    }

    private static void write(Cache<String, byte[]> cache, int keys) {
        for (int from = 0; from < keys; from += BATCH) {
            Map<String, byte[]> batch = new LinkedHashMap<>();
            IntStream.range(from, Math.min(keys, from + BATCH))
                    .forEach(i -> batch.put("k" + i, value(i)));
            cache.putAll(batch);
        }
    }

    private static void requireAll(Cache<String, byte[]> cache, int keys) {
        for (int from = 0; from < keys; from += BATCH) {
            List<String> names =
                    IntStream.range(from, Math.min(keys, from + BATCH))
                            .mapToObj(i -> "k" + i)
                            .toList();
            Map<String, byte[]> found = cache.getAll(names);
            assertThat(found).hasSize(names.size());
            found.forEach((name, value) ->
                    assertThat(value).isEqualTo(value(Integer.parseInt(name.substring(1)))));
        }
    }

    private static byte[] value(int seed) {
        byte[] value = new byte[VALUE_BYTES];
        new SplittableRandom(seed).nextBytes(value);
        return value;
    }
}
