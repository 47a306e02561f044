package dev.gossamer.node.edge.resp;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * A hit in the client's near cache, proof and all, beside one in a bare Caffeine cache of the same
 * 100,000 texts: keys at random, none of them the object that was put in. Run {@link #main}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class NearBenchmark {
    private static final int ENTRIES = 100_000;
    private static final int BATCH = 1_000;

    /** For a machine that is busy while it starts. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final com.github.benmanes.caffeine.cache.Cache<String, String> bare =
            Caffeine.newBuilder().maximumSize(2 * ENTRIES).build();
    private final String[] keys = new String[ENTRIES];
    private @Nullable NearNode node;
    private @Nullable Gossamer gossamer;
    private Cache<String, String> near;

    /** Where each thread reads next. */
    @State(Scope.Thread)
    public static class Reader {
        private final SplittableRandom random = new SplittableRandom();

        int next() {
            return random.nextInt(ENTRIES);
        }
    }

    @Setup
    public void fill() {
        node = new NearNode();
        gossamer =
                Gossamer.builder()
                        .uri(node.uri())
                        .connectTimeout(PATIENCE)
                        .requestTimeout(PATIENCE)
                        .nearBytesMax(256L << 20)
                        .connect();
        near = gossamer.cache("default", Codec.utf8(), Codec.utf8());
        for (int i = 0; i < ENTRIES; i++) {
            keys[i] = "user:" + i;
            bare.put("user:" + i, "value-" + i);
        }
        for (int from = 0; from < ENTRIES; from += BATCH) {
            Map<String, String> some = new HashMap<>();
            IntStream.range(from, from + BATCH).forEach(i -> some.put(keys[i], "value-" + i));
            near.putAll(some);
        }
        for (int from = 0; from < ENTRIES; from += BATCH) {
            List<String> some = List.of(keys).subList(from, from + BATCH);
            while (!areNear(some)) {
                near.getAll(some);
            }
        }
    }

    private boolean areNear(List<String> some) {
        return some.stream().allMatch(key -> near.getEntry(key).orElseThrow().tier().equals("L0"));
    }

    @TearDown
    public void close() {
        if (gossamer != null) {
            gossamer.close();
        }
        if (node != null) {
            node.close();
        }
    }

    @Benchmark
    public @Nullable String bareCaffeine(Reader reader) {
        return bare.getIfPresent(keys[reader.next()]);
    }

    @Benchmark
    public Optional<String> nearCopy(Reader reader) {
        return near.get(keys[reader.next()]);
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder().include(NearBenchmark.class.getSimpleName()).build()).run();
    }
}
