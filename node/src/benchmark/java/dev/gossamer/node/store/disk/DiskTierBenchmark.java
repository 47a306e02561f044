package dev.gossamer.node.store.disk;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.protocol.Bytes;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * How fast the SSD tier reads, index, checks and all, beside RocksDB, fio as the device's limit,
 * and a copy from mapped memory as the machine's; run by {@code node/benchmarks/disk-tier.sh}.
 * Every round runs all of them in turn, for the machine's speed moves; the medians are printed.
 *
 * <p>Hot: 4 KiB at random keys that memory has, one at a time, on one thread; into an array that is
 * there, as GET reads them, and into a new one each. Cold: 4 KiB at random
 * keys of a log that the page cache was told to drop, {@value #DEPTH} at a time, on as many event
 * loops as a node has, and on one. Objects: 10 MiB, cold, one, two and {@value #OBJECTS_MAX} at a time. Tail:
 * cold reads while as much is written as the tier takes.
 */
final class DiskTierBenchmark implements AutoCloseable {
    private static final int DEPTH = 32;
    private static final int PIECES = 10;
    private static final int LARGE_BYTES = PIECES << 20;
    private static final int LARGE_COUNT = 64;
    private static final int OBJECTS_MAX = 4;
    private static final int BATCH = 100;

    /** What the tier asks for when it reads a record of 4 KiB, as fio writes it. */
    private static final String RECORD_READ = "4608";

    private final Path folder;
    private final int seconds;
    private final int rounds;
    private final Figures.Rounds figures;
    private final Objects4k hot;
    private final Objects4k cold;
    private final long fillBytes;
    private final EventLoops loops =
            EventLoops.start(
                    Optional.of(EventLoops.Kind.IO_URING),
                    Runtime.getRuntime().availableProcessors());
    private final List<EventLoop> allLoops =
            Stream.<EventLoop>generate(loops.group()::next).limit(loops.threads()).toList();
    private final List<EventLoop> oneLoop = allLoops.subList(0, 1);
    private final SplittableRandom seeds = new SplittableRandom(5);
    private long written;

    /** So that the JIT has to make what is read. */
    private volatile int lastByte;

    private DiskTierBenchmark(Path folder, int hotMib, int coldMib, String[] args) {
        this.folder = folder;
        this.rounds = Integer.parseInt(args[0]);
        this.seconds = Integer.parseInt(args[1]);
        this.figures = new Figures.Rounds(args[2]);
        this.hot = new Objects4k((int) (((long) hotMib << 20) / Objects4k.BYTES));
        this.cold = new Objects4k((int) (((long) coldMib << 20) / Objects4k.BYTES));
        this.fillBytes = (long) coldMib << 20;
    }

    /**
     * @param args an empty folder, MiB of hot and of cold objects, rounds, seconds of a run, and
     *     what the names of the runs begin with, or nothing
     */
    public static void main(String... args) throws Exception {
        Path folder = Path.of(args[0]);
        String[] rest = {args[3], args[4], args[5]};
        try (DiskTierBenchmark benchmark =
                new DiskTierBenchmark(
                        folder, Integer.parseInt(args[1]), Integer.parseInt(args[2]), rest)) {
            if (benchmark.figures.wants("hot")) {
                benchmark.hot();
            }
            if (benchmark.figures.wants("cold") || benchmark.figures.wants("objects")) {
                benchmark.cold();
            }
            if (benchmark.figures.wants("tail")) {
                benchmark.tail();
            }
            benchmark.figures.print();
            benchmark.compare();
        }
    }

    private void compare() {
        String rate = "throughput";
        for (String tier : new String[] {"hot tier", "hot tier, new array"}) {
            figures.ratio(rate, tier, "hot RocksDB", Figures::perSecond, "5 or more");
            figures.ratio(rate, tier, "hot mapped copy", Figures::perSecond, "0.3 or more");
        }
        figures.ratio(
                rate, "hot tier", "hot RocksDB, into a buffer", Figures::perSecond, "no bound");
        figures.ratio(rate, "cold tier", "cold fio", Figures::perSecond, "0.85 or more");
        figures.ratio(rate, "cold tier", "cold fio, unaligned", Figures::perSecond, "no bound");
        figures.ratio(
                rate,
                "cold tier, one loop",
                "cold tier, portable",
                Figures::perSecond,
                "2 or more");
        for (int at = 1; at <= OBJECTS_MAX; at *= 2) {
            figures.ratio(
                    rate,
                    "objects tier, " + at + " at a time",
                    "objects fio",
                    Figures::perSecond,
                    "0.8 or more");
        }
        for (String depth : new String[] {"1", "32"}) {
            String idle = "tail idle, depth " + depth;
            String fill = "tail under fill, depth " + depth;
            figures.ratio("p99", fill, idle, Figures::p99Micros, "5 or less");
        }
    }

    private TierUnderTest tier(String name, long bytes, long pinned, Backend.Kind kind)
            throws IOException {
        return new TierUnderTest(folder.resolve(name), bytes, pinned, kind, loops);
    }

    private static long budget(Objects4k objects) {
        return objects.bytes() + objects.bytes() / 4 + (1L << 30);
    }

    private static void fill(TierUnderTest tier, Objects4k objects) {
        for (int i = 0; i < objects.count(); i++) {
            tier.put(Bytes.wrap(objects.key(i)), objects.value(i));
        }
        tier.settle();
    }

    private Figures measured(Figures.Load load) throws Exception {
        return Figures.of(TimeUnit.SECONDS.toNanos(seconds), load);
    }

    // ---- hot

    private void hot() throws Exception {
        Path file = folder.resolve("mapped");
        write(file, hot.bytes());
        Path rocksFolder = Files.createDirectory(folder.resolve("rocks"));
        try (TierUnderTest tier = tier("hot", budget(hot), 2 * hot.bytes(), Backend.Kind.URING);
                TierUnderTest cached = tier("cached", budget(hot), 0, Backend.Kind.URING);
                Rocks rocks = new Rocks(rocksFolder, hot);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            fill(tier, hot);
            fill(cached, hot);
            MemorySegment mapped =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, hot.bytes(), arena);
            mapped.load();
            TierUnderTest.Catcher catcher = new TierUnderTest.Catcher();
            TierUnderTest.Borrower borrower = new TierUnderTest.Borrower();
            byte[] target = new byte[Objects4k.BYTES];
            for (int i = 0; i < hot.count(); i++) {
                lastByte += catcher.readNow(tier.disk, Bytes.wrap(hot.key(i)))[0];
                lastByte += rocks.get(hot.key(i))[0];
            }
            while (tier.disk.pinNow() > 0) {
                // until all of it is in locked memory
            }
            System.out.printf("hot: %,d MiB are locked%n", tier.disk.pinnedBytes() >> 20);
            for (int round = 0; round <= rounds; round++) {
                boolean counts = round > 0;
                figures.run(counts, "hot mapped copy", () -> hot(i -> copy(mapped, i, target)));
                figures.run(
                        counts,
                        "hot mapped copy, new array",
                        () -> hot(i -> copy(mapped, i, new byte[Objects4k.BYTES])));
                figures.run(
                        counts,
                        "hot RocksDB",
                        () -> hot(i -> rocks.get(hot.key(i))[i & 4095]));
                figures.run(
                        counts,
                        "hot RocksDB, into a buffer",
                        () -> hot(i -> {
                            rocks.get(hot.key(i), target);
                            return target[i & 4095];
                        }));
                figures.run(
                        counts,
                        "hot tier",
                        () -> hot(i -> borrower.readNow(tier.disk, Bytes.wrap(hot.key(i)))[i & 4095]));
                figures.run(
                        counts,
                        "hot tier, new array",
                        () -> hot(i -> catcher.readNow(tier.disk, Bytes.wrap(hot.key(i)))[i & 4095]));
                figures.run(
                        counts,
                        "hot tier, page cache",
                        () -> hot(i -> catcher.readNow(cached.disk, Bytes.wrap(hot.key(i)))[i & 4095]));
            }
            System.out.printf("hot: %,d reads of the tier needed an array%n", borrower.made());
        }
    }

    private static int copy(MemorySegment mapped, int number, byte[] target) {
        MemorySegment.copy(
                mapped,
                ValueLayout.JAVA_BYTE,
                (long) number * Objects4k.BYTES,
                target,
                0,
                Objects4k.BYTES);
        return target[number & 4095];
    }

    /** Reads an object; returns some byte of it. */
    private interface OneRead {
        int read(int number) throws Exception;
    }

    /** Times them by the hundred, for a look at the clock costs as much as a copy. */
    private Figures hot(OneRead one) throws Exception {
        SplittableRandom random = seeds.split();
        return measured((endNanos, latencies) -> {
            long now = System.nanoTime();
            int sum = 0;
            while (now < endNanos) {
                long start = now;
                for (int i = 0; i < BATCH; i++) {
                    sum += one.read(random.nextInt(hot.count()));
                }
                now = System.nanoTime();
                latencies.recordValueWithCount((now - start) / BATCH, BATCH);
            }
            lastByte = sum;
        });
    }

    // ---- cold

    private void cold() throws Exception {
        Path file = folder.resolve("fio");
        write(file, cold.bytes());
        Fio fio = new Fio(file, seconds);
        try (TierUnderTest ring = tier("ring", budget(cold), 0, Backend.Kind.URING);
                TierUnderTest portable = tier("portable", budget(cold), 0, Backend.Kind.PORTABLE)) {
            if (figures.wants("cold")) {
                fill(ring, cold);
                fill(portable, cold);
            }
            for (int i = 0; i < LARGE_COUNT; i++) {
                ring.put(Objects4k.keyOf("large", i), Objects4k.noise(i, LARGE_BYTES));
            }
            ring.makeCold();
            portable.makeCold();
            // What a host caches of a virtual disk is then the same for all.
            fio.run("read", "1m", DEPTH);
            for (int round = 0; round <= rounds; round++) {
                boolean counts = round > 0;
                figures.run(counts, "cold fio", () -> fio.run("randread", "4k", DEPTH));
                figures.run(counts, "cold tier", () -> coldReads(ring, allLoops, DEPTH));
                figures.run(
                        counts, "cold fio, unaligned", () -> fio.runUnaligned(RECORD_READ, DEPTH));
                figures.run(counts, "cold tier, one loop", () -> coldReads(ring, oneLoop, DEPTH));
                figures.run(
                        counts, "cold tier, portable", () -> coldReads(portable, oneLoop, DEPTH));
                figures.run(counts, "objects fio", () -> fio.run("read", "1m", PIECES));
                for (int at = 1; at <= OBJECTS_MAX; at *= 2) {
                    int once = at;
                    figures.run(
                            counts, "objects tier, " + at + " at a time", () -> objects(ring, once));
                }
                figures.run(
                        counts,
                        "objects fio, as much at a time",
                        () -> fio.run("read", "1m", OBJECTS_MAX * PIECES));
            }
        }
    }

    private Figures coldReads(TierUnderTest tier, List<EventLoop> on, int depth) throws Exception {
        tier.makeCold();
        return measured((endNanos, latencies) -> readCold(tier, on, depth, endNanos, latencies));
    }

    private void readCold(
            TierUnderTest tier,
            List<EventLoop> on,
            int depth,
            long endNanos,
            Histogram latencies)
            throws InterruptedException {
        AtOnce.read(
                on,
                tier.disk,
                depth,
                seeds,
                random -> Bytes.wrap(cold.key(random.nextInt(cold.count()))),
                endNanos,
                latencies);
    }

    /** The rate is of MiB, the latency of whole objects. */
    private Figures objects(TierUnderTest tier, int depth) throws Exception {
        tier.makeCold();
        Bytes[] keys = new Bytes[LARGE_COUNT];
        for (int i = 0; i < LARGE_COUNT; i++) {
            keys[i] = Objects4k.keyOf("large", i);
        }
        return measured((endNanos, latencies) ->
                        AtOnce.read(
                                allLoops,
                                tier.disk,
                                depth,
                                seeds,
                                random -> keys[random.nextInt(LARGE_COUNT)],
                                endNanos,
                                latencies))
                .parts(PIECES);
    }

    // ---- tail

    private void tail() throws Exception {
        long budget = budget(cold) + (rounds + 1) * 2 * fillBytes;
        try (TierUnderTest tier = tier("tail", budget, 0, Backend.Kind.URING)) {
            fill(tier, cold);
            for (int round = 0; round <= rounds; round++) {
                boolean counts = round > 0;
                for (int depth : new int[] {1, DEPTH}) {
                    figures.run(counts, "tail idle, depth " + depth, () -> coldReads(tier, oneLoop, depth));
                    figures.run(
                            counts,
                            "tail under fill, depth " + depth,
                            () -> underFill(tier, depth));
                }
            }
        }
    }

    private Figures underFill(TierUnderTest tier, int depth) throws Exception {
        tier.makeCold();
        AtomicBoolean over = new AtomicBoolean();
        long before = written;
        Thread filler =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!over.get()
                                    && (written - before) * Objects4k.BYTES < fillBytes) {
                                tier.put(
                                        Objects4k.keyOf("fill", written),
                                        Objects4k.noise(written, Objects4k.BYTES));
                                written++;
                            }
                        });
        try {
            return measured((endNanos, latencies) ->
                    readCold(tier, oneLoop, depth, endNanos, latencies));
        } finally {
            over.set(true);
            filler.join();
            System.out.printf(
                    "tail, depth %d: %,d MiB were written meanwhile%n",
                    depth, (written - before) * Objects4k.BYTES >> 20);
        }
    }

    private void write(Path file, long bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; at += 1 << 20) {
                channel.write(ByteBuffer.wrap(Objects4k.noise(at, 1 << 20)));
            }
            channel.force(true);
        }
    }

    @Override
    public void close() {
        loops.close();
    }
}
