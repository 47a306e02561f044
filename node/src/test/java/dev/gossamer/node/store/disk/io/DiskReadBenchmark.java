package dev.gossamer.node.store.disk.io;

import dev.gossamer.node.net.EventLoops;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * How fast the ways to the disk read, beside fio as the device's limit and a copy from mapped
 * memory as the machine's; run by {@code node/benchmarks/disk-reads.sh}. Every round runs all of
 * them in turn, for the machine's speed moves; the medians are printed.
 *
 * <p>Cold: reads of 4 KiB at random places, {@value #DEPTH} at a time, of a file that the page
 * cache was told to drop. Objects: 10 MiB, read in pieces of 1 MiB, all pieces of one at a time.
 * Hot: reads of 4 KiB at random places, one at a time, of {@value #HOT_MIB} MiB that the page cache
 * has.
 */
final class DiskReadBenchmark {
    private static final int DEPTH = 32;
    private static final int BLOCK_BYTES = 4096;
    private static final int PIECE_BYTES = 1 << 20;
    private static final int PIECES = 10;
    private static final int HOT_MIB = 1024;
    private static final double MICROS_PER_NANO = 1e-3;

    private final Path path;
    private final long bytes;
    private final long runNanos;
    private final String only;
    private final EventLoops loops = EventLoops.start(Optional.of(EventLoops.Kind.IO_URING), 1);
    private final Map<String, List<Figures>> seen = new LinkedHashMap<>();
    private final SplittableRandom seeds = new SplittableRandom(5);

    /** What one run gave. */
    private record Figures(
            double perSecond, double p50Micros, double p99Micros, double cpuMicros) {}

    /** What a run does until its time is over. */
    private interface Load {
        void run(long endNanos, Histogram latencies) throws IOException, InterruptedException;
    }

    private DiskReadBenchmark(Path path, int seconds, String only) throws IOException {
        this.path = path;
        this.only = only;
        this.bytes = Files.size(path) / BLOCK_BYTES * BLOCK_BYTES;
        this.runNanos = TimeUnit.SECONDS.toNanos(seconds);
    }

    /**
     * @param args a file that is filled, rounds, seconds of a run, and what the names of the runs
     *     begin with, or nothing
     */
    public static void main(String... args) throws Exception {
        DiskReadBenchmark benchmark =
                new DiskReadBenchmark(Path.of(args[0]), Integer.parseInt(args[2]), args[3]);
        try {
            benchmark.runAll(Integer.parseInt(args[1]));
        } finally {
            benchmark.loops.close();
        }
    }

    private void runAll(int rounds) throws Exception {
        try (Backend ring = backend(Backend.Kind.URING, true);
                Backend buffered = backend(Backend.Kind.URING, false);
                Backend portable = backend(Backend.Kind.PORTABLE, false)) {
            readAll();
            // The first round warms the JIT up.
            for (int round = 0; round <= rounds; round++) {
                boolean counts = round > 0;
                note(counts, "cold fio", () -> fio("randread", "4k", DEPTH, 0));
                note(counts, "cold ring", () -> cold(ring));
                note(counts, "cold ring, page cache", () -> cold(buffered));
                note(counts, "cold portable", () -> cold(portable));
                note(counts, "objects fio", () -> fio("read", "1m", PIECES, place()));
                note(counts, "objects ring", () -> objects(ring));
                note(counts, "hot mapped", this::hotMapped);
                note(counts, "hot readNow", () -> hotReadNow(ring));
            }
        }
        seen.forEach(DiskReadBenchmark::print);
        ratio("cold ring", "cold fio");
        ratio("cold ring", "cold portable");
        ratio("objects ring", "objects fio");
        ratio("hot readNow", "hot mapped");
    }

    private Backend backend(Backend.Kind kind, boolean direct) {
        return Backends.choose(
                Optional.of(kind),
                loops,
                new IoSettings(128, 256 << 20, direct),
                Thread::startVirtualThread,
                System::nanoTime);
    }

    private void note(boolean counts, String name, Callable<Figures> run) throws Exception {
        if (!name.startsWith(only)) {
            return;
        }
        Figures figures = run.call();
        if (counts) {
            seen.computeIfAbsent(name, _ -> new ArrayList<>()).add(figures);
        }
    }

    /** What a host caches of a virtual disk is then the same for all. */
    private void readAll() throws IOException, InterruptedException {
        fioReport("--rw=read", "--bs=1m", "--iodepth=32", "--loops=1");
    }

    private Figures cold(Backend backend) throws IOException, InterruptedException {
        try (DiskFile file = backend.open(path, false)) {
            dropCached();
            return measured((endNanos, latencies) -> readAtRandom(file, endNanos, latencies));
        }
    }

    private void dropCached() throws IOException {
        int descriptor = Linux.open(path, false, false);
        Linux.dropCached(descriptor);
        Linux.close(descriptor);
    }

    private Figures measured(Load load) throws IOException, InterruptedException {
        Histogram latencies = new Histogram(3);
        long cpuBefore = cpuNanos();
        long start = System.nanoTime();
        load.run(start + runNanos, latencies);
        double seconds = (System.nanoTime() - start) / 1e9;
        long operations = latencies.getTotalCount();
        return new Figures(
                operations / seconds,
                latencies.getValueAtPercentile(50) * MICROS_PER_NANO,
                latencies.getValueAtPercentile(99) * MICROS_PER_NANO,
                (cpuNanos() - cpuBefore) * MICROS_PER_NANO / operations);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** As a node does it: asked on the event loop, and answered there. */
    private void readAtRandom(DiskFile file, long endNanos, Histogram all)
            throws InterruptedException {
        EventLoop loop = loops.group().next();
        CountDownLatch ended = new CountDownLatch(DEPTH);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < DEPTH; i++) {
            readers.add(
                    new Reader(file, bytes / BLOCK_BYTES, seeds.split(), endNanos, loop, ended));
        }
        loop.execute(() -> readers.forEach(Reader::next));
        ended.await();
        readers.forEach(reader -> all.add(reader.latencies));
    }

    /** One of those that read at a time. */
    private static final class Reader implements Completion {
        private final DiskFile file;
        private final long blocks;
        private final SplittableRandom random;
        private final long endNanos;
        private final EventLoop loop;
        private final CountDownLatch ended;
        private final ByteBuffer buffer = aligned(BLOCK_BYTES);
        final Histogram latencies = new Histogram(3);
        private long startNanos;

        Reader(
                DiskFile file,
                long blocks,
                SplittableRandom random,
                long endNanos,
                EventLoop loop,
                CountDownLatch ended) {
            this.file = file;
            this.blocks = blocks;
            this.random = random;
            this.endNanos = endNanos;
            this.loop = loop;
            this.ended = ended;
        }

        void next() {
            startNanos = System.nanoTime();
            file.read(random.nextLong(blocks) * BLOCK_BYTES, buffer, this);
        }

        @Override
        public void done() {
            if (loop.inEventLoop()) {
                answer();
            } else {
                loop.execute(this::answer);
            }
        }

        private void answer() {
            long now = System.nanoTime();
            latencies.recordValue(now - startNanos);
            if (now < endNanos) {
                next();
            } else {
                ended.countDown();
            }
        }

        @Override
        public void failed(DiskException why) {
            throw new AssertionError(why);
        }
    }

    /** Any multiple of 1 MiB in the first half. */
    private long place() {
        return seeds.nextLong((bytes >> 1) / PIECE_BYTES) * PIECE_BYTES;
    }

    private static ByteBuffer aligned(int bytes) {
        return ByteBuffer.allocateDirect(bytes + BLOCK_BYTES)
                .alignedSlice(BLOCK_BYTES)
                .slice(0, bytes);
    }

    /** The rate is of pieces of 1 MiB, the latency of whole objects. */
    private Figures objects(Backend backend) throws IOException, InterruptedException {
        try (DiskFile file = backend.open(path, false)) {
            Figures objects =
                    measured((endNanos, latencies) -> {
                        ObjectReader reader = new ObjectReader(file, endNanos, latencies);
                        loops.group().next().execute(reader::next);
                        reader.ended.await();
                    });
            return new Figures(
                    objects.perSecond() * PIECES,
                    objects.p50Micros(),
                    objects.p99Micros(),
                    objects.cpuMicros() / PIECES);
        }
    }

    /** Reads one object after the other, from some place on. */
    private final class ObjectReader implements Completion {
        private final DiskFile file;
        private final long endNanos;
        private final Histogram latencies;
        private final List<ByteBuffer> pieces = new ArrayList<>();
        private final AtomicInteger missing = new AtomicInteger();
        final CountDownLatch ended = new CountDownLatch(1);
        private long offset = place();
        private long startNanos;

        ObjectReader(DiskFile file, long endNanos, Histogram latencies) {
            this.file = file;
            this.endNanos = endNanos;
            this.latencies = latencies;
            for (int i = 0; i < PIECES; i++) {
                pieces.add(aligned(PIECE_BYTES));
            }
        }

        void next() {
            missing.set(PIECES);
            startNanos = System.nanoTime();
            if (offset > bytes - (long) PIECES * PIECE_BYTES) {
                offset = 0;
            }
            for (int i = 0; i < PIECES; i++) {
                file.read(offset, pieces.get(i), this);
                offset += PIECE_BYTES;
            }
        }

        @Override
        public void done() {
            if (missing.decrementAndGet() > 0) {
                return;
            }
            long now = System.nanoTime();
            latencies.recordValue(now - startNanos);
            if (now < endNanos) {
                next();
            } else {
                ended.countDown();
            }
        }

        @Override
        public void failed(DiskException why) {
            throw new AssertionError(why);
        }
    }

    /** A machine that gives memory back drops a page now and then: it is read again. */
    private Figures hotReadNow(Backend backend) throws IOException, InterruptedException {
        try (DiskFile file = backend.open(path, false);
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer buffer = aligned(BLOCK_BYTES);
            return measured((endNanos, latencies) ->
                    hot(
                            endNanos,
                            latencies,
                            offset -> {
                                if (!file.readNow(offset, buffer)) {
                                    channel.read(buffer.duplicate(), offset);
                                }
                            }));
        }
    }

    private Figures hotMapped() throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, (long) HOT_MIB << 20, arena);
            mapped.load();
            MemorySegment target = MemorySegment.ofBuffer(aligned(BLOCK_BYTES));
            return measured((endNanos, latencies) ->
                    hot(
                            endNanos,
                            latencies,
                            offset -> MemorySegment.copy(mapped, offset, target, 0, BLOCK_BYTES)));
        }
    }

    /** Reads a block. */
    private interface BlockReader {
        void read(long offset) throws IOException;
    }

    /** Times them by the hundred, for a look at the clock costs as much as a copy. */
    private void hot(long endNanos, Histogram latencies, BlockReader reader) throws IOException {
        SplittableRandom random = seeds.split();
        int batch = 100;
        long now = System.nanoTime();
        while (now < endNanos) {
            long start = now;
            for (int i = 0; i < batch; i++) {
                reader.read(random.nextLong((HOT_MIB << 20) / BLOCK_BYTES) * BLOCK_BYTES);
            }
            now = System.nanoTime();
            latencies.recordValueWithCount((now - start) / batch, batch);
        }
    }

    private Figures fio(String kind, String block, int depth, long offset)
            throws IOException, InterruptedException {
        String out =
                fioReport(
                        "--rw=" + kind,
                        "--bs=" + block,
                        "--iodepth=" + depth,
                        "--time_based",
                        "--offset=" + offset,
                        "--runtime=" + TimeUnit.NANOSECONDS.toSeconds(runNanos));
        double perSecond = number(out, "\"iops\" : ([0-9.]+)");
        return new Figures(
                perSecond,
                number(out, "\"50.000000\" : ([0-9]+)") * MICROS_PER_NANO,
                number(out, "\"99.000000\" : ([0-9]+)") * MICROS_PER_NANO,
                (number(out, "\"usr_cpu\" : ([0-9.]+)") + number(out, "\"sys_cpu\" : ([0-9.]+)"))
                        * 1e4
                        / perSecond);
    }

    private String fioReport(String... options) throws IOException, InterruptedException {
        dropCached();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "fio",
                                "--name=limit",
                                "--filename=" + path,
                                "--readonly",
                                "--ioengine=io_uring",
                                "--direct=1",
                                "--randrepeat=0",
                                "--output-format=json"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("fio failed: " + out);
        }
        return out;
    }

    /** The first of its kind, which in fio's report is that of the reads. */
    private static double number(String text, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new IOException("fio said nothing of " + pattern + ": " + text);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static void print(String name, List<Figures> runs) {
        System.out.printf(
                Locale.ROOT,
                "%-24s %,12.0f /s   p50 %8.1f us   p99 %8.1f us   cpu %7.2f us   (%s)%n",
                name,
                median(runs.stream().map(Figures::perSecond).toList()),
                median(runs.stream().map(Figures::p50Micros).toList()),
                median(runs.stream().map(Figures::p99Micros).toList()),
                median(runs.stream().map(Figures::cpuMicros).toList()),
                String.join(
                        " ",
                        runs.stream()
                                .map(run -> String.format(Locale.ROOT, "%,.0f", run.perSecond()))
                                .toList()));
    }

    private void ratio(String of, String to) {
        if (seen.containsKey(of)) {
            double ratio = rate(of) / rate(to);
            System.out.printf(Locale.ROOT, "%s / %s: %.2f%n", of, to, ratio);
        }
    }

    private double rate(String name) {
        return median(seen.get(name).stream().map(Figures::perSecond).toList());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
