package dev.gossamer.node.store.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.disk.format.DiskFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disk that was stopped in order knows when it is opened again. */
class IndexSnapshotTest {
    private static final long BUDGET = 64 << 20;

    /** More than three blocks of a snapshot. */
    private static final int KEYS = 100_000;

    @TempDir Path folder;

    private DiskLab lab() throws IOException {
        return new DiskLab(DiskLab.options(folder).disk(BUDGET, 1 << 20));
    }

    private static void write(DiskLab lab, int count, String value) {
        for (int i = 0; i < count; i++) {
            if (i % 1_000 == 0) {
                lab.settle();
            }
            lab.put("key" + i, (value + i).getBytes(US_ASCII));
        }
        lab.settle();
    }

    /** Of some keys, which of them have what was written last. */
    private static long rightOnes(DiskLab lab, int overwritten) {
        long right = 0;
        for (int i = 0; i < KEYS; i += KEYS / 1_000) {
            Entry found = lab.find("key" + i);
            String expected = (i < overwritten ? "new" : "old") + i;
            right += found != null && expected.equals(new String(found.value(), US_ASCII)) ? 1 : 0;
        }
        return right;
    }

    private Path snapshot() {
        return folder.resolve(DiskFormat.SNAPSHOT_NAME);
    }

    private long folderBytes() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void aSnapshotMayTakeTheRoomThatSegmentsLeaveAndNoMore() throws IOException {
        try (DiskLab lab = lab()) {
            write(lab, KEYS, "old");
        }
        assertThat(Files.size(snapshot())).isGreaterThan(BUDGET / 32 + (1 << 20));
        assertThat(folderBytes()).isLessThanOrEqualTo(BUDGET);
        try (DiskLab lab = lab()) {
            assertThat(Files.exists(snapshot())).as("once the log goes on").isFalse();
            lab.awaitLoaded();
            assertThat(lab.disk.status().entries()).isEqualTo(KEYS);
            assertThat(rightOnes(lab, 0)).isEqualTo(1_000);
        }
    }

    @Test
    void whatIsWrittenWhileASnapshotIsReadIsNotOvertakenByIt() throws IOException {
        try (DiskLab lab = lab()) {
            write(lab, KEYS, "old");
        }
        try (DiskLab lab = lab()) {
            lab.clock.set(1_000_000);
            write(lab, KEYS / 2, "new");
            lab.awaitLoaded();
            assertThat(lab.disk.status().entries()).isEqualTo(KEYS);
            assertThat(rightOnes(lab, KEYS / 2)).isEqualTo(1_000);
        }
    }

    @Test
    void whereASnapshotIsDamagedTheLogHasTheRest() throws IOException {
        try (DiskLab lab = lab()) {
            write(lab, KEYS, "old");
            write(lab, KEYS / 2, "new");
        }
        byte[] bytes = Files.readAllBytes(snapshot());
        bytes[bytes.length / 2] ^= 1;
        Files.write(snapshot(), bytes);
        try (DiskLab lab = lab()) {
            lab.awaitLoaded();
            assertThat(lab.disk.status().entries()).isEqualTo(KEYS);
            assertThat(rightOnes(lab, KEYS / 2)).isEqualTo(1_000);
        }
    }
}
