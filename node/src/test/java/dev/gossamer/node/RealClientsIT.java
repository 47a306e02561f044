package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * The clients that people have already: Jedis, Lettuce, redis-cli and redis-benchmark, on both
 * ports.
 */
class RealClientsIT {
    private static final String HOST = "127.0.0.1";

    @TempDir static Path folder;
    private static LocalMesh mesh;

    @BeforeAll
    static void start() {
        mesh = LocalMesh.start(folder, 3, 2);
    }

    @AfterAll
    static void stop() {
        mesh.close();
    }

    @BeforeEach
    void empty() {
        try (Jedis jedis = new Jedis(HOST, mesh.redisPort(0))) {
            jedis.flushAll();
            assertThat(jedis.dbSize()).isZero();
        }
    }

    @Test
    void jedisStandalone() {
        try (JedisPooled jedis = new JedisPooled(HOST, mesh.redisPort(1))) {
            assertThat(jedis.set("k", "v", SetParams.setParams().nx().px(60_000))).isEqualTo("OK");
            assertThat(jedis.set("k", "w", SetParams.setParams().nx())).isNull();
            assertThat(jedis.pttl("k")).isBetween(50_000L, 60_000L);
            assertThat(jedis.setGet("k", "w")).isEqualTo("v");
            assertThat(jedis.mset("a", "1", "b", "2", "c", "3")).isEqualTo("OK");
            assertThat(jedis.mget("a", "b", "missing", "c")).containsExactly("1", "2", null, "3");
            assertThat(jedis.append("k", "xyz")).isEqualTo(4);
            assertThat(jedis.getrange("k", 1, -1)).isEqualTo("xyz");
            assertThat(jedis.incrByFloat("f", 1.5)).isEqualTo(1.5);
            assertThat(jedis.del("a", "b", "missing")).isEqualTo(2);
            assertThat(jedis.exists("a", "c", "k")).isEqualTo(2);
            assertThat(jedis.type("c")).isEqualTo("string");
        }
    }

    @Test
    void jedisCluster() {
        try (JedisCluster jedis = new JedisCluster(new HostAndPort(HOST, mesh.clusteredPort(0)))) {
            IntStream.range(0, 500).forEach(i -> jedis.set("key:" + i, "value:" + i));
            IntStream.range(0, 500)
                    .forEach(i -> assertThat(jedis.get("key:" + i)).isEqualTo("value:" + i));
            assertThat(jedis.getClusterNodes()).hasSize(3);
            assertThat(jedis.mset("{t}a", "1", "{t}b", "2")).isEqualTo("OK");
            assertThat(jedis.mget("{t}a", "{t}b")).containsExactly("1", "2");
        }
    }

    @Test
    void jedisScansTheWholeMeshThroughTheProxyingPort() {
        try (Jedis jedis = new Jedis(HOST, mesh.redisPort(2))) {
            Set<String> written =
                    IntStream.range(0, 2_000)
                            .mapToObj(i -> "scan:" + i)
                            .collect(Collectors.toSet());
            written.forEach(key -> jedis.set(key, "x"));
            jedis.set("other", "x");
            Set<String> seen = new HashSet<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> page =
                        jedis.scan(cursor, new ScanParams().match("scan:*").count(100));
                seen.addAll(page.getResult());
                cursor = page.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            assertThat(seen).isEqualTo(written);
            assertThat(jedis.dbSize()).isEqualTo(2_001);
            assertThat(jedis.keys("oth?r")).containsExactly("other");
        }
    }

    @Test
    void lettuceStandalone() {
        RedisClient client = RedisClient.create(RedisURI.create(HOST, mesh.redisPort(0)));
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> redis = connection.sync();
            assertThat(redis.set("k", "1", SetArgs.Builder.ex(100))).isEqualTo("OK");
            assertThat(redis.incr("k")).isEqualTo(2);
            assertThat(redis.ttl("k")).isBetween(90L, 100L);
            assertThat(redis.mset(Map.of("x", "1", "y", "2"))).isEqualTo("OK");
            assertThat(redis.msetnx(Map.of("{q}x", "1", "{q}y", "2"))).isTrue();
            assertThat(redis.getdel("x")).isEqualTo("1");
            ScanIterator<String> scan = ScanIterator.scan(redis, ScanArgs.Builder.limit(50));
            assertThat(scan.stream().collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder("k", "y", "{q}x", "{q}y");
            assertThat(redis.info("server")).contains("redis_version:7.");
        } finally {
            client.shutdown();
        }
    }

