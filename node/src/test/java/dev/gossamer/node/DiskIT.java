package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real node with more entries than memory: most of them rest on its SSD (C11). */
@Timeout(240)
class DiskIT {
    private static final int KEYS = 2_000;
    private static final int VALUE_BYTES = 4 << 10;
    private static final long DISK_BYTES = 64 << 20;
    private static final String YAML =
            """
            memory: {max-bytes: 2MiB}
            disk: {bytes-max: %dB, segment-bytes: 1MiB}
            """
                    .formatted(DISK_BYTES);

    @TempDir Path folder;
    private LocalMesh mesh;

    @BeforeEach
    void start() {
        mesh = LocalMesh.start(folder, 1, 1, YAML);
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    @Test
    void whatMemoryHasNoRoomForIsReadFromTheSsd() {
        setAll();
        awaitWritten();
        assertThat(rightValues()).isEqualTo(KEYS);
        assertThat(diskReads()).isGreaterThan(KEYS / 2);
        assertThat(bytesIn(folder.resolve("node-0").resolve("disk")))
                .isBetween(8L << 20, DISK_BYTES);
    }

    /** Each key is found once, in memory or below; what is brought up is found in both. */
    @Test
    void whatIsLockedInMemoryIsToldFromWhereItLiesAndNotBroughtUp() {
        setAll();
        awaitWritten();
        mesh.await(
                "a pass in which nothing is brought up",
                () -> {
                    var before = mesh.metrics(0);
                    assertThat(rightValues()).isEqualTo(KEYS);
                    var after = mesh.metrics(0);
                    double found = grown(before, after, "gossamer_tier_hits_total");
                    double locked = grown(before, after, "gossamer_disk_reads_pinned_total");
                    return locked > KEYS / 4.0 && found == KEYS;
                });
    }

    private static double grown(
            Map<String, Double> before, Map<String, Double> after, String name) {
        return after.get(name) - before.get(name);
    }

    @Test
    void aColdKeyIsChangedAsAWarmOneIs() {
        setAll(); // or memory, empty as it is, would take the others for what is worth keeping
        ask(RespAsk.command("SET", "number", "41"), RespAsk.command("SET", "text", "warm"));
        ask(RespAsk.command("SET", "gone", "soon"), RespAsk.command("SET", "kept", "first"));
        setAll();
        awaitWritten();
        double before = diskReads();
        assertThat(
                        ask(
                                RespAsk.command("INCR", "number"),
                                RespAsk.command("APPEND", "text", " and cold"),
                                RespAsk.command("DEL", "gone"),
                                RespAsk.command("SET", "kept", "second", "NX")))
                .containsExactly("42", "13", "1", null);
        assertThat(diskReads()).isGreaterThanOrEqualTo(before + 4);
        assertThat(
                        ask(
                                RespAsk.command("GET", "number"),
                                RespAsk.command("GET", "text"),
                                RespAsk.command("EXISTS", "gone"),
                                RespAsk.command("GET", "kept")))
                .containsExactly("42", "warm and cold", "0", "first");
    }

    @Test
    void afterAStopInOrderEverythingIsThereAtOnce() {
        setAll();
        ask(RespAsk.command("DEL", key(7)));
        assertThat(mesh.terminate(0)).isZero();
        assertThat(mesh.log(0)).doesNotContain("the disk was not left in order");
        mesh.restart(0);
        mesh.awaitWhole(1);
        assertThat(ask(RespAsk.command("GET", key(7)))).containsOnlyNulls();
        ask(RespAsk.command("SET", key(7), value(7)));
        assertThat(rightValues()).isEqualTo(KEYS);
    }

    @Test
    void afterAKillEverythingThatHadBeenWrittenIsThere() {
        setAll();
        ask(RespAsk.command("DEL", key(7)), RespAsk.command("SET", key(8), "later"));
        awaitWritten();
        mesh.kill(0);
        mesh.restart(0);
        mesh.awaitWhole(1);
        assertThat(ask(RespAsk.command("GET", key(7)), RespAsk.command("GET", key(8))))
                .containsExactly(null, "later");
        ask(RespAsk.command("SET", key(7), value(7)), RespAsk.command("SET", key(8), value(8)));
        assertThat(rightValues()).isEqualTo(KEYS);
    }

    private double diskReads() {
        var metrics = mesh.metrics(0);
        return metrics.get("gossamer_disk_reads_hot_total")
                + metrics.get("gossamer_disk_reads_cold_total");
    }

    /** Until nothing is on its way to the log. */
    private void awaitWritten() {
        mesh.await(
                "an empty staging buffer", () -> mesh.metric(0, "gossamer_disk_staged_bytes") == 0);
    }

    private void setAll() {
        ask(
                IntStream.range(0, KEYS)
                        .mapToObj(i -> RespAsk.command("SET", key(i), value(i)))
                        .toArray(byte[][]::new));
    }

    /** How many of the keys have their value. */
    private long rightValues() {
        List<Object> found =
                ask(
                        IntStream.range(0, KEYS)
                                .mapToObj(i -> RespAsk.command("GET", key(i)))
                                .toArray(byte[][]::new));
        return IntStream.range(0, KEYS).filter(i -> value(i).equals(found.get(i))).count();
    }

    private static String key(int i) {
        return "key-" + i;
    }

    /** Hardly made smaller by any compression. */
    private static String value(int i) {
        return new SplittableRandom(i)
                .ints(VALUE_BYTES, ' ' + 1, '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private List<Object> ask(byte[]... commands) {
        return RespAsk.ask(mesh.redisPort(0), commands);
    }

    private static long bytesIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
