package dev.gossamer.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node has on its SSD is there after a restart, in order or not;
 * node/benchmarks/disk-restart.sh measures it with millions of entries.
 */
@Timeout(240)
class DiskRestartIT {
    private static final int ENTRIES = 20_000;

    @TempDir Path folder;

    @Test
    void everythingIsThereAfterAStopInOrderAndAfterAKillAndNothingThatWasOvertaken()
            throws IOException {
        try (DiskRestart restart = new DiskRestart(folder, ENTRIES)) {
            restart.fill(ENTRIES / 2);
            check(restart.afterAStopInOrder());
            check(restart.afterAKill());
            check(restart.afterAStopInOrder());
            assertThat(restart.log())
                    .contains("entries, by the snapshot", "entries in")
                    .as("with whoever asks before the node has joined")
                    .doesNotContain(" failed\n");
        }
    }

    private static void check(DiskRestart.Outcome outcome) {
        assertThat(outcome.found())
                .as(outcome.toString())
                .isEqualTo(new ManyEntries.Found(ENTRIES, ENTRIES, 0));
    }
}
