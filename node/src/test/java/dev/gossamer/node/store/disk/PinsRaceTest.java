package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.Stamps.Stamp;
import dev.gossamer.node.store.disk.format.Compression;
import dev.gossamer.node.store.disk.format.LogId;
import dev.gossamer.node.store.disk.format.LogRecord;
import dev.gossamer.node.store.disk.format.SegmentHeader;
import dev.gossamer.node.store.disk.format.StoredValue;
import dev.gossamer.node.store.disk.io.DiskFile;
import dev.gossamer.node.store.disk.io.IoSettings;
import dev.gossamer.node.store.disk.io.LockedMemory;
import dev.gossamer.node.store.disk.io.PlainMemory;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Places are filled again while others read what was there before: what they believe is right.
 *
 * <p>Both segments have the same keys and versions at the same offsets, and other values: so what a
 * reader takes for its record in another's memory passes all that is looked at but the pin.
 */
class PinsRaceTest {
    private static final int SEGMENTS = 2;
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int CHANGES = 5_000;
    private static final int READERS = 3;
    private static final Version VERSION = new Version(3, 4, new MemberId(5));
    private static final Stamp STAMP = new Stamp(3, 5, 0);

    private final Frames frames = new Frames(SEGMENTS, SEGMENT_BYTES);
    private final List<ByteBuffer> contents = new ArrayList<>();
    private final List<Written> written = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final DiskReader reader =
            DiskReader.of(frames, IoSettings.DEFAULTS, new ReaderCounts(), Runnable::run);

    /** A record, and where it is. */
    private record Written(long where, Bytes key, byte[] value) {}

    /** Five fresh seeds a run; {@code -Dseed=N} replays the order of one. */
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(5) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noReaderBelievesWhatIsInAPlaceOfAnotherPart(long seed) throws Exception {
        for (int frame = 0; frame < SEGMENTS; frame++) {
            write(frame, new SplittableRandom(seed));
        }
        SplittableRandom random = new SplittableRandom(seed);
        try (LockedMemory memory = PlainMemory.of(2 * Pins.PLACE_BYTES, Pins.PLACE_BYTES);
                ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                SplittableRandom own = random.split();
                readers.add(threads.submit(() -> readUntilOver(own)));
            }
            try {
                change(memory, random);
            } finally {
                over.set(true);
            }
            for (Future<Long> found : readers) {
                assertThat(found.get()).isPositive();
            }
            frames.inOrder().forEach(segment -> segment.pins().close());
        }
    }

    /**
     * @param same of which all but the values follow
     */
    private void write(int frame, SplittableRandom same) {
        SplittableRandom own = new SplittableRandom(frame);
        SegmentHeader header = new SegmentHeader(new LogId(1, 2), frame, SEGMENT_BYTES, 0);
        Segment segment = new Segment(header, frame, Path.of("none"), noFile());
        ByteBuffer content = ByteBuffer.allocateDirect(SEGMENT_BYTES);
        for (int key = 0; content.remaining() > 80_000; key++) {
            int length = same.nextInt(10) == 0 ? same.nextInt(60_000) : same.nextInt(6_000);
            boolean compressed = same.nextInt(4) == 0;
            byte[] value = new byte[length];
            if (compressed) {
                Arrays.fill(value, (byte) own.nextInt());
            } else {
                own.nextBytes(value);
            }
            int at = content.position();
            Bytes name = Bytes.utf8("key" + key);
            StoredValue stored =
                    compressed ? StoredValue.of(value, Compression.LZ4) : StoredValue.plain(value);
            LogRecord record =
                    LogRecord.value(
                            name.slotIndex(),
                            (int) MemoryTier.positionOf(name),
                            name,
                            Entry.of(value, VERSION, Entry.NEVER),
                            stored);
            segment.codec().encode(record, content, at);
            long where = Where.of(segment.address(at), record.recordBytes());
            written.add(new Written(where, name, value));
        }
        contents.add(content);
        frames.fill(segment);
    }

    /** Nothing here reads one. */
    private static DiskFile noFile() {
        return (DiskFile)
                Proxy.newProxyInstance(
                        DiskFile.class.getClassLoader(),
                        new Class<?>[] {DiskFile.class},
                        (_, method, _) -> {
                            throw new UnsupportedOperationException(method.getName());
                        });
    }

    /** One part comes, the one that has been there longest leaves. */
    private void change(LockedMemory memory, SplittableRandom random) throws IOException {
        record Part(Pins pins, int number) {}
        Deque<Part> there = new ArrayDeque<>();
        List<Segment> segments = frames.inOrder();
        for (int i = 0; i < CHANGES; i++) {
            int frame = random.nextInt(SEGMENTS);
            Pins pins = segments.get(frame).pins();
            Part part = new Part(pins, random.nextInt(pins.parts()));
            if (there.contains(part)) {
                continue;
            }
            while (!memory.hasRoom()) {
                Part leaves = there.remove();
                leaves.pins().unpin(leaves.number());
            }
            int start = (int) Pins.start(part.number());
            ByteBuffer content =
                    contents.get(frame).slice(start, Pins.length(part.number(), SEGMENT_BYTES));
            pins.pin(part.number(), memory.take(content).orElseThrow());
            there.add(part);
        }
    }

    /** In any order while there are changes, and then each once. */
    private long readUntilOver(SplittableRandom random) {
        long found = 0;
        while (!over.get()) {
            found += read(written.get(random.nextInt(written.size())));
        }
        for (Written record : written) {
            found += read(record);
        }
        return found;
    }

    /** How many are found. */
    private int read(Written record) {
        Entry entry = reader.pinnedOrNull(record.where(), record.key(), VERSION.clock(), STAMP);
        if (entry == null) {
            return 0;
        }
        assertThat(entry.value()).isEqualTo(record.value());
        return 1;
    }
}
