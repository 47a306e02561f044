package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.ValueSink;
import dev.gossamer.node.store.disk.format.Compression;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.node.store.disk.io.Faults;
import dev.gossamer.node.store.disk.io.FaultyBackend;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised of the parts of the log that are locked in memory, on both backends. */
class PinsTest {
    private static final int KEYS = 100;
    private static final Path MAPS = Path.of("/proc/self/maps");

    @TempDir Path folder;

    private DiskLab.Options options(Backend.Kind kind, long pinned) {
        return DiskLab.options(folder).kind(kind).bounds(DiskLab.Bounds.USUAL.pinned(pinned));
    }

    private static byte[] value(int key, int generation) {
        byte[] value = new byte[4096];
        new Random(key * 1_000_003L + generation).nextBytes(value);
        return value;
    }

    private static Entry load(DiskLab lab, int key) {
        Bytes name = Bytes.utf8("key" + key);
        CompletableFuture<Entry> found = new CompletableFuture<>();
        lab.disk.load(name.slotIndex(), name, found::complete);
        return found.join();
    }

    private static void put(DiskLab lab, int from, int to, int generation) {
        for (int key = from; key < to; key++) {
            lab.put("key" + key, value(key, generation));
        }
        lab.settle();
    }

    private static void check(DiskLab lab, int from, int to, int generation) {
        for (int key = from; key < to; key++) {
            Entry entry = load(lab, key);
            assertThat(entry).as("key%d", key).isNotNull();
            assertThat(entry.value()).as("key%d", key).isEqualTo(value(key, generation));
        }
    }

    private static double pinnedReads(DiskLab lab) {
        return lab.registry.get("gossamer.disk.reads.pinned").functionCounter().count();
    }

    /** What is handed over, and how often something was taken back. */
    private static final class Sink implements ValueSink {
        private byte @Nullable [] value;
        private int takenBack;

        @Override
        public void value(ByteBuffer from, int at, int length) {
            value = new byte[length];
            from.get(at, value);
        }

        @Override
        public void takeBack() {
            value = null;
            takenBack++;
        }
    }

    private static byte @Nullable [] lent(DiskLab lab, String key, LowerTier.Validity validity) {
        Bytes name = Bytes.utf8(key);
        Sink sink = new Sink();
        boolean lent = lab.disk.lend(name.slotIndex(), name, validity, sink);
        assertThat(sink.value != null).isEqualTo(lent);
        return sink.value;
    }

    private static byte @Nullable [] lent(DiskLab lab, String key) {
        return lent(lab, key, (_, _) -> true);
    }

