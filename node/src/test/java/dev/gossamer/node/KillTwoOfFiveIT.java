package dev.gossamer.node;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kill of as many members at once as C2 allows, under writes, of two that chance picks. {@link
 * KillAnyTwoOfFive} takes every two.
 */
class KillTwoOfFiveIT {
    @TempDir Path folder;

    @Test
    void twoMembersKilledAtTheSameInstantTakeNothingAcknowledgedWithThem() throws Exception {
        var random = new SplittableRandom(Long.getLong("seed", System.nanoTime()));
        int one = random.nextInt(KilledMembers.NODES);
        int other = (one + 1 + random.nextInt(KilledMembers.NODES - 1)) % KilledMembers.NODES;
        try (KilledMembers members = KilledMembers.start(folder)) {
            members.killUnderWrites(List.of(one, other));
        }
    }
}
