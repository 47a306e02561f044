package dev.gossamer.node.cli.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Histories written by hand: each wrong one is caught for what it is, each right one passes. */
class ChecksTest {

    private static Set<Promise> broken(Script script) {
        return script.findings().violations().stream()
                .map(Violation::promise)
                .collect(Collectors.toSet());
    }

    @Test
    void anOrdinaryHistoryIsClean() {
        Script script =
                Script.consistent(
                        "1 0 1 put a = ok",
                        "2 2 3 get = a@1",
                        "1 2 4 put b = ok",
                        "2 3 4 get = a@1",
                        "2 5 6 get = b@2",
                        "3 7 8 remove = ok",
                        "1 9 10 get = nothing",
                        "2 11 12 add c = ok",
                        "3 13 14 add d = no",
                        "end 20 21 get = c@5");
        assertThat(script.findings())
                .isEqualTo(
                        new Findings(
                                1,
                                1,
                                java.util.List.of(),
                                java.util.List.of(),
                                java.util.List.of()));
    }

    @Test
    void aStaleReadBreaksC5() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok",
                                        "1 2 3 put b = ok",
                                        "2 4 5 get = a",
                                        "end 9 10 get = b")))
                .containsExactly(Promise.C5);
    }

    @Test
    void readsThatDisagreeAboutTheOrderOfTwoWritesBreakC5() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 10 put a = ok",
                                        "2 0 10 put b = ok",
                                        "3 1 2 get = a",
                                        "4 3 4 get = b",
                                        "5 5 6 get = a")))
                .containsExactly(Promise.C5);
    }

    @Test
    void aRetriedWriteThatIsAppliedTwiceBreaksC5() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 9 put a = ok",
                                        "2 1 2 get = a",
                                        "3 3 4 put b = ok",
                                        "4 5 6 get = b",
                                        "5 7 8 get = a")))
                .containsExactly(Promise.C5);
    }

    @Test
    void aWriteOfUnknownOutcomeMayHappenLaterOnceOrNever() {
        String[] never = {"1 0 1 put a = ok", "2 2 3 put b = ?", "3 4 5 get = a", "3 6 7 get = a"};
        String[] later = {"1 0 1 put a = ok", "2 2 3 put b = ?", "3 4 5 get = a", "3 6 7 get = b"};
        assertThat(broken(Script.consistent(never))).isEmpty();
        assertThat(broken(Script.consistent(later))).isEmpty();
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok",
                                        "2 2 3 put b = ?",
                                        "3 4 5 get = b",
                                        "4 6 7 put c = ok",
                                        "5 8 9 get = c",
                                        "6 10 11 get = b")))
                .containsExactly(Promise.C5);
    }

    @Test
    void aRemovalOfUnknownOutcomeExplainsAMissOnce() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok",
                                        "2 2 3 remove = ?",
                                        "1 4 5 get = nothing",
                                        "1 6 7 put b = ok",
                                        "3 8 9 get = b")))
                .isEmpty();
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok",
                                        "2 2 3 remove = ?",
                                        "3 4 5 get = nothing",
                                        "1 6 7 put b = ok",
                                        "3 8 9 get = b",
                                        "4 10 11 get = nothing",
                                        "5 12 13 get = nothing")))
                .contains(Promise.C5);
    }

    @Test
    void anAddThatSucceedsBesideAValueBreaksC5() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok", "2 2 3 add b = ok", "3 4 5 get = b")))
                .containsExactly(Promise.C5);
        assertThat(broken(Script.consistent("1 0 1 add a = no", "2 2 3 get = nothing")))
                .containsExactly(Promise.C5);
    }

    @Test
    void aLostWriteBreaksC2() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 0 1 put a = ok",
                                                "1 2 3 put b = ok",
                                                "end 90 91 get = a")
                                        .partitioned(50, 60)))
                .containsExactly(Promise.C2);
    }

    @Test
    void aWriteThatVanishedBreaksC2() {
        assertThat(
                        broken(
                                Script.available(
                                                "2 0 1 remove = no",
                                                "1 2 3 put a = ok",
                                                "end 90 91 get = nothing")
                                        .partitioned(50, 60)))
                .containsExactly(Promise.C2);
    }

    @Test
    void aMissInTheEndIsExplainedByAnyRemovalThatMayHaveComeLater() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 2 3 put a = ok",
                                                "2 0 9 remove = ?",
                                                "end 90 91 get = nothing")
                                        .partitioned(50, 60)))
                .isEmpty();
    }

    @Test
    void aKeyThatCannotBeReadInTheEndBreaksC2() {
        assertThat(broken(Script.consistent("1 0 1 put a = ok", "end 9 10 get = refused")))
                .containsExactly(Promise.C2);
    }

    @Test
    void oneSideOfAPartitionMayWinOverAWriteOfTheOtherSideThatWasNearlyAtOnce() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 52.00 52.01 put a = ok",
                                                "2 52.02 52.03 put b = ok",
                                                "end 90 91 get = a")
                                        .partitioned(50, 60)))
                .isEmpty();
    }

    @Test
    void aSessionThatGoesBackBreaksC3() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 0 1 put a = ok",
                                                "1 2 3 put b = ok",
                                                "2 10 11 get = b@2",
                                                "2 12 13 get = a@1")
                                        .partitioned(5, 20)))
                .containsExactly(Promise.C3);
    }

    @Test
    void versionsThatFallBreakC3EvenWhereTheValuesCouldBeInOrder() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 0 10 put a = ok",
                                                "3 0 10 put b = ok",
                                                "2 11 12 get = b@2",
                                                "2 13 14 get = a@1")
                                        .partitioned(5, 20)))
                .containsExactly(Promise.C3);
    }

    @Test
    void aSessionThatMissesItsOwnWriteBreaksC3() {
        String[] missing = {"1 0 1 put a = ok", "1 12 13 get = nothing"};
        Script older =
                Script.available("2 0 1 put a = ok", "1 2 3 put b = ok", "1 12 13 get = a")
                        .partitioned(5, 20);
        assertThat(broken(Script.available(missing).partitioned(50, 60)))
                .containsExactly(Promise.C3);
        assertThat(broken(Script.available(missing).partitioned(5, 20)))
                .as("it may have come to the other side")
                .isEmpty();
        assertThat(broken(Script.consistent(missing).partitioned(5, 20))).contains(Promise.C3);
        assertThat(broken(older)).containsExactly(Promise.C3);
    }

    @Test
    void anOwnWriteTakesItsVersionFromWhoeverReadIt() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 0 10 put a = ok",
                                                "3 0 10 put b = ok",
                                                "4 11 12 get = b@2",
                                                "3 13 14 get = a@1")
                                        .partitioned(5, 20)))
                .containsExactly(Promise.C3);
    }

    @Test
    void twoSessionsMaySeeDifferentSidesOfAPartitionOfAnAvailableCache() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 0 1 put a = ok",
                                                "2 10 11 put b = ok",
                                                "3 12 13 get = a@1",
                                                "2 12 13 get = b@2",
                                                "end 90 91 get = b@2")
                                        .partitioned(5, 40)))
                .isEmpty();
    }

    @Test
    void aValueThatComesBackAfterItsRemovalBreaksC8() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 0 1 put a = ok",
                                                "2 2 3 remove = ok",
                                                "3 4 5 get = a",
                                                "2 6 7 put b = ok",
                                                "end 90 91 get = b")
                                        .partitioned(50, 60)))
                .containsExactly(Promise.C8);
    }

    @Test
    void theSideThatHasNotHeardOfARemovalMayStillServeWhileItIsCutOff() {
        String[] lines = {"1 0 1 put a = ok", "2 52 53 remove = ok", "3 54 55 get = a"};
        assertThat(broken(Script.available(lines).partitioned(50, 70))).isEmpty();
        assertThat(broken(Script.available(lines).partitioned(10, 20))).containsExactly(Promise.C8);
        assertThat(broken(Script.consistent(lines).partitioned(50, 70)))
                .containsExactlyInAnyOrder(Promise.C5, Promise.C8);
    }

    @Test
    void aReadThatOverlapsTheRemovalMayMeetEither() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok", "2 2 6 remove = ok", "3 3 5 get = a")))
                .isEmpty();
    }

    @Test
    void aValueOfARefusedWriteBreaksC14() {
        assertThat(
                        broken(
                                Script.available("1 0 1 put a = refused", "2 2 3 get = a")
                                        .partitioned(5, 6)))
                .containsExactly(Promise.C14);
    }

    @Test
    void aValueThatNobodyWroteBreaksC14() {
        assertThat(broken(Script.available("2 2 3 get = z").partitioned(5, 6)))
                .containsExactly(Promise.C14);
    }

    @Test
    void aValueThatIsReadBeforeItIsWrittenBreaksC14() {
        assertThat(broken(Script.available("1 4 5 put a = ok", "2 2 3 get = a").partitioned(8, 9)))
                .containsExactly(Promise.C14);
    }

    @Test
    void availableCachesAreLinearizableWhereThereWasNoPartition() {
        assertThat(
                        broken(
                                Script.available(
                                        "1 0 1 put a = ok", "1 2 3 put b = ok", "2 4 5 get = a")))
                .containsExactly(Promise.C5);
    }

    @Test
    void whatIsShownOfALongHistoryIsTheShortReason() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            lines.append("1 %d %d put v%d = ok\n".formatted(10 * i, 10 * i + 1, i));
            lines.append("2 %d %d get = v%d\n".formatted(10 * i + 2, 10 * i + 3, i));
            lines.append("3 %d %d remove = ok\n".formatted(10 * i + 4, 10 * i + 5));
            lines.append("4 %d %d get = nothing\n".formatted(10 * i + 6, 10 * i + 7));
        }
        lines.append("5 600 601 put x = ok\n6 602 603 put y = ok\n");
        lines.append("7 604 605 get = x\n8 606 607 put z = ok");
        Violation found =
                Script.consistent(lines.toString().split("\n", -1))
                        .findings()
                        .violations()
                        .getFirst();
        assertThat(found.promise()).isEqualTo(Promise.C5);
        assertThat(Evidence.lines(found, 0))
                .containsExactly(
                        "C5 (LATEST is linearizable per key) is broken on key consistent:k: no"
                                + " order of these calls explains their answers",
                        "  600.000000 s … 601.000000 s  5-0      put 5-0 → done",
                        "  602.000000 s … 603.000000 s  6-0      put 6-0 → done",
                        "  604.000000 s … 605.000000 s  7-0      get → 5-0");
    }
}
