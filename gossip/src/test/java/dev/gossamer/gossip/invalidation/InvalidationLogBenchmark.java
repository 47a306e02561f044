package dev.gossamer.gossip.invalidation;

import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What the append costs a write, on one event loop and on two at once. Run {@link #main}, or by
 * hand with JMH's own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class InvalidationLogBenchmark {
    private static final int LOG_BYTES = 8 * 1024 * 1024;

    private final InvalidationLog log =
            new InvalidationLog(new MemberId(1), 1, LOG_BYTES, () -> {});
    private final Version version = new Version(1, 1, new MemberId(1));

    /** Whose hash and slot differ from call to call. */
    @State(Scope.Thread)
    public static class Writer {
        private long hash = 1;

        long next() {
            hash = hash * 6364136223846793005L + 1442695040888963407L;
            return hash;
        }
    }

    @Benchmark
    @Threads(1)
    public long oneLoopAppends(Writer writer) {
        long hash = writer.next();
        return log.append(Kind.KEY, (int) (hash >>> 50), hash, version);
    }

    @Benchmark
    @Threads(2)
    public long twoLoopsAppend(Writer writer) {
        long hash = writer.next();
        return log.append(Kind.KEY, (int) (hash >>> 50), hash, version);
    }

    public static void main(String[] arguments) throws RunnerException {
        new Runner(
                        new OptionsBuilder()
                                .include(InvalidationLogBenchmark.class.getSimpleName())
                                .build())
                .run();
    }
}
