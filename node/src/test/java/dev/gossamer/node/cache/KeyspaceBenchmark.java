package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What reading, writing and counting cost on one thread, with 100,000 keys and 100-byte values. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class KeyspaceBenchmark {
    private static final int KEYS = 1 << 17;

    /** Of the budget in MiB: 256 holds all keys, 16 makes every new key evict another. */
    @Param({"256", "16"})
    public int mebibytes;

    private final Bytes[] keys = new Bytes[KEYS];
    private final Bytes[] counters = new Bytes[1 << 10];
    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[] value = new byte[100];
    private Keyspace keyspace;

    @Setup
    public void fill() {
        var registry = new SimpleMeterRegistry();
        var settings = KeyspaceSettings.DEFAULT;
        var tier =
                new MemoryTier(
                        new MemorySettings((long) mebibytes << 20, 32L << 20),
                        System::nanoTime,
                        System::currentTimeMillis,
                        settings.copies(),
                        registry);
        var clock =
                new HybridClock(
                        System::currentTimeMillis,
                        settings.driftMax(),
                        new MemoryCeiling(),
                        registry);
        keyspace =
                new Keyspace(
                        new Tiers(tier, LowerTier.NONE),
                        clock,
                        new MemberId(1),
                        System::currentTimeMillis,
                        System::nanoTime,
                        settings,
                        registry);
        for (int i = 0; i < KEYS; i++) {
            keys[i] = Bytes.utf8("key:" + String.format("%012d", i));
            put(keys[i]);
        }
        for (int i = 0; i < counters.length; i++) {
            counters[i] = Bytes.utf8("counter:" + i);
        }
    }

    @Benchmark
    public @Nullable Entry get() {
        return keyspace.findOrNull(keys[random.nextInt(KEYS)]);
    }

    @Benchmark
    public Keyspace.Change put() {
        return put(keys[random.nextInt(KEYS)]);
    }

    @Benchmark
    public Keyspace.Change increment() {
        Bytes counter = counters[random.nextInt(counters.length)];
        return keyspace.apply(new Operation.Increment(counter, 1), 1);
    }

    private Keyspace.Change put(Bytes key) {
        var condition = Operation.Condition.ALWAYS;
        var expiry = Operation.Expiry.CACHE_DEFAULT;
        return keyspace.apply(new Operation.Put(key, value, expiry, condition, false), 1);
    }
}
