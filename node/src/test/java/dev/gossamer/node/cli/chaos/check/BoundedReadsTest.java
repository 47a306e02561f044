package dev.gossamer.node.cli.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.chaos.history.Source.Speaker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** C4 by hand: what is too old is caught, what is just young enough passes. */
class BoundedReadsTest {
    private static final String OLDER_THAN_BOUND = "a read met what was older than its bound";
    private static final String OLDER_THAN_SAID = "an answer was older than it said";

    /** Of C4 alone: what a key's other promises say is another matter. */
    private static List<String> broken(Script script) {
        return script.findings().violations().stream()
                .filter(violation -> violation.promise() == Promise.C4)
                .map(Violation::sentence)
                .toList();
    }

    private static BoundFigures figures(Script script) {
        assertThat(script.findings().bounds()).hasSize(1);
        return script.findings().bounds().getFirst();
    }

    @Test
    void aCopyMayBeReadUntilItsBoundIsOver() {
        String[] before = {"1 0 1 put a = ok", "1 2 3.00 put b = ok"};
        String justInTime = "2 3.19 3.20 get200 = a/L0:199";
        String tooLate = "2 3.21 3.22 get200 = a/L0:199";
        assertThat(broken(Script.consistent(before[0], before[1], justInTime))).isEmpty();
        assertThat(broken(Script.consistent(before[0], before[1], tooLate)))
                .containsExactly(OLDER_THAN_BOUND);
    }

