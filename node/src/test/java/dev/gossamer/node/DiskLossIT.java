package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.disk.io.FaultsFromFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * C2 where an SSD fails: what it had of acknowledged writes, another member has, too, and gives it
 * back. Three real nodes that keep two copies and compare what they hold twice a second.
 */
@Timeout(240)
class DiskLossIT {
    private static final int NODES = 3;
    private static final int KEYS = 8_000;
    private static final int VALUE_BYTES = 1 << 10;
    private static final String YAML =
            """
            memory: {max-bytes: 2MiB}
            disk: {bytes-max: 64MiB, segment-bytes: 1MiB, probe-interval: 200ms, pinned-bytes: 0}
            """;

    @TempDir Path folder;

    @Test
    void whatADiskThatFailsHadComesBackFromTheOtherMembers() throws IOException {
        List<String> often = List.of("repair-interval: 500ms");
        try (LocalMesh mesh = LocalMesh.start(folder, NODES, 2, YAML, LocalMesh.HEAP_MIB, often)) {
            mesh.kill(0);
            mesh.restart(0, "-D" + FaultsFromFile.PROPERTY + "=" + folder.resolve("faults"));
            mesh.awaitWhole(NODES);
            RespAsk.ask(mesh.redisPort(1), commands(true));
            assertThat(right(mesh, 0)).isEqualTo(KEYS);

            fails("read error");
            mesh.await(
                    "an open breaker",
                    () -> {
                        right(mesh, 0);
                        return mesh.metric(0, "gossamer_disk_open") == 1;
                    });
            assertThat(right(mesh, 1)).as("others have what they are asked for").isPositive();
            Files.delete(folder.resolve("faults"));

            mesh.await("all of it", () -> right(mesh, 0) == KEYS);
            assertThat(mesh.metric(0, "gossamer_repair_retrieved_total")).isPositive();
            assertThat(mesh.log(0)).contains("were taken back from other members");
            mesh.kill(0);
            mesh.awaitWhole(NODES - 1);
            assertThat(right(mesh, 1)).as("the others have dropped nothing").isEqualTo(KEYS);
        }
    }

    private void fails(String rule) throws IOException {
        Path fresh = Files.writeString(folder.resolve("fresh"), rule);
        Files.move(fresh, folder.resolve("faults"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[][] commands(boolean set) {
        return IntStream.range(0, KEYS)
                .mapToObj(i ->
                        set
                                ? RespAsk.command("SET", "key-" + i, value(i))
                                : RespAsk.command("GET", "key-" + i))
                .toArray(byte[][]::new);
    }

    /** How many keys have their values; the others are missed, and nothing is wrong. */
    private static long right(LocalMesh mesh, int node) {
        List<Object> found = RespAsk.ask(mesh.redisPort(node), commands(false));
        assertThat(IntStream.range(0, KEYS).filter(i -> found.get(i) != null))
                .allMatch(i -> value(i).equals(found.get(i)));
        return IntStream.range(0, KEYS).filter(i -> found.get(i) != null).count();
    }

    private static String value(int i) {
        return new SplittableRandom(i)
                .ints(VALUE_BYTES, ' ' + 1, '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
