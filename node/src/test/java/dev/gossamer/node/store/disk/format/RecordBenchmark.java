package dev.gossamer.node.store.disk.format;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** One record of 4 KiB, in a buffer outside of the heap, to bytes and back; run by hand. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RecordBenchmark {
    private static final int VALUE_BYTES = 4_096;
    private static final long OFFSET = DiskFormat.PAGE_BYTES;

    @Param({"NONE", "LZ4", "ZSTD"})
    public Compression compression;

    private final RecordCodec codec = new RecordCodec(Samples.LOG, Samples.NUMBER);
    private final ByteBuffer written = ByteBuffer.allocateDirect(2 * VALUE_BYTES);
    private final ByteBuffer target = ByteBuffer.allocateDirect(2 * VALUE_BYTES);
    private Bytes key = Bytes.EMPTY;
    private Entry entry = Entry.tombstone(Samples.version(1), 0);

    @Setup
    public void write() {
        key = Bytes.utf8("users:01234567890123");
        entry = Entry.of(value(), Samples.version(1), Samples.EXPIRY_MILLIS);
        codec.encode(record(), written.clear(), OFFSET);
        written.flip();
    }

    /** Noise as it is; to be compressed, words of a small vocabulary. */
    private byte[] value() {
        SplittableRandom random = new SplittableRandom(1);
        if (compression == Compression.NONE) {
            byte[] noise = new byte[VALUE_BYTES];
            random.nextBytes(noise);
            return noise;
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < VALUE_BYTES) {
            text.append("\"field").append(random.nextInt(40)).append("\":");
            text.append(random.nextInt(100_000)).append(',');
        }
        text.setLength(VALUE_BYTES);
        return Bytes.utf8(text.toString()).array();
    }

    private LogRecord record() {
        return Samples.value(key, entry, StoredValue.of(entry.value(), compression));
    }

    /** Compressed, encoded, with its checksums and the hashes of its key. */
    @Benchmark
    public ByteBuffer encode() {
        codec.encode(record(), target.clear(), OFFSET);
        return target;
    }

    /** As the scan does it. */
    @Benchmark
    public ReadHead readHead() {
        return codec.readHead(written, 0, OFFSET);
    }

    /** As a read does it: into an entry, everything checked. */
    @Benchmark
    public ReadRecord read() {
        return codec.read(written, 0, OFFSET);
    }
}
