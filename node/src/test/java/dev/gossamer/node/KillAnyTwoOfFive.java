package dev.gossamer.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every two of five members are killed at the same instant under writes, one pair after the other
 * (C2). Run by the Maven profile {@code campaign}; {@code target/kill-two.txt} says how fast the
 * writes were.
 */
class KillAnyTwoOfFive {
    @TempDir Path folder;

    @Test
    void anyTwoMembersKilledAtTheSameInstantTakeNothingAcknowledgedWithThem() throws Exception {
        List<String> report = new ArrayList<>();
        try (KilledMembers members = KilledMembers.start(folder)) {
            for (int one = 0; one < KilledMembers.NODES; one++) {
                for (int other = one + 1; other < KilledMembers.NODES; other++) {
                    report.add(members.killUnderWrites(List.of(one, other)));
                    members.restart(List.of(one, other));
                }
            }
        } finally {
            Files.createDirectories(Path.of("target"));
            Files.write(Path.of("target", "kill-two.txt"), report);
        }
    }
}
