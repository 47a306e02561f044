package dev.gossamer.node.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The soak, small: {@link DiskSoak} tells what it does. */
class DiskSoakTest {
    @TempDir Path folder;

    @Test
    void theFolderStaysWithinItsBudgetAndLittleIsWrittenTwice() throws IOException {
        try (DiskSoak soak = new DiskSoak(folder, 96 << 20, 2, 2 << 20)) {
            DiskSoak.Outcome filled = soak.fill();
            DiskSoak.Outcome overwritten = soak.overwrite(3);
            for (DiskSoak.Outcome each : new DiskSoak.Outcome[] {filled, overwritten}) {
                assertThat(each.folderMax()).isLessThanOrEqualTo(each.budget());
                assertThat(each.wrong()).isZero();
                assertThat(each.found()).isGreaterThan(each.keys() / 5);
                assertThat(each.amplification()).isLessThan(1.5);
                assertThat(each.liveRatio()).isGreaterThan(0.7);
            }
            assertThat(filled.amplification())
                    .as("all are worth the same, so no copy is worth its room")
                    .isLessThan(1.05);
        }
    }

    @Test
    void whatTheSegmentsHaveRoomForTwiceStaysHoweverOftenItIsOverwritten() throws IOException {
        // A quarter of so small a budget is not for segments, or kept free.
        try (DiskSoak soak = new DiskSoak(folder, 96 << 20, 0.36, 2 << 20)) {
            DiskSoak.Outcome filled = soak.fill();
            assertThat(filled.found()).isEqualTo(filled.keys());
            DiskSoak.Outcome overwritten = soak.overwrite(2);
            assertThat(overwritten.wrong()).isZero();
            assertThat(overwritten.found()).isGreaterThan(overwritten.keys() * 97 / 100);
            assertThat(overwritten.amplification()).isLessThan(1.5);
        }
    }
}
