package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.node.store.disk.io.Backend;
import dev.gossamer.protocol.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the SSD's tier promises, on both backends. */
class DiskTierTest {
    @TempDir Path folder;

    private static byte[] value(int seed, int bytes) {
        byte[] value = new byte[bytes];
        new Random(seed).nextBytes(value);
        return value;
    }

    private DiskLab lab(Backend.Kind kind) throws IOException {
        return new DiskLab(DiskLab.options(folder).kind(kind));
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatMemoryHasNoRoomForIsReadFromTheDisk(Backend.Kind kind) throws IOException {
        DiskLab.Options options =
                DiskLab.options(folder)
                        .kind(kind)
                        .memory(1 << 20)
                        .rules(DiskLab.rules(Policy.ON_EVICTION));
        try (DiskLab lab = new DiskLab(options)) {
            for (int i = 0; i < 5_000; i++) {
                lab.put("key" + i, value(i, 4096));
                lab.settle();
            }
            assertThat(lab.memory.liveCount()).isLessThan(400);
            for (int i = 0; i < 5_000; i++) {
                Entry entry = lab.find("key" + i);
                assertThat(entry).as("key%d", i).isNotNull();
                assertThat(entry.value()).isEqualTo(value(i, 4096));
            }
            assertThat(lab.tiers.liveCount()).isEqualTo(5_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void aRestartFindsTheLastValueOfEachKeyAndNothingThatWasRemoved(Backend.Kind kind)
            throws IOException {
        Map<String, byte[]> expected = new HashMap<>();
        try (DiskLab lab = lab(kind)) {
            write(lab, expected);
        }
        try (DiskLab lab = lab(kind)) {
            lab.awaitLoaded();
            assertThat(lab.disk.status().loaded()).isEqualTo(1);
            check(lab, expected);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void aCopyOfTheFolderTakenWhileItRunsIsAsGoodAsAStop(Backend.Kind kind) throws IOException {
        Map<String, byte[]> expected = new HashMap<>();
        Path copy = Files.createDirectory(folder.resolveSibling(folder.getFileName() + "-copy"));
        try (DiskLab lab = lab(kind)) {
            write(lab, expected);
            lab.settle();
            copy(folder, copy);
        }
        try (DiskLab lab = new DiskLab(DiskLab.options(copy).kind(kind))) {
            lab.awaitLoaded();
            check(lab, expected);
        }
    }

    private static void write(DiskLab lab, Map<String, byte[]> expected) {
        Random random = new Random(5);
        for (int i = 0; i < 6_000; i++) {
            String key = "key" + random.nextInt(1_000);
            if (random.nextInt(5) == 0) {
                lab.remove(key);
                expected.remove(key);
            } else {
                byte[] value = value(i, random.nextInt(3_000));
                lab.put(key, value);
                expected.put(key, value);
            }
        }
    }

    private static void check(DiskLab lab, Map<String, byte[]> expected) {
        for (int i = 0; i < 1_000; i++) {
            Entry entry = lab.find("key" + i);
            byte[] value = expected.get("key" + i);
            if (value == null) {
                assertThat(entry).as("key%d was removed", i).isNull();
            } else {
                assertThat(entry).as("key%d", i).isNotNull();
                assertThat(entry.value()).as("key%d", i).isEqualTo(value);
            }
        }
        assertThat(lab.tiers.liveCount()).isEqualTo(expected.size());
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void theFolderNeverTakesMoreThanItsBudgetHoweverMuchIsOverwritten(Backend.Kind kind)
            throws IOException {
        long budget = 40L << 20;
        try (DiskLab lab = new DiskLab(DiskLab.options(folder).kind(kind).disk(budget, 1 << 20))) {
            for (int i = 0; i < 30_000; i++) {
                lab.put("key" + i % 4_000, value(i, 4096));
                if (i % 100 == 0) {
                    lab.settle();
                    assertThat(size(folder)).isLessThanOrEqualTo(budget);
                }
            }
            lab.settle();
            assertThat(lab.disk.status().writeAmplification()).isLessThan(1.5);
            assertThat(lab.disk.status().liveBytes()).isGreaterThan(budget / 4);
        }
        assertThat(size(folder)).isLessThanOrEqualTo(budget);
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void aFullLogThatIsMostlyDeadLosesNothingHoweverOftenItIsRestarted(Backend.Kind kind)
            throws IOException {
        DiskLab.Options options =
                DiskLab.options(folder).kind(kind).memory(1 << 20).disk(40 << 20, 1 << 20);
        byte[] value = new byte[10_000];
        for (int restart = 0; restart < 6; restart++) {
            try (DiskLab lab = new DiskLab(options)) {
                lab.awaitLoaded();
                for (int i = 0; i < 100 && restart == 0; i++) {
                    lab.put("cold" + i, value);
                }
                for (int i = 0; i < (restart == 0 ? 5_000 : 150); i++) {
                    lab.put("hot" + i % 100, value);
                    if (i % 50 == 0) {
                        lab.settle();
                    }
                }
                for (int i = 0; i < 100; i++) {
                    assertThat(lab.find("cold" + i)).as("restart %d: %d", restart, i).isNotNull();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void largeValuesGoThroughTheDiskWhole(Backend.Kind kind) throws IOException {
        DiskLab.Options options =
                DiskLab.options(folder).kind(kind).disk(256L << 20, 32 << 20).memory(1 << 20);
        try (DiskLab lab = new DiskLab(options)) {
            for (int i = 0; i < 4; i++) {
                lab.put("large" + i, value(i, (10 << 20) + i));
                lab.settle();
            }
        }
        try (DiskLab lab = new DiskLab(options)) {
            lab.awaitLoaded();
            for (int i = 0; i < 4; i++) {
                Entry entry = lab.find("large" + i);
                assertThat(entry).isNotNull();
                assertThat(entry.value()).isEqualTo(value(i, (10 << 20) + i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void whatIsReadFromTheDiskNeverReplacesSomethingNewer(Backend.Kind kind) throws IOException {
        try (DiskLab lab = lab(kind)) {
            Bytes key = Bytes.utf8("k");
            Entry older = lab.put("k", value(1, 100));
            lab.settle();
            Entry newer = lab.put("k", value(2, 100));
            assertThat(lab.memory.raise(key.slotIndex(), key, older)).isFalse();
            assertThat(lab.find("k")).isEqualTo(newer);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void theIndexNeverTakesMoreMemoryThanItMay(Backend.Kind kind) throws IOException {
        DiskLab.Bounds few =
                new DiskLab.Bounds(
                        8 << 20, 64 << 10, Duration.ofSeconds(5), Duration.ofMillis(100));
        try (DiskLab lab = new DiskLab(DiskLab.options(folder).kind(kind).bounds(few))) {
            for (int i = 0; i < 30_000; i++) {
                lab.put("key" + i, value(i, 16));
            }
            assertThat(lab.disk.status().indexBytes()).isBetween(60L << 10, 70L << 10);
            assertThat(lab.find("key19999")).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void digestsAndCountsSayTheSameBeforeAndAfterARestart(Backend.Kind kind) throws IOException {
        long[] before = new long[16_384];
        long count;
        try (DiskLab lab = lab(kind)) {
            for (int i = 0; i < 3_000; i++) {
                lab.put("key" + i % 2_000, value(i, 64));
            }
            for (int slot = 0; slot < before.length; slot++) {
                before[slot] = lab.memory.digest(slot, 0);
            }
            count = lab.tiers.liveCount();
        }
        try (DiskLab lab = lab(kind)) {
            lab.awaitLoaded();
            assertThat(lab.tiers.liveCount()).isEqualTo(count);
            for (int slot = 0; slot < before.length; slot++) {
                assertThat(lab.memory.digest(slot, 0)).as("slot %d", slot).isEqualTo(before[slot]);
            }
        }
    }
}
