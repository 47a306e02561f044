package dev.gossamer.node.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Tags.Bumped;
import dev.gossamer.node.cache.Tags.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TagJournalTest {
    private static final int TAGS_MAX = 40;
    private static final long RECORDS = 40 + 20 + 64;

    @TempDir Path folder;

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(10) : LongStream.of(fixed);
    }

    private TagJournal open() throws IOException {
        return TagJournal.open(folder, TAGS_MAX);
    }

    private static Map<Long, Long> latest(TagJournal journal) {
        Map<Long, Long> latest = new HashMap<>();
        journal.found().tags().forEach(each -> latest.merge(each.tag(), each.clock(), Math::max));
        return latest;
    }

    private static Page page(Map<Long, Long> known, long floor) {
        List<Bumped> tags =
                known.entrySet().stream()
                        .map(it -> new Bumped(it.getKey(), it.getValue()))
                        .toList();
        return new Page(floor, 0, tags.size(), tags);
    }

    /** Through as many changes of regions as there may be, closed or not. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everythingThatWasEverWrittenIsFoundAgain(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        Map<Long, Long> known = new HashMap<>();
        long floor = 0;
        long clock = 1;
        for (int run = 0; run < 6; run++) {
            try (TagJournal journal = open()) {
                assertThat(journal.isWhole()).isEqualTo(run > 0);
                assertThat(latest(journal)).isEqualTo(known);
                assertThat(journal.found().floor()).isEqualTo(floor);
                int writes = random.nextInt(3 * (int) RECORDS);
                for (int i = 0; i < writes; i++) {
                    long tag = random.nextInt(TAGS_MAX) - 7;
                    clock += random.nextInt(3);
                    long now = floor;
                    if (random.nextInt(20) == 0) {
                        floor = Math.max(1, clock - 50);
                        long raised = floor;
                        journal.floorRaised(floor, () -> page(known, raised));
                    } else {
                        known.put(tag, clock);
                        journal.bumped(tag, clock, () -> page(known, now));
                    }
                }
            }
        }
    }

    @Test
    void whatWasWrittenIsThereThoughTheFileWasNeverClosed() throws IOException {
        TagJournal journal = open();
        journal.bumped(5, 7, () -> page(Map.of(), 0));
        try (TagJournal after = open()) {
            assertThat(after.isWhole()).isTrue();
            assertThat(after.found().tags()).containsExactly(new Bumped(5, 7));
        }
        journal.close();
    }

    @Test
    void aFileWithABitThatHasFlippedIsNotWholeOrTellsTheSame() throws IOException {
        try (TagJournal journal = open()) {
            for (int i = 1; i <= 10; i++) {
                journal.bumped(i, i, () -> page(Map.of(), 0));
            }
        }
        byte[] good = Files.readAllBytes(folder.resolve(TagJournal.NAME));
        int damaged = 0;
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 16;
            Files.write(folder.resolve(TagJournal.NAME), bad);
            try (TagJournal journal = open()) {
                boolean same = journal.isWhole() && journal.found().tags().size() == 10;
                assertThat(!journal.isWhole() || same).as("byte %d", at).isTrue();
                damaged += journal.isWhole() ? 0 : 1;
            }
        }
        assertThat(damaged).isGreaterThanOrEqualTo(10 * 24 + 24 + 32);
    }

    @Test
    void aFileOfOtherSettingsOrNoneIsNotWholeAndBeginsAnew() throws IOException {
        try (TagJournal journal = open()) {
            assertThat(journal.isWhole()).isFalse();
            journal.bumped(5, 7, () -> page(Map.of(), 0));
        }
        try (TagJournal other = TagJournal.open(folder, 2 * TAGS_MAX)) {
            assertThat(other.isWhole()).isFalse();
            assertThat(other.found().tags()).isEmpty();
            other.bumped(6, 8, () -> page(Map.of(), 0));
            other.force();
        }
        try (TagJournal again = TagJournal.open(folder, 2 * TAGS_MAX)) {
            assertThat(again.isWhole()).isTrue();
            assertThat(again.found().tags()).containsExactly(new Bumped(6, 8));
        }
    }

    /** More tags than the table holds: what was folded is told by the floor. */
    @Test
    void aMemberThatComesBackKnowsEveryTagThatWasInvalidated() throws IOException {
        KeyspaceLab before = new KeyspaceLab(1L << 20);
        Tags tags = before.keyspace.tags();
        long[] clocks = new long[3_000];
        try (TagJournal journal = TagJournal.open(folder, tags.countMax())) {
            tags.restore(journal);
            for (int tag = 0; tag < clocks.length; tag++) {
                clocks[tag] = tags.hear(tag + 1L, tags.begin());
            }
        }
        KeyspaceLab after = new KeyspaceLab(1L << 20);
        try (TagJournal journal = TagJournal.open(folder, tags.countMax())) {
            assertThat(journal.isWhole()).isTrue();
            after.keyspace.tags().restore(journal);
        }
        for (int tag = 0; tag < clocks.length; tag++) {
            assertThat(after.keyspace.tags().clockOf(tag + 1L)).isGreaterThanOrEqualTo(clocks[tag]);
        }
    }

    @Test
    void aFloorThatComesFromAnotherMemberIsWrittenDown() throws IOException {
        KeyspaceLab lab = new KeyspaceLab(1L << 20);
        Tags tags = lab.keyspace.tags();
        long floor = tags.begin();
        try (TagJournal journal = TagJournal.open(folder, tags.countMax())) {
            tags.restore(journal);
            tags.adopt(new Page(floor, 0, 0, List.of()));
        }
        try (TagJournal journal = TagJournal.open(folder, tags.countMax())) {
            assertThat(journal.found().floor()).isEqualTo(floor);
        }
    }
}
