package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Three real processes: what is written anywhere is read anywhere, and a killed node costs nothing
 * acknowledged.
 */
class MeshIT {
    private static final int KEYS = 100_000;
    private static final int BATCH = 1_000;

    @TempDir Path folder;
    private LocalMesh mesh;

    @BeforeEach
    void start() {
        mesh = LocalMesh.start(folder, 3, 2);
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    @Test
    void whatIsWrittenThroughOneNodeIsReadThroughEvery() {
        try (Jedis writer = jedis(0)) {
            writer.set("a", "1");
            writer.incrBy("{a}n", 41);
        }
        for (int node = 0; node < 3; node++) {
            try (Jedis reader = jedis(node)) {
                assertThat(reader.get("a")).isEqualTo("1");
                assertThat(reader.incr("{a}n")).isEqualTo(42 + node);
            }
        }
    }

    @Test
    void aKilledNodeCostsNothingAcknowledgedAndItsCopiesAreRebuiltWithoutARead() {
        write(0, KEYS);
        mesh.kill(2);
        long killed = System.nanoTime();

        within(
                Duration.ofSeconds(3),
                "all keys readable through node-0",
                () -> countReadable(0) == KEYS);
        within(
                remaining(killed),
                "all keys readable through node-1",
                () -> countReadable(1) == KEYS);
        within(remaining(killed), "new writes succeed", () -> "OK".equals(set(0, "new", "1")));
        mesh.awaitWhole(2);
        assertThat(entries()).isGreaterThanOrEqualTo(2 * KEYS);
        assertThat(mesh.log(0))
                .containsOnlyOnce("node-2 is not seen any more")
                .containsOnlyOnce("node-2 is gone; 2 members; copies are being made of");

        mesh.restart(2);
        mesh.awaitWhole(3);
        assertThat(countReadable(2)).isEqualTo(KEYS);
        assertThat(mesh.status(2).getInteger("slotsCovered")).isEqualTo(16_384);
    }

    private static Duration remaining(long sinceNanos) {
        return Duration.ofSeconds(3).minusNanos(System.nanoTime() - sinceNanos).plusSeconds(2);
    }

    private long entries() {
        return mesh.status(0).getJsonArray("members").stream()
                .mapToLong(member -> ((io.vertx.core.json.JsonObject) member).getLong("entries"))
                .sum();
    }

    private void write(int node, int keys) {
        try (Jedis writer = jedis(node)) {
            for (int from = 0; from < keys; from += BATCH) {
                Pipeline pipeline = writer.pipelined();
                IntStream.range(from, from + BATCH)
                        .forEach(i -> pipeline.set("key:" + i, "value:" + i));
                assertThat(pipeline.syncAndReturnAll()).containsOnly("OK");
            }
        }
    }

    private int countReadable(int node) {
        int found = 0;
        try (Jedis reader = jedis(node)) {
            for (int from = 0; from < KEYS; from += BATCH) {
                Pipeline pipeline = reader.pipelined();
                List<Map.Entry<String, Response<String>>> answers = new ArrayList<>();
                IntStream.range(from, from + BATCH)
                        .forEach(i ->
                                answers.add(Map.entry("value:" + i, pipeline.get("key:" + i))));
                pipeline.sync();
                found +=
                        (int)
                                answers.stream()
                                        .filter(answer ->
                                                answer.getKey().equals(answer.getValue().get()))
                                        .count();
            }
        }
        return found;
    }

    private String set(int node, String key, String value) {
        try (Jedis writer = jedis(node)) {
            return writer.set(key, value);
        }
    }

    private static void within(Duration bound, String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!holds(condition)) {
            assertThat(System.nanoTime()).as(what + " within " + bound).isLessThan(deadline);
        }
    }

    private static boolean holds(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (JedisException | UncheckedIOException unavailable) {
            return false;
        }
    }

    private Jedis jedis(int node) {
        return new Jedis("127.0.0.1", mesh.redisPort(node), 10_000);
    }
}
