package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes with SSDs, stopped and killed: what they come back with (C10, C11). */
@Timeout(300)
class DiskMeshIT {
    private static final int NODES = 3;
    private static final int KEYS = 4_000;
    private static final int VALUE_BYTES = 1 << 10;
    private static final String YAML =
            """
            memory: {max-bytes: 64MiB}
            disk: {bytes-max: 128MiB, segment-bytes: 4MiB}
            """;

    @TempDir Path folder;

    @Test
    void whenAllAreKilledAtOnceTheyComeBackWithWhatTheyHad() {
        try (LocalMesh mesh = LocalMesh.start(folder, NODES, NODES, YAML)) {
            setAll(mesh, 0);
            RespAsk.ask(mesh.redisPort(0), RespAsk.command("DEL", key(7)));
            awaitWritten(mesh);
            mesh.killAtOnce(List.of(0, 1, 2));
            IntStream.range(0, NODES).forEach(mesh::restart);
            mesh.awaitWhole(NODES);
            assertThat(RespAsk.ask(mesh.redisPort(0), RespAsk.command("GET", key(7))))
                    .containsOnlyNulls();
            assertThat(rightValues(mesh, 0)).isGreaterThanOrEqualTo(KEYS * 99 / 100);
        }
    }

    /** Each asks the others to wait for it, until it sees that nobody is left to. */
    @Test
    void whenAllAreToldToStopTheyComeBackWithWhatTheyHad() {
        try (LocalMesh mesh =
                LocalMesh.startThatReturns(folder, NODES, NODES - 1, YAML, LocalMesh.HEAP_MIB)) {
            setAll(mesh, 0);
            IntStream.range(0, NODES).forEach(mesh::askToStop);
            mesh.await("the end of all", () -> IntStream.range(0, NODES).noneMatch(mesh::isAlive));
            IntStream.range(0, NODES).forEach(mesh::restart);
            mesh.awaitWhole(NODES);
            assertThat(rightValues(mesh, 0)).isEqualTo(KEYS);
        }
    }

    @Test
    void aMemberThatWasAwayGetsJustWhatHasChanged() {
        try (LocalMesh mesh = LocalMesh.start(folder, NODES, NODES, YAML)) {
            setAll(mesh, 0);
            awaitWritten(mesh);
            assertThat(mesh.terminate(2)).isZero();
            mesh.awaitWhole(NODES - 1);
            for (int i = 0; i < KEYS / 100; i++) {
                RespAsk.ask(
                        mesh.redisPort(0), RespAsk.command("SET", key(i * 100), value(i * 100, 1)));
            }
            mesh.restart(2);
            mesh.awaitWhole(NODES);
            long content = (long) KEYS * VALUE_BYTES;
            assertThat(mesh.metric(2, "gossamer_transfer_bytes_total")).isLessThan(content / 20.0);
            assertThat(rightValues(mesh, 0)).isEqualTo(KEYS - KEYS / 100);
        }
    }

    private static void awaitWritten(LocalMesh mesh) {
        for (int node = 0; node < NODES; node++) {
            int each = node;
            mesh.await(
                    "an empty staging buffer",
                    () -> mesh.metric(each, "gossamer_disk_staged_bytes") == 0);
        }
    }

    private static void setAll(LocalMesh mesh, int round) {
        RespAsk.ask(
                mesh.redisPort(0),
                IntStream.range(0, KEYS)
                        .mapToObj(i -> RespAsk.command("SET", key(i), value(i, round)))
                        .toArray(byte[][]::new));
    }

    private static long rightValues(LocalMesh mesh, int round) {
        List<Object> found =
                RespAsk.ask(
                        mesh.redisPort(0),
                        IntStream.range(0, KEYS)
                                .mapToObj(i -> RespAsk.command("GET", key(i)))
                                .toArray(byte[][]::new));
        return IntStream.range(0, KEYS).filter(i -> value(i, round).equals(found.get(i))).count();
    }

    private static String key(int i) {
        return "key-" + i;
    }

    private static String value(int i, int round) {
        return new SplittableRandom(i * 31L + round)
                .ints(VALUE_BYTES, ' ' + 1, '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
