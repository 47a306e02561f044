package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.DiskReader.Result;
import dev.gossamer.node.store.disk.format.Flaw;
import dev.gossamer.node.store.disk.format.LogId;
import dev.gossamer.node.store.disk.format.LogRecord;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.format.StoredValue;
import dev.gossamer.node.store.disk.io.Completion;
import dev.gossamer.node.store.disk.io.DiskException;
import dev.gossamer.node.store.disk.io.DiskFile;
import dev.gossamer.node.store.disk.io.Operation;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Long records are read in pieces, which arrive in any order and on any thread: what is told of
 * them is what is told of short ones.
 */
class LongReadTest {
    private static final int SEGMENT_BYTES = 16 << 20;
    private static final int OFFSET = 4096 + 32 * 5;
    private static final int VALUE_BYTES = (5 << 20) + 777;
    private static final Bytes KEY = Bytes.utf8("a long one");
    private static final Version VERSION = new Version(3, 4, new MemberId(5));
    private static final SegmentHeader HEADER =
            new SegmentHeader(new LogId(1, 2), 0, SEGMENT_BYTES, 0);

    private final byte[] value = new byte[VALUE_BYTES];
    private final Pieces file = new Pieces();
    private final Frames frames = new Frames(1, SEGMENT_BYTES);
    private final Queue<Runnable> aside = new ConcurrentLinkedQueue<>();
    private Executor asideOf = Thread::startVirtualThread;
    private final DiskReader reader =
            new DiskReader(
                    frames,
                    new Buffers(SEGMENT_BYTES),
                    new ReaderCounts(),
                    task -> asideOf.execute(task));

    /** A file that leaves it to the test when and where pieces arrive. */
    private static final class Pieces implements DiskFile {
        private final ByteBuffer content = ByteBuffer.allocateDirect(SEGMENT_BYTES);
        private final List<Runnable> asked = new ArrayList<>();
        private int failing = -1;

        @Override
        public void read(long offset, ByteBuffer direct, Completion completion) {
            int number = asked.size();
            asked.add(() -> arrive((int) offset, direct, completion, number == failing));
        }

        private void arrive(int offset, ByteBuffer direct, Completion completion, boolean fails) {
            if (fails) {
                completion.failed(
                        new DiskException.Failed(Operation.READ, Path.of("pieces"), offset, "EIO"));
            } else {
                direct.duplicate().put(content.slice(offset, direct.remaining()));
                completion.done();
            }
        }

        @Override
        public long length() {
            return SEGMENT_BYTES;
        }

        @Override
        public int alignment() {
            return 512;
        }

        @Override
        public boolean readNow(long offset, ByteBuffer direct) {
            return false;
        }

        @Override
        public void write(long offset, ByteBuffer direct, Completion completion) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync(Completion completion) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void copy(long offset, ByteBuffer direct) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private int write() {
        new Random(1).nextBytes(value);
        LogRecord record =
                LogRecord.value(
                        KEY.slotIndex(),
                        (int) MemoryTier.positionOf(KEY),
                        KEY,
                        Entry.of(value, VERSION, Entry.NEVER),
                        StoredValue.plain(value));
        HEADER.codec().encode(record, file.content.duplicate().position(OFFSET), OFFSET);
        frames.fill(new Segment(HEADER, 0, Path.of("pieces"), file));
        return record.recordBytes();
    }

    private CompletableFuture<Result> read(int recordBytes) {
        CompletableFuture<Result> result = new CompletableFuture<>();
        reader.read(
                Where.of(OFFSET, recordBytes),
                KEY,
                VERSION,
                one -> assertThat(result.complete(one)).as("told once").isTrue());
        assertThat(file.asked).hasSize(6);
        assertThat(result).isNotDone();
        return result;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void piecesMayArriveInAnyOrder(long seed) {
        CompletableFuture<Result> result = read(write());
        Collections.shuffle(file.asked, new Random(seed));
        for (Runnable piece : file.asked) {
            assertThat(result).isNotDone();
            piece.run();
        }
        assertThat(result.join())
                .isInstanceOfSatisfying(
                        Result.Found.class,
                        found -> {
                            assertThat(found.key()).isEqualTo(KEY);
                            assertThat(found.entry().value()).isEqualTo(value);
                            assertThat(found.entry().version()).isEqualTo(VERSION);
                        });
    }

    @Test
    void piecesMayArriveOnThreadsOfTheirOwn() {
        int recordBytes = write();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 20; round++) {
                CompletableFuture<Result> result = read(recordBytes);
                Collections.shuffle(file.asked, new Random(round));
                file.asked.forEach(threads::execute);
                assertThat(result.join())
                        .isInstanceOfSatisfying(
                                Result.Found.class,
                                found -> assertThat(found.entry().value()).isEqualTo(value));
                file.asked.clear();
            }
        }
    }

    @Test
    void whoBringsThePiecesIsNotKeptByLookingAtThem() {
        asideOf = aside::add;
        CompletableFuture<Result> result = read(write());
        file.asked.forEach(Runnable::run);
        assertThat(result).isNotDone();
        assertThat(aside).hasSize(1);
        aside.remove().run();
        assertThat(result.join()).isInstanceOf(Result.Found.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void damageInAnyPieceIsFound(int piece) {
        int recordBytes = write();
        int at = OFFSET + Math.min((piece << 20) + 300, recordBytes - 64);
        file.content.put(at, (byte) ~file.content.get(at));
        CompletableFuture<Result> result = read(recordBytes);
        file.asked.forEach(Runnable::run);
        assertThat(result.join()).isEqualTo(new Result.Damaged(Flaw.VALUE_DAMAGED));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5})
    void whenAPieceCannotBeReadItIsToldWhenNothingIsReadAnyMore(int piece) {
        file.failing = piece;
        CompletableFuture<Result> result = read(write());
        for (Runnable each : file.asked) {
            assertThat(result).isNotDone();
            each.run();
        }
        assertThat(result.join()).isInstanceOf(Result.Failed.class);
    }
}