    /** Reads until nothing more is worth to be locked. */
    private static void warm(DiskLab lab, int from, int to, int generation) {
        for (int i = 0; i < 4; i++) {
            check(lab, from, to, generation);
        }
        DiskLab.Await.until(() -> lab.disk.pinNow() == 0);
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsReadOftenIsReadFromLockedMemoryAndIsAsItWasWritten(Backend.Kind kind)
            throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            put(lab, 0, KEYS, 0);
            warm(lab, 0, KEYS, 0);
            double before = pinnedReads(lab);
            check(lab, 0, KEYS, 0);
            check(lab, 0, KEYS, 0);
            assertThat(pinnedReads(lab) - before).isEqualTo(2 * KEYS);
            assertThat(lab.disk.pinnedBytes()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsWrittenToALockedPartLaterIsServedAndWhatItOvertookIsNot(Backend.Kind kind)
            throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            put(lab, 0, 20, 0);
            warm(lab, 0, 20, 0);
            put(lab, 10, 30, 1);
            lab.remove("key5");
            double before = pinnedReads(lab);
            check(lab, 0, 5, 0);
            assertThat(load(lab, 5)).isNull();
            check(lab, 10, 30, 1);
            assertThat(pinnedReads(lab) - before).as("of the old copy").isBetween(5.0, 25.0);
            DiskLab.Await.until(() -> lab.disk.pinNow() == 0);
            before = pinnedReads(lab);
            check(lab, 0, 5, 0);
            assertThat(load(lab, 5)).isNull();
            check(lab, 10, 30, 1);
            assertThat(pinnedReads(lab) - before).as("of the new one").isEqualTo(25);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsTooLongForItsPartIsReadThroughTheKernelAndThePartIsNotCopiedForIt(Backend.Kind kind)
            throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            byte[] longValue = new byte[Pins.PLACE_BYTES];
            new Random(1).nextBytes(longValue);
            put(lab, 0, 5, 0);
            lab.put("key5", longValue);
            lab.settle();
            warm(lab, 0, 5, 0);
            double before = pinnedReads(lab);
            assertThat(load(lab, 5).value()).isEqualTo(longValue);
            assertThat(lab.disk.pinNow()).isZero();
            check(lab, 0, 5, 0);
            assertThat(pinnedReads(lab) - before).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsLockedIsHandedOverFromWhereItLies(Backend.Kind kind) throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            put(lab, 0, KEYS, 0);
            assertThat(lent(lab, "key0")).as("not locked yet").isNull();
            warm(lab, 0, KEYS, 0);
            double before = pinnedReads(lab);
            long memory = lab.memory.bytes();
            for (int key = 0; key < KEYS; key++) {
                assertThat(lent(lab, "key" + key)).isEqualTo(value(key, 0));
            }
            assertThat(pinnedReads(lab) - before).isEqualTo(KEYS);
            assertThat(lab.memory.bytes()).isEqualTo(memory);
            assertThat(lent(lab, "no such key")).isNull();
        }
    }

    /** Copies into an array that is there. */
    private static final class Into implements ValueSink {
        private final byte[] array = new byte[4096];

        @Override
        public void value(ByteBuffer from, int at, int length) {
            from.get(at, array, 0, length);
        }

