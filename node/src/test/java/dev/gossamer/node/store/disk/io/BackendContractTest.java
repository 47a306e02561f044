package dev.gossamer.node.store.disk.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads and writes of a {@link DiskFile}, on every way to the disk. */
@ParameterizedClass
@EnumSource(Way.class)
class BackendContractTest extends OnEveryWay {
    private static final int KIB = 1024;
    private static final int MIB = 1 << 20;

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
        ByteBuffer aligned = ByteBuffer.allocateDirect(length + before + 8192).alignedSlice(4096);
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
}
