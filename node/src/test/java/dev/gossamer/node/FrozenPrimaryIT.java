package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.client.Gossamer;
import dev.gossamer.node.PipelinedAsker.Exchange;
import dev.gossamer.node.PipelinedAsker.Question;
import dev.gossamer.node.ReplyStream.Refused;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * A primary that stands still while others take over and write, and wakes up to a pile of requests
 * (C5): it serves nothing stale and takes no write as if nothing had happened.
 */
class FrozenPrimaryIT {
    private static final int NODES = 3;
    private static final int FROZEN = 0;
    private static final int KEYS_EACH = 16;
    private static final Duration FREEZE = Duration.ofSeconds(20);

    private static final String READ = "GSM.GET";
    private static final String WRITE = "GSM.SET";

    /** One write in so many questions. */
    private static final int WRITE_EVERY = 4;

    @TempDir Path folder;
    private LocalMesh mesh;
    private List<String> keys;
    private final AtomicBoolean enough = new AtomicBoolean();

    /** By key, the last value that the other node acknowledged. */
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

    /** How many it acknowledged while the primary stood still. */
    private final LongAdder meanwhile = new LongAdder();

    private volatile boolean isFrozen;
    private volatile boolean isAwake;

    @BeforeEach
    void start() {
        mesh = LocalMesh.start(folder, NODES, 2, "caches: {strict: {partition: consistent}}");
        keys = keysOfTheFrozen();
        keys.forEach(key -> acknowledged.put(key, 0L));
    }

    @AfterEach
    void stop() {
        mesh.close();
    }

    private List<String> keysOfTheFrozen() {
        try (Gossamer client =
                Gossamer.builder().uri("gossamer://127.0.0.1:" + mesh.redisPort(1)).connect()) {
            Topology topology = client.topology();
            return Stream.of("strict:", "loose:")
                    .flatMap(cache -> keysOfTheFrozen(topology, cache))
                    .toList();
        }
    }

