package dev.gossamer.node.cli.chaos.mesh;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A split of five members into three and two for 30 s; run by the Maven profile {@code campaign}.
 */
class LongSplit {
    @TempDir private Path folder;

    @Test
    void theFewRefuseWhereTheyMustAndEveryLossOfTheMergeIsListed()
            throws IOException, InterruptedException {
        SplitRun.of(folder, Duration.ofSeconds(30));
    }
}
