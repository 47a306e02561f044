package dev.gossamer.node.edge.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.micrometer.MicrometerClientMetrics;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client with 100,000 near copies loses its node for a while. {@code
 * -Dgossamer.near.cut.seconds=30} makes it as long as the issue says.
 */
@Timeout(180)
class NearResumeIT {
    private static final int ENTRIES = 100_000;
    private static final int CHANGED = 1_000;
    private static final long CUT_SECONDS = Long.getLong("gossamer.near.cut.seconds", 2);
    private static final Freshness ONE_SECOND = Freshness.DEFAULT;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private NearNode node;
    private Gossamer gossamer;
    private Cache<String, String> cache;

    @BeforeEach
    void fill() {
        node = new NearNode();
        gossamer =
                Gossamer.builder()
                        .uri(node.uri())
                        .connectTimeout(Duration.ofSeconds(10))
                        .requestTimeout(Duration.ofSeconds(10))
                        .nearBytesMax(256L << 20)
                        .metrics(new MicrometerClientMetrics(meters))
                        .connect();
        cache = gossamer.cache("default", Codec.utf8(), Codec.utf8());
        for (int from = 0; from < ENTRIES; from += CHANGED) {
            Map<String, String> some = new HashMap<>();
            IntStream.range(from, from + CHANGED).forEach(i -> some.put(key(i), "old"));
            cache.putAll(some);
        }
        await(() -> readAll() == 0);
    }

    @AfterEach
    void close() {
        gossamer.close();
        node.close();
    }

    private static String key(int i) {
        return "key-" + i;
    }

    /** The first are changed; the others never are. */
    private static String wanted(int i, String changed) {
        return i < CHANGED ? changed : "old";
    }

    private double misses() {
        return meters.get("gossamer.client.near.reads").tag("outcome", "miss").counter().count();
    }

    private double count(String name) {
        return meters.get("gossamer.client.near." + name).counter().count();
    }

    private int readAll() {
        return readAll("old");
    }

    /** Reads all entries, which must be right; how many the node was asked for. */
    private int readAll(String changed) {
        double before = misses();
        for (int from = 0; from < ENTRIES; from += CHANGED) {
            List<String> keys =
                    IntStream.range(from, from + CHANGED).mapToObj(i -> key(i)).toList();
            Map<String, String> found = cache.getAll(keys);
            for (int i = from; i < from + CHANGED; i++) {
                assertThat(found.get(key(i))).isEqualTo(wanted(i, changed));
            }
        }
        return (int) (misses() - before);
    }

    /** Past the relays; answered when every change is made and in the log. */
    private void change(int times) {
        try (RawClient direct = node.direct()) {
            for (int round = 0; round < times; round++) {
                StringBuilder all = new StringBuilder();
                IntStream.range(0, CHANGED).forEach(i -> all.append("SET " + key(i) + " new\r\n"));
                direct.ask(all.toString());
            }
        }
    }

    @Test
    void onlyWhatChangedMeanwhileIsReadAgain() {
        node.cut(true);
        change(1);
        long changed = System.nanoTime();
        await(() -> System.nanoTime() - changed > 1_000_000_000L);
        // A second after the change nothing that is older may be had.
        assertThatThrownBy(() -> cache.get(key(0), ONE_SECOND))
                .isInstanceOf(GossamerException.class);
        assertThat(cache.get(key(0), Freshness.ANY)).contains("old");
        await(() -> System.nanoTime() - changed > CUT_SECONDS * 1_000_000_000L);
        node.cut(false);
        await(() -> count("resumed") >= 1);
        awaitProof();
        assertThat(readAll("new")).as("asked for again").isBetween(1, CHANGED);
        assertThat(count("overrun.slots")).isZero();
        await(() -> readAll("new") == 0);
    }

    @Test
    void whereTheLogIsTooShortOnlyTheSlotsThatChangedAreReadAgain() {
        node.cut(true);
        change(25);
        long changed = System.nanoTime();
        await(() -> System.nanoTime() - changed > 1_000_000_000L);
        node.cut(false);
        await(() -> count("overrun.slots") > 0);
        awaitProof();
        // 1,000 keys are in up to 1,000 of 16,384 slots; so 6 of 100 copies share one with them.
        assertThat(readAll("new")).isBetween(CHANGED, 10 * CHANGED);
        await(() -> readAll("new") == 0);
    }

    @Test
    void aNodeThatFallsSilentIsBelievedNoLongerThanTheBound() {
        Freshness bound = new Freshness.Within(Duration.ofMillis(400));
        cache.get(key(0), bound);
        node.silence(true);
        change(1);
        long changed = System.nanoTime();
        int answered = 0;
        while (System.nanoTime() - changed < 1_500_000_000L) {
            answered += readsOld(bound, changed + 400_000_000L) ? 1 : 0;
        }
        assertThat(answered).as("reads before the bound").isPositive();
        node.silence(false);
        awaitProof();
        assertThat(readAll("new")).isLessThanOrEqualTo(CHANGED);
    }

    /** Whether the old value was read, which may be so before {@code end} only. */
    private boolean readsOld(Freshness bound, long end) {
        long began = System.nanoTime();
        try {
            boolean old = cache.get(key(1), bound).orElseThrow().equals("old");
            assertThat(old && began - end > 0).as("read past the bound").isFalse();
            return old;
        } catch (GossamerException e) {
            return false; // Nobody answers; that is what should happen.
        }
    }

    /** Until what is here may be read again; keys that did not change say so. */
    private void awaitProof() {
        await(() -> {
            try {
                return cache.getEntry(key(ENTRIES - 1)).orElseThrow().tier().equals("L0");
            } catch (GossamerException e) {
                return false; // Not connected yet.
            }
        });
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited a minute in vain").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
