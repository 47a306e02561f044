package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.DiskRules.Policy;
import dev.gossamer.node.store.disk.DiskStatus.State;
import dev.gossamer.node.store.disk.io.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C11: where the file system has less room than the budget, the log is shorter, and no less. */
class DiskRoomTest {
    private static final int SEGMENT = 256 << 10;
    private static final long BUDGET = DiskSettings.bytesMin(SEGMENT) + 40L * SEGMENT;

    private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
    private final DiskLab.Ground ground = new DiskLab.Ground();
    private int written;

    @TempDir Path folder;

    @AfterEach
    void close() {
        ground.close();
    }

    private DiskLab lab(Backend.Kind kind, Duration probeInterval) throws IOException {
        return new DiskLab(
                DiskLab.options(folder)
                        .kind(kind)
                        .memory(1 << 20)
                        .rules(DiskLab.rules(Policy.WRITE_THROUGH))
                        .disk(BUDGET, SEGMENT)
                        .wrap(backend -> new NarrowBackend(backend, room))
                        .bounds(new DiskLab.Bounds(4 << 20, Duration.ofSeconds(5), probeInterval)),
                ground);
    }

    private static byte[] value(int i) {
        return ("value " + i + " " + "x".repeat(4_000)).getBytes(StandardCharsets.UTF_8);
    }

    private void write(DiskLab lab, int entries) {
        for (int i = 0; i < entries; i++) {
            lab.put("key" + written, value(written));
            written++;
            if (written % 20 == 0) {
                lab.settle();
            }
        }
        lab.settle();
    }

    /** Those of the last so many that are found, with the value that they had. */
    private int found(DiskLab lab, int last) {
        int found = 0;
        for (int i = written - last; i < written; i++) {
            Entry entry = lab.find("key" + i);
            if (entry != null) {
                assertThat(entry.value()).as("key%d", i).isEqualTo(value(i));
                found++;
            }
        }
        return found;
    }

    private long segments() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".gsl")).count();
        }
    }

    private static void assertUsed(DiskLab lab) {
        assertThat(lab.disk.status().state()).isEqualTo(State.CLOSED);
        assertThat(lab.disk.status().trouble()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Backend.Kind.class)
    void aLogThatDoesNotFitIsAsLongAsThereIsRoomForAndKeepsWhatIsNewest(Backend.Kind kind)
            throws IOException {
        room.set(10L * SEGMENT);
        try (DiskLab lab = lab(kind, Duration.ofDays(1))) {
            write(lab, 2_000);
            assertUsed(lab);
            assertThat(segments()).isBetween(7L, 10L);
            assertThat(found(lab, 300)).isEqualTo(300);
            assertThat(lab.disk.status().lackingBytes()).isBetween(28L * SEGMENT, 40L * SEGMENT);
            assertThat(lab.registry.get("gossamer.disk.lacking.bytes").gauge().value())
                    .isEqualTo(lab.disk.status().lackingBytes());
        }
        try (DiskLab lab = lab(kind, Duration.ofDays(1))) {
            lab.awaitLoaded();
            assertThat(found(lab, 300)).isEqualTo(300);
            write(lab, 300);
            assertUsed(lab);
            assertThat(found(lab, 300)).isEqualTo(300);
        }
    }

    @Test
    void whenAnotherOneTakesTheRoomTheLogGivesItAndWhenThereIsMoreItGrows() throws IOException {
        try (DiskLab lab = lab(Backend.Kind.PORTABLE, Duration.ofMillis(1))) {
            write(lab, 3_000);
            long whole = segments();
            assertThat(whole).isGreaterThan(30);
            assertThat(lab.disk.status().lackingBytes()).isZero();
            room.set(15L * SEGMENT);
            write(lab, 200);
            assertUsed(lab);
            assertThat(segments()).as("of %d", whole).isBetween(10L, 15L);
            assertThat(found(lab, 200)).isEqualTo(200);
            room.set(Long.MAX_VALUE);
            DiskLab.Await.until(() -> lab.disk.status().lackingBytes() == 0);
            write(lab, 3_000);
            assertUsed(lab);
            assertThat(segments()).isGreaterThanOrEqualTo(whole);
            assertThat(found(lab, 300)).isEqualTo(300);
        }
    }

    /** It is tried over and over, and costs nothing that rests there. */
    @Test
    void tryingWhetherThereIsMoreRoomTakesNothingAway() throws IOException {
        room.set(12L * SEGMENT);
        try (DiskLab lab = lab(Backend.Kind.PORTABLE, Duration.ofMillis(1))) {
            write(lab, 2_000);
            int before = found(lab, 1_000);
            assertThat(before).isGreaterThan(300);
            long lacking = lab.disk.status().lackingBytes();
            assertThat(lacking).isPositive();
            for (int i = 0; i < 5; i++) {
                lab.put("other", value(-i));
                lab.settle();
            }
            assertThat(found(lab, 1_000)).isEqualTo(before);
            assertThat(folder.resolve("room.tmp")).doesNotExist();
            assertUsed(lab);
        }
    }

    @Test
    void withRoomForFewerThanThreeSegmentsTheDiskIsNotUsedUntilThereIsMore() throws IOException {
        room.set(2L * SEGMENT);
        try (DiskLab lab = lab(Backend.Kind.PORTABLE, Duration.ofMillis(1))) {
            for (int i = 0; i < 400; i++) {
                lab.put("key" + i, value(i));
            }
            DiskLab.Await.until(() -> !lab.disk.status().trouble().isEmpty());
            assertThat(lab.disk.status().trouble()).contains("No space left");
            room.set(20L * SEGMENT);
            DiskLab.Await.until(() -> lab.disk.status().state() == State.CLOSED);
            write(lab, 600);
            assertThat(found(lab, 300)).isEqualTo(300);
            assertUsed(lab);
        }
    }

    @Test
    void aRestartWithoutRoomForTheNextSegmentLetsTheOldestGo() throws IOException {
        try (DiskLab lab = lab(Backend.Kind.PORTABLE, Duration.ofDays(1))) {
            write(lab, 3_000);
        }
        long before = segments();
        room.set(before * SEGMENT);
        try (DiskLab lab = lab(Backend.Kind.PORTABLE, Duration.ofDays(1))) {
            lab.awaitLoaded();
            assertUsed(lab);
            assertThat(lab.disk.continues()).isTrue();
            assertThat(segments()).isLessThanOrEqualTo(before);
            assertThat(found(lab, 1_000)).isEqualTo(1_000);
        }
    }
}