    private static Stream<String> keysOfTheFrozen(Topology topology, String cache) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> cache + i)
                .filter(key -> isPrimaryOf(topology, key))
                .limit(KEYS_EACH);
    }

    private static boolean isPrimaryOf(Topology topology, String key) {
        return topology.primary(Bytes.utf8(key).slotIndex()).name().equals("node-" + FROZEN);
    }

    @Test
    void aPrimaryThatWakesUpReadsNothingStaleAndWritesNothingUnderItsOldEpoch() throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool();
                PipelinedAsker asker = new PipelinedAsker(mesh.redisPort(FROZEN))) {
            List<Future<?>> running = new ArrayList<>();
            List<Exchange> before;
            try {
                running.add(threads.submit(this::writeThroughAnother));
                running.add(threads.submit(() -> ask(asker)));
                running.add(threads.submit(asker::listen));
                mesh.await("answers", () -> asker.answered().size() > 200);
                before = asker.answered();
                freeze();
                awaitMoreReads(asker);
            } finally {
                enough.set(true);
            }
            for (Future<?> one : running) {
                one.get();
            }
            requireFresh(asker.answered());
            requireNewEpoch(before, asker.answered());
            requireLast(asker.answered());
        }
    }

    private void freeze() {
        mesh.freeze(FROZEN);
        isFrozen = true;
        long thawNanos = System.nanoTime() + FREEZE.toNanos();
        mesh.await("takeover by others", () -> acknowledgedMeanwhile() > 0);
        mesh.await("the end of the freeze", () -> System.nanoTime() - thawNanos >= 0);
        assertThat(acknowledgedMeanwhile()).isGreaterThan(keys.size());
        mesh.thaw(FROZEN);
        isAwake = true;
        mesh.awaitWhole(NODES);
    }

    private long acknowledgedMeanwhile() {
        return meanwhile.sum();
    }

    /** Ever newer values for all keys, by way of a node that stays awake. */
    private void writeThroughAnother() {
        try (Jedis client = jedis(1)) {
            for (long value = 1; !enough.get(); value++) {
                for (String key : keys) {
                    write(client, key, value);
                }
            }
        }
    }

    private void write(Jedis client, String key, long value) {
        try {
            client.set(key, Long.toString(value));
            acknowledged.put(key, value);
            if (isFrozen && !isAwake) {
                meanwhile.increment();
            }
        } catch (JedisDataException _) {
            pause(); // refused, or unknown; either way the next value is a later one
        }
    }

    /** Reads what the other node writes, and now and then writes something of its own. */
    private void ask(PipelinedAsker asker) {
        var random = new SplittableRandom(Long.getLong("seed", 42));
        var number = new AtomicInteger();
        asker.ask(
                () -> {
                    String key = keys.get(random.nextInt(keys.size()));
                    return number.incrementAndGet() % WRITE_EVERY == 0
                            ? new Question(ownWrite(key, number.get()), isFrozen ? 1 : 0)
                            : new Question(
                                    List.of(READ, key, "FRESH", "LATEST"), acknowledged.get(key));
                },
                FrozenPrimaryIT::pause,
                enough::get);
    }

    /** To a key of its own in the slot of another key. */
    private static List<String> ownWrite(String key, int number) {
        String cache = key.substring(0, key.indexOf(':') + 1);
        return List.of(WRITE, cache + '{' + key + "}-" + number, Integer.toString(number), "META");
    }

    private static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }

    private static void requireFresh(List<Exchange> all) {
        List<Exchange> stale =
                all.stream()
                        .filter(one -> isRead(one) && !(one.reply() instanceof Refused))
                        .filter(one -> number(one.reply()) < one.question().expected())
                        .toList();
        assertThat(stale).as("reads older than what was acknowledged before them").isEmpty();
    }

    private static boolean isRead(Exchange exchange) {
        return exchange.question().words().getFirst().equals(READ);
    }

    private static long number(@Nullable Object reply) {
        return reply instanceof String text ? Long.parseLong(text) : 0;
    }

    /**
     * Of what it was told to write after it was frozen, nothing has an epoch from before.
     *
     * @param before what it had answered by then: what was only sent by then, it may have found
     *     when it woke
     */
    private static void requireNewEpoch(List<Exchange> before, List<Exchange> all) {
        long old = epochs(before, 0).max().orElseThrow();
        assertThat(epochs(all, 1).filter(epoch -> epoch <= old)).isEmpty();
    }

    /** Of the acknowledged writes, by what was known when they were sent. */
    private static LongStream epochs(List<Exchange> all, long expected) {
        return all.stream()
                .filter(one -> one.question().words().getFirst().equals(WRITE))
                .filter(one -> one.question().expected() == expected)
                .filter(one -> !(one.reply() instanceof Refused))
                .mapToLong(one -> Version.parse((String) ((List<?>) one.reply()).get(3)).epoch());
    }

    private void awaitMoreReads(PipelinedAsker asker) {
        long now = values(asker);
        mesh.await("reads by the woken node", () -> values(asker) > now + 200);
    }

    private static long values(PipelinedAsker asker) {
        return asker.answered().stream()
                .filter(one -> isRead(one) && one.reply() instanceof String)
                .count();
    }

    /** What was acknowledged is there, and what was refused is not. */
    private void requireLast(List<Exchange> all) {
        try (Jedis client = jedis(1)) {
            for (String key : keys) {
                assertThat(Long.parseLong(client.get(key)))
                        .isGreaterThanOrEqualTo(acknowledged.get(key));
            }
            for (Exchange one : all) {
                if (one.question().words().getFirst().equals(WRITE)) {
                    requireFits(one, client.get(one.question().words().get(1)));
                }
            }
        }
    }

    private static void requireFits(Exchange write, @Nullable String found) {
        if (!(write.reply() instanceof Refused(String text))) {
            assertThat(found).as("acknowledged: " + write).isNotNull();
        } else if (ErrorCode.valueOf(text.substring(0, text.indexOf(' '))).retryable()) {
            assertThat(found).as("refused: " + write).isNull();
        }
    }

    private Jedis jedis(int node) {
        return new Jedis("127.0.0.1", mesh.redisPort(node), 10_000);
    }
}
