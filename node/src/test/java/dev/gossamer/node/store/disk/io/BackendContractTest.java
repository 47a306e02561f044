package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gossamer.node.net.EventLoops;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link Backend} and {@link DiskFile} promise, on every way to the disk. */
@ParameterizedClass
@EnumSource(Way.class)
class BackendContractTest {
    private static final int KIB = 1024;
    private static final int MIB = 1 << 20;

    private static EventLoops loops;

    @Parameter Way way;

    @TempDir Path folder;

    private Backend backend;

    @BeforeAll
    static void startLoops() {
        loops = EventLoops.start(Optional.empty(), 2);
    }

    @AfterAll
    static void closeLoops() {
        loops.close();
    }

    @BeforeEach
    void start() {
        backend = way.start(loops, IoSettings.DEFAULTS);
    }

    @AfterEach
    void stop() {
        assertThat(backend.stats().pending()).isZero();
        assertThat(backend.stats().pendingBytes()).isZero();
        backend.close();
    }

    @Test
    void whatWasWrittenIsReadWhateverTheRanges() throws IOException {
        long seed = seed();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] model = new byte[256 * KIB];
        try (DiskFile file = backend.create(folder.resolve("f"), model.length)) {
            for (int round = 0; round < 300; round++) {
                int length = random.nextInt(1, 20 * KIB);
                int offset = random.nextInt(model.length - length);
                if (random.nextBoolean()) {
                    write(file, offset, fresh(random, model, offset, length));
                } else {
                    assertThat(read(file, offset, buffer(random, length)))
                            .as("seed %s round %s offset %s", seed, round, offset)
                            .isEqualTo(ByteBuffer.wrap(model, offset, length));
                }
            }
        }
    }

    /** New bytes for a range of the model. */
    private static ByteBuffer fresh(SplittableRandom random, byte[] model, int offset, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, model, offset, length);
        return buffer(random, length).put(0, bytes);
    }

    /** A buffer that is aligned or not, with room around its range or not. */
    private static ByteBuffer buffer(SplittableRandom random, int length) {
        int before = random.nextBoolean() ? 0 : random.nextInt(64);
        ByteBuffer aligned =
                ByteBuffer.allocateDirect(length + before + 8192).alignedSlice(UringFile.ALIGNMENT);
        return aligned.slice(before, length);
    }

    @Test
    void alignedReadsOfAWholeFileInPiecesMeetItsContent() throws IOException {
        Path path = prefilled(10 * MIB);
        try (DiskFile file = backend.open(path, false)) {
            for (int offset = 0; offset < 10 * MIB; offset += MIB) {
                ByteBuffer piece =
                        ByteBuffer.allocateDirect(MIB + 4096).alignedSlice(4096).slice(0, MIB);
                assertThat(read(file, offset, piece)).isEqualTo(pattern(offset, MIB));
            }
        }
    }

    @Test
    void oneReadMayBeAsLongAsTheFileAndNotAligned() throws IOException {
        Path path = prefilled(10 * MIB);
        try (DiskFile file = backend.open(path, false)) {
            assertThat(read(file, 1, ByteBuffer.allocateDirect(10 * MIB - 1)))
                    .isEqualTo(pattern(1, 10 * MIB - 1));
        }
    }

    @Test
    void manyReadsAtATimeEachGetTheirOwnBytes() throws IOException {
        SplittableRandom random = new SplittableRandom(seed());
        try (DiskFile file = backend.open(prefilled(4 * MIB), false)) {
            List<Ended> ends = new ArrayList<>();
            List<Long> offsets = new ArrayList<>();
            List<ByteBuffer> buffers = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                Ended end = new Ended();
                ByteBuffer buffer = buffer(random, random.nextInt(1, 5000));
                long offset = random.nextLong(4 * MIB - 5000);
                file.read(offset, buffer, end);
                ends.add(end);
                offsets.add(offset);
                buffers.add(buffer);
            }
            ends.forEach(Ended::awaitDone);
            for (int i = 0; i < ends.size(); i++) {
                ByteBuffer seen = buffers.get(i);
                assertThat(seen).isEqualTo(pattern(offsets.get(i), seen.remaining()));
            }
        }
    }

    @Test
    void theLastByteIsReadAndTheOneBehindItIsNot() throws IOException {
        try (DiskFile file = backend.open(prefilled(10_001), true)) {
            assertThat(read(file, 10_000, ByteBuffer.allocateDirect(1)))
                    .isEqualTo(pattern(10_000, 1));
            assertThat(read(file, 10_001, ByteBuffer.allocateDirect(0)).remaining()).isZero();
            assertThat(readFailure(file, 10_000, 2)).isInstanceOf(DiskException.PastEnd.class);
            assertThat(readFailure(file, Long.MAX_VALUE, 1))
                    .isInstanceOf(DiskException.PastEnd.class);
            Ended end = new Ended();
            file.write(10_000, ByteBuffer.allocateDirect(2), end);
            assertThat(end.awaitFailure())
                    .isInstanceOf(DiskException.PastEnd.class)
                    .hasMessageContaining("goes beyond its end at 10001");
            assertThat(file.readNow(10_000, ByteBuffer.allocateDirect(2))).isFalse();
        }
    }

    @Test
    void aFileThatWasCutIsToldFromOneThatIsWhole() throws IOException {
        Path path = prefilled(64 * KIB);
        try (DiskFile file = backend.open(path, false);
                FileChannel cut = FileChannel.open(path, StandardOpenOption.WRITE)) {
            cut.truncate(10_000);
            assertThat(readFailure(file, 32 * KIB, 4096)).isInstanceOf(DiskException.PastEnd.class);
            assertThat(readFailure(file, 8192, 4096)).isInstanceOf(DiskException.PastEnd.class);
            assertThat(readFailure(file, 9999, 2)).isInstanceOf(DiskException.PastEnd.class);
            assertThat(read(file, 9000, ByteBuffer.allocateDirect(1000)))
                    .isEqualTo(pattern(9000, 1000));
        }
    }

    @Test
    void offsetsBeyondTwoGibibytesAreThemselves() throws IOException {
        Path path = folder.resolve("sparse");
        long length = 5L << 30;
        try (FileChannel sparse =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            sparse.write(ByteBuffer.wrap(new byte[] {1}), length - 1);
        }
        try (DiskFile file = backend.open(path, true)) {
            assertThat(file.length()).isEqualTo(length);
            write(file, (3L << 30) + 7, direct(9, 8, 7));
            assertThat(read(file, (3L << 30) + 7, ByteBuffer.allocateDirect(3)))
                    .isEqualTo(direct(9, 8, 7));
            assertThat(read(file, length - 1, ByteBuffer.allocateDirect(1))).isEqualTo(direct(1));
            assertThat(read(file, ((3L << 30) + 7) & Integer.MAX_VALUE, direct(5)))
                    .isEqualTo(direct(0));
        }
    }

    @Test
    void aNewFileIsZeroAndItsSpaceIsReserved() throws IOException {
        Path path = folder.resolve("new");
        try (DiskFile file = backend.create(path, 3 * MIB + 1)) {
            assertThat(file.length()).isEqualTo(3 * MIB + 1).isEqualTo(Files.size(path));
            assertThat(bytesOnDisk(path)).isGreaterThanOrEqualTo(3 * MIB);
            assertThat(read(file, MIB - 1, direct(1, 2, 3))).isEqualTo(direct(0, 0, 0));
        }
    }

    /** What stat(1) counts, in blocks of 512 bytes. */
    private static long bytesOnDisk(Path path) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
        try (InputStream out = stat.getInputStream()) {
            String blocks = new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip();
            return 512 * Long.parseLong(blocks);
        }
    }

    @Test
    void aFileThatIsThereIsNotMadeAgain() throws IOException {
        Path path = prefilled(4096);
        assertThatThrownBy(() -> backend.create(path, 8192))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(Files.size(path)).isEqualTo(4096);
    }

    @Test
    void aFileThatIsMissingIsNotOpened() {
        assertThatThrownBy(() -> backend.open(folder.resolve("missing"), true))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileForWhichThereIsNoRoomIsRefusedAndLeavesNothing() {
        assumeThat(way)
                .as("the other ways write zeros until the disk is full")
                .isNotEqualTo(Way.PORTABLE_WITHOUT_NATIVE_CALLS);
        Path path = folder.resolve("petabyte");
        assertThatThrownBy(() -> backend.create(path, 1L << 50))
                .isInstanceOf(DiskException.Full.class)
                .hasMessageContaining("petabyte");
        assertThat(path).doesNotExist();
    }

    @Test
    void whatWasWrittenIsInThePageCache() throws IOException {
        try (DiskFile file = backend.create(folder.resolve("f"), MIB)) {
            write(file, 12_345, pattern(12_345, 6000));
            ByteBuffer seen = ByteBuffer.allocateDirect(6000);
            boolean hit = file.readNow(12_345, seen);
            assertThat(hit).isEqualTo(way.knowsThePageCache());
            if (hit) {
                assertThat(seen).isEqualTo(pattern(12_345, 6000));
                assertThat(backend.stats().readNowHits()).isEqualTo(1);
            } else {
                assertThat(backend.stats().readNowMisses()).isEqualTo(1);
            }
        }
    }

    @Test
    void whatThePageCacheDoesNotHaveIsNeitherReadNowNorFetched() throws IOException {
        assumeThat(way.knowsThePageCache()).isTrue();
        Path path = prefilled(MIB);
        try (DiskFile file = backend.open(path, true)) {
            Ended synced = new Ended();
            file.sync(synced);
            synced.awaitDone();
            dropCached(path);
            ByteBuffer seen = ByteBuffer.allocateDirect(4096);
            for (int i = 0; i < 100; i++) {
                assertThat(file.readNow(64 * KIB, seen)).as("look %s", i).isFalse();
            }
            assertThat(read(file, 64 * KIB, seen)).isEqualTo(pattern(64 * KIB, 4096));
        }
    }

    private static void dropCached(Path path) throws IOException {
        int descriptor = Linux.open(path, false, false);
        try {
            Linux.dropCached(descriptor);
        } finally {
            Linux.close(descriptor);
        }
    }

    @Test
    void coldReadsGoPastThePageCacheOnTheRingOnly() throws IOException {
        assumeThat(way.knowsThePageCache()).isTrue();
        Path path = prefilled(MIB);
        try (DiskFile file = backend.open(path, true)) {
            Ended synced = new Ended();
            file.sync(synced);
            synced.awaitDone();
            dropCached(path);
            read(file, 64 * KIB + 5, ByteBuffer.allocateDirect(4096));
            boolean past = file.alignment() > 1;
            assertThat(past).isEqualTo(way == Way.URING || way == Way.FAULTY_WITHOUT_FAULTS);
            assertThat(file.readNow(64 * KIB + 5, ByteBuffer.allocateDirect(4096)))
                    .isEqualTo(!past);
        }
    }

    @Test
    void aClosedFileRefuses() throws IOException {
        DiskFile file = backend.open(prefilled(8192), true);
        file.close();
        assertThat(readFailure(file, 0, 10)).isInstanceOf(DiskException.Closed.class);
        Ended synced = new Ended();
        file.sync(synced);
        assertThat(synced.awaitFailure()).isInstanceOf(DiskException.Closed.class);
        assertThat(file.readNow(0, ByteBuffer.allocateDirect(10))).isFalse();
        file.close();
    }

    @Test
    void whatIsUnderWayWhenAFileIsClosedEndsAndThenItsDescriptorsAreGone() throws IOException {
        Path path = prefilled(4 * MIB);
        DiskFile file = backend.open(path, true);
        List<Ended> ends = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Ended end = new Ended();
            file.read(i * 4096L, ByteBuffer.allocateDirect(4096), end);
            ends.add(end);
        }
        assertThat(openDescriptors(path)).isPositive();
        file.close();
        ends.forEach(Ended::awaitDone);
        await(() -> openDescriptors(path) == 0);
    }

    @Test
    void noDescriptorStaysBehind() throws IOException {
        Path path = prefilled(8192);
        for (int i = 0; i < 50; i++) {
            try (DiskFile file = backend.open(path, true)) {
                read(file, 1, ByteBuffer.allocateDirect(100));
                file.readNow(1, ByteBuffer.allocateDirect(100));
            }
        }
        backend.create(folder.resolve("new"), 8192).close();
        await(() -> openDescriptors(path) == 0 && openDescriptors(folder.resolve("new")) == 0);
    }

    private static long openDescriptors(Path path) {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> leadsTo(each, path)).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean leadsTo(Path link, Path path) {
        try {
            return Files.readSymbolicLink(link).equals(path);
        } catch (IOException _) {
            // Closed since it was listed.
            return false;
        }
    }

    @Test
    void aFileThatIsOpenForReadingIsNotWritten() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), false)) {
            assumeThat(way).isNotEqualTo(Way.FAULTY_WITHOUT_FAULTS);
            assertThatThrownBy(() -> file.write(0, direct(1), new Ended()))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void onlyDirectBuffersAndPlacesThatExistAreTaken() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), true)) {
            assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(10), new Ended()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> file.read(-1, direct(1), new Ended()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void completionsRunOnLoopsAndVirtualThreadsNeverOnTheCaller() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), true)) {
            Ended read = new Ended();
            file.read(0, ByteBuffer.allocateDirect(10), read);
            Ended pastEnd = new Ended();
            file.read(9000, ByteBuffer.allocateDirect(10), pastEnd);
            for (Ended end : List.of(read, pastEnd)) {
                Thread thread = end.thread();
                assertThat(thread).isNotEqualTo(Thread.currentThread());
                assertThat(thread.isVirtual() || thread.getName().startsWith("gossamer-loop"))
                        .as(thread.getName())
                        .isTrue();
            }
        }
    }

    @Test
    void aCompletionThatThrowsHarmsNobody() throws IOException {
        try (DiskFile file = backend.open(prefilled(8192), true)) {
            file.read(0, ByteBuffer.allocateDirect(10), new Throwing());
            file.read(9000, ByteBuffer.allocateDirect(10), new Throwing());
            assertThat(read(file, 0, ByteBuffer.allocateDirect(10))).isEqualTo(pattern(0, 10));
            await(() -> backend.stats().pending() == 0);
        }
    }

    /** A completion with a defect. */
    private static final class Throwing implements Completion {
        @Override
        public void done() {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void failed(DiskException why) {
            throw new IllegalStateException("on purpose", why);
        }
    }

    @Test
    void aBackendThatIsClosedEndsWhatIsUnderWayAndRefusesTheRest() throws IOException {
        DiskFile file = backend.open(prefilled(4 * MIB), true);
        List<Ended> ends = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Ended end = new Ended();
            file.read(i * 4000L, ByteBuffer.allocateDirect(4096), end);
            ends.add(end);
        }
        backend.close();
        for (Ended end : ends) {
            DiskException failure = end.awaitFailureOrNull();
            if (failure != null) {
                assertThat(failure).isInstanceOf(DiskException.Closed.class);
            }
        }
        assertThat(readFailure(file, 0, 10)).isInstanceOf(DiskException.Closed.class);
        file.close();
        await(() -> backend.stats().pending() == 0);
    }

    // What the tests use.

    private static long seed() {
        return Long.getLong("seed", System.nanoTime());
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private Path prefilled(int bytes) throws IOException {
        Path path = folder.resolve("prefilled-" + bytes);
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(pattern(0, bytes));
        }
        return path;
    }

    /** Bytes that tell their place. */
    private static ByteBuffer pattern(long offset, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        for (int i = 0; i < bytes; i++) {
            long at = offset + i;
            buffer.put(i, (byte) (at * 31 + (at >> 8) * 7 + (at >> 16)));
        }
        return buffer;
    }

    private static ByteBuffer direct(int... bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            buffer.put(i, (byte) bytes[i]);
        }
        return buffer;
    }

    private static void write(DiskFile file, long offset, ByteBuffer bytes) {
        Ended end = new Ended();
        file.write(offset, bytes, end);
        end.awaitDone();
    }

    private static ByteBuffer read(DiskFile file, long offset, ByteBuffer into) {
        Ended end = new Ended();
        file.read(offset, into, end);
        end.awaitDone();
        return into;
    }

    private static DiskException readFailure(DiskFile file, long offset, int bytes) {
        Ended end = new Ended();
        file.read(offset, ByteBuffer.allocateDirect(bytes), end);
        return end.awaitFailure();
    }
}
