package dev.gossamer.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.admin.DiskReport;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.admin.MeshReport.MemberReport;
import dev.gossamer.node.cli.admin.MeshReport.Quorum;
import dev.gossamer.node.cli.admin.MeshReport.Transfer;
import dev.gossamer.protocol.Epoch;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeshTableTest {
    private static final MeshReport MESH =
            report(7, true, 16_384, 0, List.of(member(0), member(1), member(2)));

    private static MeshReport report(
            long epoch, boolean settled, int covered, int missing, List<MemberReport> members) {
        return new MeshReport(
                Epoch.agreed(epoch),
                "steady",
                settled,
                new Quorum(3, 3, true),
                2,
                covered,
                missing,
                members);
    }

    private static MeshReport of(long epoch, String phase, Quorum quorum) {
        return new MeshReport(epoch, phase, false, quorum, 2, 16_384, 0, List.of(member(0)));
    }

    @Test
    void aChangeOfOwnersIsNamedByItsPhase() {
        MeshReport copying = of(Epoch.agreed(8), "copying", new Quorum(3, 3, true));
        assertThat(MeshTable.summary(copying)).contains("epoch 8 (copying)");
        assertThat(MeshTable.summary(of(Epoch.agreed(9), "handing_over", new Quorum(3, 3, true))))
                .contains("epoch 9 (handing over)");
        assertThat(MeshTable.warning(copying)).isEmpty();
    }

    @Test
    void theSmallerSideOfAPartitionIsToldInWords() {
        Quorum minority = new Quorum(5, 2, false);
        assertThat(MeshTable.warning(of(Epoch.provisional(Epoch.agreed(7), 3), "steady", minority)))
                .hasValue(
                        "This side of a partition has 2 of 5 members: available caches are served,"
                                + " consistent caches refuse.");
        assertThat(MeshTable.warning(of(Epoch.agreed(7), "steady", minority)))
                .hasValue(
                        "Only 2 of 5 members are seen here: nothing is decided without a majority.");
    }

    private static MemberReport member(int node) {
        return member(node, Transfer.NONE);
    }

    private static MemberReport member(int node, Transfer transfer) {
        return member(node, transfer, Optional.empty());
    }

    private static MemberReport member(int node, Transfer transfer, Optional<DiskReport> disk) {
        return new MemberReport(
                "node-" + node,
                "00000000000000a" + node,
                "zone-" + node,
                "ready",
                Epoch.agreed(7),
                true,
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
                transfer,
                disk);
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
        MeshReport mesh = report(7, false, 16_384, 0, List.of(member(0), busy));
        assertThat(MeshTable.transfers(mesh))
                .containsExactly(
                        "node-1 copies: 5 slots done, 1,200 left; 3.0 MiB done, about 1.0 GiB left,"
                                + " 16.0 MiB/s, about 1 min 1 s");
    }

    private static List<String> disks(String state, String trouble, double loaded) {
        return disks(state, trouble, loaded, 0);
    }

    private static List<String> disks(String state, String trouble, double loaded, long lacking) {
        DiskReport disk =
                new DiskReport(
                        state,
                        trouble,
                        loaded,
                        3L << 30,
                        200L << 30,
                        lacking,
                        1_234_567,
                        0.8125,
                        1.305,
                        "uring",
                        "the kernel allows it");
        MemberReport member = member(1, Transfer.NONE, Optional.of(disk));
        return MeshTable.disks(report(7, true, 16_384, 0, List.of(member(0), member)));
    }

    @Test
    void theSsdOfTheNodeThatWasAskedHasALineAndWhoHasNoneHasNot() {
        assertThat(disks("closed", "", 1))
                .containsExactly(
                        "node-1's SSD tier: in use; 3.0 GiB of 200 GiB, 1,234,567 entries,"
                                + " 81.25 % live, write amplification 1.31,"
                                + " uring (the kernel allows it)");
        assertThat(MeshTable.disks(MESH)).isEmpty();
    }

    @Test
    void anSsdWhoseFileSystemHasLessRoomThanTheBudgetSaysHowMuch() {
        assertThat(disks("closed", "", 1, 50L << 30).getFirst())
                .contains("3.0 GiB of 200 GiB (the file system has no room for 50.0 GiB of it), ");
    }

    @Test
    void anSsdThatIsNotUsedSaysWhy() {
        assertThat(disks("open", "reads take too long", 0).getFirst())
                .contains("SSD tier: open: reads take too long; 3.0 GiB");
        assertThat(disks("half_open", "No space left", 0).getFirst())
                .contains("being tried again: No space left;");
        assertThat(disks("loading", "", 0.4399).getFirst()).contains("loading, 43 %;");
    }

    @Test
    void theSummarySaysWhatIsMissing() {
        assertThat(MeshTable.summary(MESH))
                .isEqualTo("3 members, epoch 7, all 16,384 slots owned, no copy missing");
        MeshReport hurt = report(8, false, 16_000, 5_461, List.of(member(0)));
        assertThat(MeshTable.summary(hurt))
                .isEqualTo(
                        "1 member, epoch 8 (not settled), 16,000 of 16,384 slots owned,"
                                + " 5,461 copies missing");
    }
}