    @Test
    void theBoundCountsFromTheReadsBeginningToTheWritesEnd() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok",
                                        "1 2 30 put b = ok",
                                        "2 30.9 40 get1000 = a/L1:1000")))
                .isEmpty();
    }

    @Test
    void aWriteThatMayNotHaveHappenedMakesNothingOld() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 1 put a = ok",
                                        "1 2 3 put b = ?",
                                        "3 4 5 put c = refused",
                                        "2 20 21 get200 = a/L0:100")))
                .isEmpty();
    }

    @Test
    void aValueThatMayHaveBeenWrittenLaterIsNotOld() {
        assertThat(
                        broken(
                                Script.consistent(
                                        "1 0 9 put a = ok",
                                        "3 2 3 put b = ok",
                                        "2 8 9 get200 = a/L0:100")))
                .isEmpty();
    }

    @Test
    void aGreaterVersionIsNewerWhereTimesDoNotTell() {
        String[] writes = {"1 0 9 put a = ok", "3 2 3 put b = ok", "4 4 5 get = b@8"};
        assertThat(broken(Script.consistent(writes[0], writes[1], writes[2], "2 8 9 get200 = a@7")))
                .containsExactly(OLDER_THAN_BOUND);
        assertThat(broken(Script.consistent(writes[0], writes[1], writes[2], "2 8 9 get200 = a@9")))
                .isEmpty();
    }

    @Test
    void whatWasRemovedMayBeMetUntilTheBoundIsOverAndIsNoResurrection() {
        String[] before = {"1 0 1 put a = ok", "1 2 3.0 remove = ok"};
        Script inTime = Script.consistent(before[0], before[1], "2 3.8 4 get1000 = a/L0:900");
        assertThat(inTime.findings().violations()).isEmpty();
        assertThat(broken(Script.consistent(before[0], before[1], "2 4.1 5 get1000 = a/L0:999")))
                .containsExactly(OLDER_THAN_BOUND);
    }

    @Test
    void aMissIsTooOldUnlessARemovalMayExplainIt() {
        String write = "1 2 3 put a = ok";
        assertThat(broken(Script.consistent("3 0 1 remove = no", write, "2 9 10 get200 = nothing")))
                .containsExactly(OLDER_THAN_BOUND);
        assertThat(broken(Script.consistent("3 0 1 remove = ok", write, "2 9 10 get200 = nothing")))
                .containsExactly(OLDER_THAN_BOUND);
        assertThat(broken(Script.consistent("3 0 1 remove = ?", write, "2 9 10 get200 = nothing")))
                .isEmpty();
        assertThat(broken(Script.consistent(write, "3 5 6 remove = ok", "2 9 10 get200 = nothing")))
                .isEmpty();
        assertThat(broken(Script.consistent(write, "2 3.1 3.2 get200 = nothing"))).isEmpty();
    }

    @Test
    void anAnswerIsHeldToTheAgeThatItNames() {
        String[] writes = {"1 0 1 put a = ok", "1 2 3.00 put b = ok"};
        assertThat(broken(Script.consistent(writes[0], writes[1], "2 3.05 4 get1000 = a/L1:60")))
                .isEmpty();
        assertThat(broken(Script.consistent(writes[0], writes[1], "2 3.05 4 get1000 = a/L1:40")))
                .containsExactly(OLDER_THAN_SAID);
        assertThat(broken(Script.consistent(writes[0], writes[1], "2 3.05 4 get1000 = a/L3:0")))
                .as("an owner says what is current")
                .containsExactly(OLDER_THAN_SAID);
    }

    @Test
    void aSideOfAPartitionMayAnswerLessThanTheOtherSideKnowsInAnAvailableCache() {
        String[] calls = {"1 0 1 put a = ok", "1 12 13 put b = ok", "2 20 21 ask200 = a"};
        assertThat(broken(Script.available(calls).partitioned(10, 30))).isEmpty();
        assertThat(figures(Script.available(calls).partitioned(10, 30)).allowed()).isEqualTo(1);
        assertThat(broken(Script.available(calls).partitioned(50, 60)))
                .as("the members were together")
                .containsExactly(OLDER_THAN_BOUND);
        assertThat(broken(Script.consistent(calls).partitioned(10, 30)))
                .as("a consistent cache has no other side")
                .containsExactly(OLDER_THAN_BOUND);
    }

    @Test
    void whatIsWrittenWhenAllAreOneAgainIsHeldAgainstLaterReads() {
        assertThat(
                        broken(
                                Script.available(
                                                "1 0 1 put a = ok",
                                                "1 12 13 put b = ok",
                                                "1 32 33 put c = ok",
                                                "2 40 41 get200 = a/L0:10")
                                        .partitioned(10, 30)))
                .containsExactly(OLDER_THAN_BOUND);
    }

    @Test
    void aNearCopyHasNoExcuseForWhatTheMajorityAcknowledged() {
        String[] majority = {
            "1 0 1 put a = ok",
            "1 12 13 put b = ok",
            "3 14 15 get = b@8",
            "2 20 21 get200 = a@1/L0:9"
        };
        String[] few = {
            "1 0 1 put a = ok",
            "1 12 13 put b = ok",
            "3 14 15 get = b@8~",
            "2 20 21 get200 = a@1/L0:9"
        };
        assertThat(broken(Script.available(majority).partitioned(10, 30)))
                .containsExactly(OLDER_THAN_BOUND);
        assertThat(broken(Script.available(few).partitioned(10, 30))).isEmpty();
    }

    @Test
    void readsWithinABoundTakeNoPartInTheOrderButInTheSession() {
        String[] calls = {"1 0 1 put a = ok", "2 2 3 put b = ok", "2 3.01 3.02 get200 = a/L0:50"};
        assertThat(Script.consistent(calls).findings().violations())
                .extracting(Violation::promise)
                .containsExactly(Promise.C3);
        calls[2] = "2 3.01 3.02 ask200 = a/L1:50";
        assertThat(Script.consistent(calls).findings().violations())
                .as("any member, asked by hand, knows of no session")
                .isEmpty();
        calls[2] = "1 3.01 3.02 get200 = a/L0:50";
        assertThat(Script.consistent(calls).findings().violations()).isEmpty();
    }

    @Test
    void figuresTellWhoAnsweredAndHowOldTheAnswersWere() {
        BoundFigures figures =
                figures(
                        Script.consistent(
                                "1 0 1 put a = ok",
                                "1 2 3.00 put b = ok",
                                "2 3.10 3.11 get200 = a/L0:190",
                                "2 3.12 3.13 ask200 = a/L1:130",
                                "3 3.14 3.15 get200 = b/L3:0",
                                "3 3.16 3.17 get200 = b",
                                "4 3.18 3.19 get200 = refused",
                                "4 3.20 3.21 ask200 = ?"));
        assertThat(figures.bound()).isEqualTo(Duration.ofMillis(200));
        assertThat(figures.answeredBy(Speaker.L0)).isEqualTo(1);
        assertThat(figures.answeredBy(Speaker.NEAR_COPY)).isEqualTo(1);
        assertThat(figures.answeredBy(Speaker.OWNER)).isEqualTo(2);
        assertThat(figures.unanswered()).isEqualTo(2);
        assertThat(figures.reads()).isEqualTo(6);
        assertThat(figures.oldestClaimed()).isEqualTo(Duration.ofMillis(190));
        assertThat(figures.stalest()).isEqualTo(Duration.ofMillis(120));
    }
}