    @Test
    void lettuceCluster() {
        RedisClusterClient client =
                RedisClusterClient.create(RedisURI.create(HOST, mesh.clusteredPort(1)));
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            RedisAdvancedClusterCommands<String, String> redis = connection.sync();
            Map<String, String> pairs =
                    IntStream.range(0, 300)
                            .boxed()
                            .collect(Collectors.toMap(i -> "l:" + i, i -> "v" + i));
            assertThat(redis.mset(pairs)).isEqualTo("OK");
            pairs.forEach((key, value) -> assertThat(redis.get(key)).isEqualTo(value));
            assertThat(redis.del(pairs.keySet().toArray(String[]::new))).isEqualTo(300);
            assertThat(client.getPartitions()).hasSize(3);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void redisCliOnBothPorts() throws IOException, InterruptedException {
        assertThat(run("redis-cli", "-p", port(mesh.redisPort(0)), "set", "a", "1"))
                .isEqualTo("OK\n");
        assertThat(run("redis-cli", "-p", port(mesh.redisPort(2)), "get", "a")).isEqualTo("1\n");
        assertThat(run("redis-cli", "-c", "-p", port(mesh.clusteredPort(0)), "get", "a"))
                .isEqualTo("1\n");
        assertThat(run("redis-cli", "-3", "-p", port(mesh.redisPort(1)), "gsm.get", "a"))
                .isEqualTo("1\n");
        assertThat(run("redis-cli", "-p", port(mesh.redisPort(1)), "flub", "x"))
                .startsWith("ERR unknown command 'flub'");
        assertThat(run("redis-cli", "-p", port(mesh.clusteredPort(1)), "cluster", "info"))
                .contains("cluster_state:ok");
    }

    @Test
    void theClusteredPortSaysMovedForTwoOfThreeNodes() {
        long moved =
                IntStream.range(0, 3)
                        .filter(node -> {
                            try (Jedis jedis = new Jedis(HOST, mesh.clusteredPort(node))) {
                                jedis.get("a");
                                return false;
                            } catch (redis.clients.jedis.exceptions.JedisMovedDataException e) {
                                assertThat(e.getSlot()).isEqualTo(15_495);
                                return true;
                            }
                        })
                        .count();
        assertThat(moved).isEqualTo(2);
    }

    @Test
    void redisBenchmarkRunsItsDefaultTestsOnBothPorts() throws IOException, InterruptedException {
        for (List<String> target :
                List.of(
                        List.of("-p", port(mesh.redisPort(0))),
                        List.of("-p", port(mesh.clusteredPort(0)), "--cluster"))) {
            Stream<String> command =
                    Stream.of(
                                    Stream.of(
                                            "redis-benchmark",
                                            "-q",
                                            "-n",
                                            "20000",
                                            "-r",
                                            "1000",
                                            "-P",
                                            "4",
                                            "-t",
                                            "ping,set,get,incr"),
                                    target.stream())
                            .flatMap(words -> words);
            String output = run(command.toArray(String[]::new));
            assertThat(output).contains("SET: ", "GET: ", "INCR: ").doesNotContain("rror");
        }
        assertThat(
                        run(
                                "redis-benchmark",
                                "-q",
                                "-n",
                                "5000",
                                "-r",
                                "1000",
                                "-t",
                                "mset",
                                "-p",
                                port(mesh.redisPort(1))))
                .contains("MSET (10 keys)")
                .doesNotContain("rror");
    }

    private static String port(int port) {
        return Integer.toString(port);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        assumeTrue(
                installed(command[0]),
                command[0] + " is not installed (apt-get install redis-tools)");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + output).isZero();
        return output;
    }

    private static boolean installed(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