        @Override
        public void takeBack() {
            throw new AssertionError("nothing happens to what is locked here");
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void nothingIsAllocatedForWhatIsHandedOver(Backend.Kind kind) throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            put(lab, 0, 2, 0);
            warm(lab, 0, 2, 0);
            var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            Bytes name = Bytes.utf8("key1");
            int slot = name.slotIndex();
            Into into = new Into();
            long before = 0;
            for (int i = 0; i < 1_100; i++) {
                if (i == 100) {
                    before = threads.getCurrentThreadAllocatedBytes();
                }
                if (!lab.disk.lend(slot, name, (_, _) -> true, into)) {
                    throw new AssertionError("not lent");
                }
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8_000);
            assertThat(into.array).isEqualTo(value(1, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsHandedOverCountsAsReadForWhatStaysLocked(Backend.Kind kind) throws IOException {
        long max = 600 << 10;
        try (DiskLab lab = new DiskLab(options(kind, max))) {
            put(lab, 0, 500, 0);
            warm(lab, 0, 100, 0);
            for (int i = 0; i < 20; i++) {
                for (int key = 0; key < 20; key++) {
                    lent(lab, "key" + key);
                }
                check(lab, 400, 404, 0);
            }
            DiskLab.Await.until(() -> lab.disk.pinNow() == 0);
            assertThat(lent(lab, "key0")).isEqualTo(value(0, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatWasOverwrittenRemovedOrInvalidatedIsNotHandedOver(Backend.Kind kind)
            throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            put(lab, 0, 20, 0);
            warm(lab, 0, 20, 0);
            long written = lab.clock.get();
            lab.put("key1", value(1, 1));
            lab.remove("key2");
            lab.memory.remove(Bytes.utf8("key3"));
            lab.put("key4", new byte[0]);
            lab.settle();
            for (int key = 1; key < 5; key++) {
                byte[] now = lent(lab, "key" + key);
                assertThat(now == null || Arrays.equals(now, value(key, 1))).isTrue();
            }
            assertThat(lent(lab, "key2")).isNull();
            assertThat(lent(lab, "key3")).isNull();
            assertThat(lent(lab, "key4")).isNull();
            assertThat(lent(lab, "key5", (_, clock) -> clock > written)).isNull();
            assertThat(lent(lab, "key5", (_, clock) -> clock <= written)).isEqualTo(value(5, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatHasTagsOrIsOverIsNotHandedOver(Backend.Kind kind) throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            long now = System.currentTimeMillis();
            lab.put("key0", value(0, 0), now + 3_600_000);
            lab.memory.put(
                    Bytes.utf8("key1"),
                    Entry.of(value(1, 0), lab.version(), Entry.NEVER, new long[] {7}));
            lab.put("key2", value(2, 0), now + 1_000);
            lab.settle();
            warm(lab, 0, 2, 0);
            assertThat(lent(lab, "key0")).isEqualTo(value(0, 0));
            assertThat(lent(lab, "key1")).isNull();
            DiskLab.Await.until(() -> System.currentTimeMillis() >= now + 1_000);
            Bytes over = Bytes.utf8("key2");
            Sink sink = new Sink();
            assertThat(lab.disk.lend(over.slotIndex(), over, (_, _) -> true, sink)).isFalse();
            assertThat(sink.value).isNull();
            assertThat(sink.takenBack).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsCompressedIsNotHandedOver(Backend.Kind kind) throws IOException {
        DiskRules rules =
                new DiskRules(
                        DiskRules.Policy.WRITE_THROUGH,
                        Compression.LZ4,
                        0,
                        16 << 20,
                        Duration.ZERO);
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20).rules(rules))) {
            byte[] zeroes = new byte[4096];
            lab.put("zeroes", zeroes);
            put(lab, 0, 2, 0);
            warm(lab, 0, 2, 0);
            assertThat(lent(lab, "key0")).isEqualTo(value(0, 0));
            assertThat(lent(lab, "zeroes")).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void noMoreIsLockedThanIsAllowedAndWhatIsReadMostTakesTheRoom(Backend.Kind kind)
            throws IOException {
        long max = 600 << 10;
        try (DiskLab lab = new DiskLab(options(kind, max))) {
            put(lab, 0, 500, 0);
            warm(lab, 0, 100, 0);
            assertThat(lab.disk.pinnedBytes()).isPositive().isLessThanOrEqualTo(max);
            for (int i = 0; i < 20; i++) {
                check(lab, 400, 440, 0);
            }
            DiskLab.Await.until(() -> lab.disk.pinNow() == 0);
            assertThat(lab.disk.pinnedBytes()).isPositive().isLessThanOrEqualTo(max);
            double before = pinnedReads(lab);
            check(lab, 400, 440, 0);
            assertThat(pinnedReads(lab) - before).isGreaterThan(20);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whereNoMemoryMayBeLockedEverythingIsReadThroughTheKernel(Backend.Kind kind)
            throws IOException {
        Faults faults = new Faults(1);
        faults.refuseLocks(true);
        DiskLab.Options options =
                options(kind, 16 << 20).wrap(backend -> new FaultyBackend(backend, faults));
        try (DiskLab lab = new DiskLab(options)) {
            put(lab, 0, KEYS, 0);
            warm(lab, 0, KEYS, 0);
            check(lab, 0, KEYS, 0);
            assertThat(lab.disk.pinnedBytes()).isZero();
            assertThat(pinnedReads(lab)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void aRecordInLockedMemoryThatIsDamagedIsNotServed(Backend.Kind kind) throws IOException {
        try (DiskLab lab = new DiskLab(options(kind, 16 << 20))) {
            put(lab, 0, 2, 0);
            damageKey1();
            for (int i = 0; i < 10; i++) {
                check(lab, 0, 1, 0);
            }
            DiskLab.Await.until(() -> lab.disk.pinNow() == 0);
            check(lab, 0, 1, 0);
            assertThat(lent(lab, "key0")).isEqualTo(value(0, 0));
            assertThat(lent(lab, "key1")).isNull();
            assertThat(load(lab, 1)).isNull();
            assertThat(lab.disk.status().quarantined()).isEqualTo(1);
            assertThat(pinnedReads(lab)).isPositive();
        }
    }

    /** In the middle of its value. */
    private void damageKey1() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Path segment =
                    files.filter(file -> file.toString().endsWith(".gsl"))
                            .findFirst()
                            .orElseThrow();
            byte[] content = Files.readAllBytes(segment);
            byte[] wanted = value(1, 0);
            int at = 0;
            while (ByteBuffer.wrap(content, at, 4096).mismatch(ByteBuffer.wrap(wanted)) >= 0) {
                at++;
            }
            try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {(byte) ~content[at + 2000]}), at + 2000);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsReadWhileSegmentsAreGivenUpIsRightAndNothingKeepsTheirRoomOnTheDisk(
            Backend.Kind kind) throws Exception {
        long max = 2 << 20;
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        DiskLab.Options options = options(kind, max).disk(26 << 20, 512 << 10);
        try (DiskLab lab = new DiskLab(options)) {
            List<Thread> threads =
                    List.of(
                            Thread.ofPlatform().start(() -> readUntil(lab, 1, over, wrong)),
                            Thread.ofPlatform().start(() -> readUntil(lab, 2, over, wrong)),
                            Thread.ofPlatform().start(() -> borrowUntil(lab, over, wrong)),
                            Thread.ofPlatform()
                                    .start(() -> {
                                        while (!over.get()) {
                                            lab.disk.pinNow();
                                            Thread.yield();
                                        }
                                    }));
            for (int generation = 0; generation < 100; generation++) {
                put(lab, 0, 60, generation);
                assertThat(lab.disk.pinnedBytes()).isLessThanOrEqualTo(max);
            }
            over.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong.get()).isNull();
            assertThat(pinnedReads(lab)).isPositive();
            assertThat(mapped()).isEmpty();
        }
    }

    /** The generations of a key are read in their order, and each is what was written. */
    private static void readUntil(
            DiskLab lab, int seed, AtomicBoolean over, AtomicReference<Throwable> wrong) {
        Random random = new Random(seed);
        long[] latest = new long[60];
        try {
            while (!over.get()) {
                int key = random.nextInt(60);
                Entry entry = load(lab, key);
                if (entry == null) {
                    continue;
                }
                assertThat(entry.clock()).isGreaterThanOrEqualTo(latest[key]);
                latest[key] = entry.clock();
                int generation = (int) ((entry.clock() - 1001) / 60);
                assertThat(entry.value()).isEqualTo(value(key, generation));
            }
        } catch (Throwable e) {
            wrong.set(e);
        }
    }

    /** Likewise; what is handed over says itself which generation it is of. */
    private static void borrowUntil(
            DiskLab lab, AtomicBoolean over, AtomicReference<Throwable> wrong) {
        Random random = new Random(3);
        long[] latest = new long[60];
        long[] clock = new long[1];
        try {
            while (!over.get()) {
                int key = random.nextInt(60);
                byte[] value =
                        lent(
                                lab,
                                "key" + key,
                                (_, written) -> {
                                    clock[0] = written;
                                    return true;
                                });
                if (value != null) {
                    assertThat(clock[0]).isGreaterThanOrEqualTo(latest[key]);
                    latest[key] = clock[0];
                    assertThat(value).isEqualTo(value(key, (int) ((clock[0] - 1001) / 60)));
                }
            }
        } catch (Throwable e) {
            wrong.set(e);
        }
    }

    private List<String> mapped() throws IOException {
        String segments = folder.resolve("segment").toString();
        return Files.exists(MAPS)
                ? Files.readAllLines(MAPS).stream().filter(line -> line.contains(segments)).toList()
                : List.of();
    }
}
