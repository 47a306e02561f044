package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.admin.MeshReport.MemberReport;
import dev.gossamer.node.cli.admin.MeshReport.Transfer;
import dev.gossamer.protocol.Epoch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeshTableTest {
    private static final MeshReport MESH =
            new MeshReport(
                    Epoch.agreed(7), true, 2, 16_384, 0, List.of(member(0), member(1), member(2)));

    private static MemberReport member(int node) {
        return member(node, Transfer.NONE);
    }

    private static MemberReport member(int node, Transfer transfer) {
        return new MemberReport(
                "node-" + node,
                "00000000000000a" + node,
                "zone-" + node,
                "ready",
                Epoch.agreed(7),
                5_461,
                5_462,
                0,
                1_234_567,
                3L << 30,
                8L << 30,
                "127.0.0.1",
                7379 + node,
                7479 + node,
                "http://127.0.0.1:" + (7579 + node),
                transfer);
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 120})
    void bothTablesFitTheScreenAndStillNameEveryMember(int width) {
        for (List<String> lines :
                List.of(
                        MeshTable.addresses(MESH).lines(width),
                        MeshTable.holdings(MESH).lines(width))) {
            assertThat(lines).hasSize(4).allMatch(line -> line.length() <= width);
            assertThat(String.join("\n", lines)).contains("node-0", "node-1", "node-2");
        }
    }

    @Test
    void aNarrowScreenKeepsHowToReachTheMembersAndLeavesTheZonesOut() {
        List<String> lines = MeshTable.addresses(MESH).lines(60);
        assertThat(lines.getFirst()).contains("Redis", "clustered", "admin").doesNotContain("zone");
        assertThat(lines.get(1)).contains("7379", "7479", "http://127.0.0.1:7579");
    }

    @Test
    void aWideScreenShowsEverything() {
        assertThat(MeshTable.holdings(MESH).lines(160).getFirst())
                .contains("zone", "epoch", "filling", "entries", "bytes", "clustered", "admin");
    }

    @Test
    void aMemberThatCopiesHasALineThatSaysHowFarItHasCome() {
        MemberReport busy = member(1, new Transfer(5, 1_200, 3 << 20, 1 << 30, 1 << 24, 61_000));
        MeshReport mesh =
                new MeshReport(Epoch.agreed(7), false, 2, 16_384, 0, List.of(member(0), busy));
        assertThat(MeshTable.transfers(mesh))
                .containsExactly(
                        "node-1 copies: 5 slots done, 1,200 left; 3.0 MiB done, about 1.0 GiB left,"
                                + " 16.0 MiB/s, about 1 min 1 s");
    }

    @Test
    void theSummarySaysWhatIsMissing() {
        assertThat(MeshTable.summary(MESH))
                .isEqualTo("3 members, epoch 7, all 16,384 slots owned, no copy missing");
        MeshReport hurt =
                new MeshReport(
                        Epoch.provisional(Epoch.agreed(7), 8),
                        false,
                        2,
                        16_000,
                        5_461,
                        List.of(member(0)));
        assertThat(MeshTable.summary(hurt))
                .isEqualTo(
                        "1 member, epoch 7~8 (not settled), 16,000 of 16,384 slots owned,"
                                + " 5,461 copies missing");
    }
}
