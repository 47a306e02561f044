package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * C10: three nodes with SSDs and two copies of everything, restarted in turn. What moves is counted
 * in bytes of entries and of the versions that are compared; the digests, which come to the same
 * few hundred KiB whatever is held, are not.
 */
@Timeout(300)
class DiskRollingIT {
    private static final int MIB = 8;

    @TempDir Path folder;

    @Test
    void aRollingRestartMovesLittleMoreThanWhatWasWrittenMeanwhile(TestReporter reporter) {
        try (DiskRolling rolling = new DiskRolling(folder, MIB, 2, "")) {
            DiskRolling.Outcome outcome = rolling.run();
            reporter.publishEntry("rolling restart", outcome.toString());
            assertThat(outcome.missing()).as(outcome.toString()).isZero();
            assertThat(outcome.wrong()).as(outcome.toString()).isZero();
            assertThat(outcome.movedPercent()).as(outcome.toString()).isBetween(0.5, 5.0);
        }
    }
}
