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
        try (DiskSoak soak = new DiskSoak(folder, 192L << 20, 2 << 20)) {
            DiskSoak.Outcome filled = soak.fill();
            DiskSoak.Outcome overwritten = soak.overwrite(3);
            for (DiskSoak.Outcome each : new DiskSoak.Outcome[] {filled, overwritten}) {
                assertThat(each.folderMax()).isLessThanOrEqualTo(each.budget());
                assertThat(each.wrong()).isZero();
                assertThat(each.found()).isGreaterThan(each.keys() / 5);
                assertThat(each.amplification()).isLessThan(1.5);
                assertThat(each.liveRatio()).isGreaterThan(0.25);
            }
        }
    }
}
