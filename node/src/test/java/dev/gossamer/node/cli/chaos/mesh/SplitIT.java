package dev.gossamer.node.cli.chaos.mesh;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A split of five members into three and two that ends soon after both sides have written what they
 * must; passed over where this machine does not allow namespaces. {@link LongSplit} takes longer.
 */
class SplitIT {
    @TempDir private Path folder;

    @Test
    void theFewRefuseWhereTheyMustAndEveryLossOfTheMergeIsListed()
            throws IOException, InterruptedException {
        SplitRun.of(folder, Duration.ZERO);
    }
}
