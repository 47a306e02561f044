package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.node.store.disk.DiskStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C8: a cache that leaves the SSD and comes back to it does not come back to what it had there. */
class DiskPolicyTest {
    private static final int KEYS = 3_000;

    @TempDir Path folder;

    private DiskLab.Ground ground;

    @BeforeEach
    void open() {
        ground = new DiskLab.Ground();
    }

    @AfterEach
    void close() {
        ground.close();
    }

    private static DiskLab.Options options(Path path, Policy policy) {
        return DiskLab.options(path).rules(DiskLab.rules(policy));
    }

    private DiskLab lab(Path path, Policy policy) throws IOException {
        return new DiskLab(options(path, policy), ground);
    }

    private static byte[] value(int generation, int i) {
        return (generation + " of key " + i + " " + "x".repeat(500)).getBytes();
    }

    private static void fill(DiskLab lab, int generation) {
        IntStream.range(0, KEYS).forEach(i -> lab.put("key" + i, value(generation, i)));
    }

    private static void removeAll(DiskLab lab) {
        IntStream.range(0, KEYS).forEach(i -> lab.remove("key" + i));
    }

    private static long found(DiskLab lab) {
        return IntStream.range(0, KEYS).filter(i -> lab.find("key" + i) != null).count();
    }

    /** The folder as a kill would leave it now. */
    private static Path killed(Path log) throws IOException {
        Path copy = Files.createTempDirectory(log.getParent(), "copy");
        DiskTierTest.copy(log, copy);
        return copy;
    }

    @Test
    void whatWasOverwrittenWhileItsCacheWasNotKeptDoesNotComeBackAfterStopsInOrder()
            throws IOException {
        Path log = folder.resolve("log");
        Path copy;
        try (DiskLab lab = lab(log, Policy.WRITE_THROUGH)) {
            fill(lab, 1);
        }
        try (DiskLab lab = lab(log, Policy.NEVER)) {
            lab.awaitLoaded();
            assertThat(found(lab)).isZero();
            fill(lab, 2);
        }
        try (DiskLab lab = lab(log, Policy.WRITE_THROUGH)) {
            lab.awaitLoaded();
            assertThat(lab.disk.continues()).isTrue();
            assertThat(found(lab)).isZero();
            assertThat(lab.disk.status().entries()).isZero();
            lab.settle();
            copy = killed(log);
        }
        try (DiskLab lab = lab(copy, Policy.WRITE_THROUGH)) {
            lab.awaitLoaded();
            assertThat(found(lab)).as("by the segments, for there is no snapshot").isZero();
        }
    }

    @Test
    void whatWasOverwrittenWhileItsCacheWasNotKeptDoesNotComeBackAfterKills() throws IOException {
        Path first = folder.resolve("log");
        Path second;
        Path third;
        try (DiskLab lab = lab(first, Policy.WRITE_THROUGH)) {
            fill(lab, 1);
            lab.settle();
            second = killed(first);
        }
        try (DiskLab lab = lab(second, Policy.NEVER)) {
            fill(lab, 2); // while it loads: the log is told by whoever comes first
            lab.awaitLoaded();
            lab.settle();
            third = killed(second);
        }
        try (DiskLab lab = lab(third, Policy.ON_EVICTION)) {
            lab.awaitLoaded();
            assertThat(lab.disk.continues()).isTrue();
            assertThat(found(lab)).isZero();
        }
    }

    @Test
    void whatWasRemovedWhileItsCacheWasNotKeptStaysRemoved() throws IOException {
        Path first = folder.resolve("log");
        Path second;
        Path third;
        try (DiskLab lab = lab(first, Policy.WRITE_THROUGH)) {
            fill(lab, 1);
            lab.settle();
            second = killed(first);
        }
        try (DiskLab lab = lab(second, Policy.NEVER)) {
            removeAll(lab);
            lab.settle();
            third = killed(second);
            lab.awaitLoaded();
        }
        try (DiskLab lab = lab(third, Policy.WRITE_THROUGH)) {
            lab.awaitLoaded();
            assertThat(found(lab)).isZero();
        }
    }

    /** What goes has more erasures than the staging has room for; the log must not be given up. */
    @Test
    void erasingWhatIsNotKeptWaitsForTheWriterAndTheOthersStay() throws IOException {
        Path log = folder.resolve("log");
        DiskLab.Bounds narrow =
                new DiskLab.Bounds(64 << 10, Duration.ofSeconds(5), Duration.ofMillis(100));
        try (DiskLab lab = lab(log, Policy.WRITE_THROUGH)) {
            fill(lab, 1);
            lab.settle();
        }
        try (DiskLab lab = new DiskLab(options(log, Policy.NEVER).bounds(narrow), ground)) {
            lab.awaitLoaded();
            assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
            assertThat(lab.disk.status().trouble()).isEmpty();
        }
        try (DiskLab lab = lab(log, Policy.WRITE_THROUGH)) {
            lab.awaitLoaded();
            assertThat(lab.disk.continues()).isTrue();
            assertThat(found(lab)).isZero();
            lab.put("key0", value(3, 0));
        }
        try (DiskLab lab = lab(log, Policy.WRITE_THROUGH)) {
            lab.awaitLoaded();
            Entry entry = lab.find("key0");
            assertThat(entry).isNotNull();
            assertThat(entry.value()).isEqualTo(value(3, 0));
            assertThat(found(lab)).isOne();
        }
    }
}
