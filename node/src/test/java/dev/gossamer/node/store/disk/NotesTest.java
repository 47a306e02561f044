package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.disk.Intents.Hole;
import dev.gossamer.node.store.disk.format.Compression;
import dev.gossamer.node.store.disk.format.OlderFormat;
import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.io.IoSettings;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * C2, C11: which places are suspect after a kill, with the kill at exactly the instant in question.
 */
class NotesTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final long PLACE = placeOf(KEY);

    @TempDir Path folder;
    private Intents intents;
    private Staging staging;
    private DiskIndex index;
    private Shelf shelf;
    private long clock;
    private long offset;

    private record OneCache(List<Named> all) implements DiskCaches {
        @Override
        public int indexOf(Bytes key) {
            return 0;
        }
    }

    @BeforeEach
    void open() throws IOException {
        DiskRules rules =
                new DiskRules(
                        DiskRules.Policy.WRITE_THROUGH,
                        Compression.NONE,
                        0,
                        1 << 20,
                        Duration.ZERO);
        OneCache caches = new OneCache(List.of(new DiskCaches.Named("default", 2, rules)));
        MemoryTier memory =
                new MemoryTier(
                        new MemorySettings(1 << 20, 1 << 16),
                        System::nanoTime,
                        System::currentTimeMillis,
                        _ -> 2,
                        new SimpleMeterRegistry());
        DiskSettings settings =
                new DiskSettings(
                        folder,
                        64 << 20,
                        SEGMENT_BYTES,
                        1 << 20,
                        1 << 20,
                        new DiskSettings.Fsync.Never(),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Optional.empty(),
                        new IoSettings(1, 1 << 20, false),
                        OlderFormat.DISCARD);
        intents = Intents.open(folder);
        staging = new Staging(1 << 20);
        index = new DiskIndex(caches, memory.accounts(), new Frames(4, SEGMENT_BYTES));
        shelf =
                new Shelf(
                        index,
                        staging,
                        intents,
                        caches,
                        new Weakest(
                                index,
                                new Popularity(settings.bytesMax(), settings.indexBytesMax()),
                                new SplittableRandom(1)),
                        System::currentTimeMillis,
                        new Breaker(),
                        settings);
        shelf.open(false);
    }

    @AfterEach
    void close() {
        intents.close();
    }

    private static long placeOf(Bytes key) {
        return Change.placeOf(key.slotIndex(), MemoryTier.positionOf(key));
    }

    private void put(Bytes key) {
        Version version = new Version(1, ++clock, new MemberId(7));
        shelf.written(key.slotIndex(), key, Entry.of(new byte[8], version, Entry.NEVER));
    }

    private void remove(Bytes key) {
        Version version = new Version(1, ++clock, new MemberId(7));
        long forgetAt = System.currentTimeMillis() + 600_000;
        shelf.removed(key.slotIndex(), key, Entry.tombstone(version, forgetAt));
    }

    /** What the writer does with everything that is staged. */
    private List<RecordKind> write() throws InterruptedException {
        List<Change> batch = staging.take(1 << 20, 0);
        for (Change change : batch) {
            offset += 64;
            int row = index.find(change.slot, change.position);
            if (row >= 0 && staging.isCurrent(change)) {
                index.move(change.slot, row, Where.of(offset, 64));
            }
            staging.written(change);
        }
        intents.reached(staging.lastTaken(), 0, offset + 64);
        return batch.stream().map(change -> change.kind).toList();
    }

    /** The process is killed, and another one begins. */
    private void kill() {
        intents.suspect(List.of(new Hole(0, offset + 64, true)), 1);
    }

    @Test
    void aPlaceIsSuspectWhoseLastChangeIsNotInTheLog() throws InterruptedException {
        put(KEY);
        write();
        put(KEY);
        kill();
        assertThat(intents.isSuspect(PLACE, 0)).isTrue();
        assertThat(intents.isSuspect(placeOf(Bytes.utf8("other")), 0)).isFalse();
    }

    @Test
    void aPlaceIsNotSuspectWhoseLastChangeIsInTheLog() throws InterruptedException {
        put(KEY);
        write();
        put(KEY);
        write();
        kill();
        assertThat(intents.isSuspect(PLACE, 0)).isFalse();
    }

    @Test
    void aValueThatOvertakesItsPlacesRemovalIsNotedInItsStead() throws InterruptedException {
        put(KEY);
        write();
        remove(KEY);
        put(KEY);
        // The removal's turn comes and is skipped; the value's does not come any more.
        intents.reached(2, 0, offset + 64);
        kill();
        assertThat(intents.isSuspect(PLACE, 0)).isTrue();
    }

    @Test
    void theErasureOfASlotIsWrittenInItsTurnEvenIfAnotherFollows() throws InterruptedException {
        put(KEY);
        write();
        shelf.drop(KEY.slotIndex(), _ -> true, _ -> false);
        put(KEY);
        shelf.drop(KEY.slotIndex(), _ -> true, _ -> false);
        assertThat(write())
                .containsExactly(RecordKind.ERASE_SLOT, RecordKind.VALUE, RecordKind.ERASE_SLOT);
    }

    @Test
    void whatWasWrittenSinceThePlaceBecameSuspectIsNot() throws InterruptedException {
        put(KEY);
        write();
        put(KEY);
        kill();
        // Killed once more, before recovery had come to its end.
        intents.suspect(List.of(new Hole(1, 4096, true)), 2);
        assertThat(intents.isSuspect(PLACE, 0)).as("from before").isTrue();
        assertThat(intents.isSuspect(PLACE, 1)).as("from between").isFalse();
        intents.cleared();
        assertThat(intents.isSuspect(PLACE, 0)).as("erased in the log").isFalse();
    }

    @Test
    void ofManyPlacesExactlyThoseAreSuspectWhoseChangeIsNotInTheLog() {
        SplittableRandom random = new SplittableRandom(5);
        Set<Long> inLog = new HashSet<>();
        Set<Long> lost = new HashSet<>();
        long sequence = 0;
        for (int i = 0; i < 40_000; i++) {
            long place = Change.placeOf(random.nextInt(16_384), random.nextLong(1L << 32));
            intents.note(place, ++sequence);
            inLog.add(place);
            if (i % 2 == 0) {
                intents.reached(sequence, 0, 64 * sequence);
            }
        }
        intents.reached(sequence, 0, 64 * sequence);
        offset = 64 * sequence;
        for (long place :
                LongStream.generate(() ->
                                Change.placeOf(random.nextInt(16_384), random.nextLong(1L << 32)))
                        .limit(40_000)
                        .toArray()) {
            intents.note(place, ++sequence);
            lost.add(place);
        }
        kill();
        assertThat(inLog).noneMatch(place -> intents.isSuspect(place, 0));
        assertThat(lost).allMatch(place -> intents.isSuspect(place, 0));
    }

    @Test
    void notesThatComeInAnotherOrderThanTheirSequencesForgetNothing() {
        SplittableRandom random = new SplittableRandom(7);
        long[] places =
                LongStream.generate(() -> random.nextLong(1L << 40)).limit(2_000_000).toArray();
        for (int i = 0; i < places.length; i++) {
            intents.note(places[i], places.length - i);
        }
        long reached = places.length / 2;
        intents.reached(reached, 0, 64);
        kill();
        assertThat(LongStream.of(places).limit(reached))
                .allMatch(place -> intents.isSuspect(place, 0));
    }

    @Test
    void whereMoreOfABucketIsLackingThanItHasCellsNothingIsForgotten() {
        SplittableRandom random = new SplittableRandom(6);
        long[] places =
                LongStream.generate(() -> random.nextLong(1L << 40)).limit(2_000_000).toArray();
        for (int i = 0; i < places.length; i++) {
            intents.note(places[i], i + 1);
        }
        kill();
        assertThat(LongStream.of(places)).allMatch(place -> intents.isSuspect(place, 0));
    }
}
