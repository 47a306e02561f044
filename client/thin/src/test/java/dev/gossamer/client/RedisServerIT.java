package dev.gossamer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The plain commands against a server that we did not write, where one is installed. */
@Timeout(60)
class RedisServerIT {
    private static Process server;
    private static Gossamer gossamer;

    @BeforeAll
    static void start() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try {
            server =
                    new ProcessBuilder(
                                    "redis-server",
                                    "--port",
                                    Integer.toString(port),
                                    "--bind",
                                    "127.0.0.1",
                                    "--save",
                                    "",
                                    "--requirepass",
                                    "secret")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
        } catch (IOException e) {
            assumeTrue(false, "redis-server is not installed");
        }
        AtomicReference<Gossamer> connected = new AtomicReference<>();
        Eventually.await("redis-server to answer", () -> connects(port, connected));
        gossamer = connected.get();
    }

    private static boolean connects(int port, AtomicReference<Gossamer> connected) {
        try {
            connected.set(Gossamer.connect("gossamer://:secret@127.0.0.1:" + port));
            return true;
        } catch (GossamerException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (gossamer != null) {
            gossamer.close();
        }
        if (server != null) {
            server.destroy();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void plainCommandsMeanWhatTheySay() {
        Cache<String, String> cache = gossamer.cache("plain", Codec.utf8(), Codec.utf8());
        cache.put("k", "v");
        assertThat(cache.get("k")).contains("v");
        assertThat(cache.ttl("k")).isEqualTo(TimeToLive.UNLIMITED);
        assertThat(cache.expire("k", Duration.ofMinutes(1))).isTrue();
        assertThat(cache.ttl("k"))
                .isInstanceOfSatisfying(
                        TimeToLive.Limited.class,
                        ttl ->
                                assertThat(ttl.left())
                                        .isPositive()
                                        .isLessThan(Duration.ofMinutes(2)));
        assertThat(cache.putIfAbsent("k", "w")).isFalse();
        assertThat(cache.remove("k")).isTrue();
        assertThat(cache.remove("k")).isFalse();
        assertThat(cache.ttl("k")).isEqualTo(TimeToLive.ABSENT);
        assertThat(cache.putIfAbsent("k", "w", Duration.ofMinutes(1))).isTrue();
        assertThat(gossamer.execute(List.of(Bytes.utf8("GET"), Bytes.utf8("plain:k"))))
                .isEqualTo(new Reply.Blob("w".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void manyAndLargeValuesComeBackAsTheyWere() {
        Cache<String, byte[]> cache = gossamer.cache("bulk", Codec.utf8(), Codec.bytes());
        Map<String, byte[]> pairs = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            pairs.put("k" + i, ("value " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        byte[] large = new byte[8 << 20];
        new java.util.SplittableRandom(1).nextBytes(large);
        pairs.put("large", large);
        cache.putAll(pairs, Duration.ofMinutes(5));
        Map<String, byte[]> found = cache.getAll(pairs.keySet());
        assertThat(found).hasSameSizeAs(pairs);
        found.forEach((key, value) -> assertThat(value).isEqualTo(pairs.get(key)));
    }

    @Test
    void everyOperationTakesThreadsOneByOneAndTogether() throws InterruptedException {
        Cache<String, Long> cache = gossamer.cache("many", Codec.utf8(), Codec.longs());
        Thread[] threads = new Thread[8];
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < threads.length; i++) {
            String key = "k" + i;
            threads[i] =
                    new Thread(() -> {
                        for (long value = 0; value < 2_000; value++) {
                            cache.put(key, value);
                            assertThat(cache.get(key)).contains(value);
                        }
                    });
            threads[i].setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }
}
