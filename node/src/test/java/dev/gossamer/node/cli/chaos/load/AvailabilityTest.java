package dev.gossamer.node.cli.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.protocol.ErrorCode;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AvailabilityTest {
    private static final Answer FAILED = new Answer.Unknown(ErrorCode.TIMEOUT);

    private static Call call(long startMillis, long endMillis, Answer answer) {
        return new Call(
                1,
                (int) startMillis,
                "c:k",
                Action.PUT,
                answer,
                startMillis * 1_000_000,
                endMillis * 1_000_000);
    }

    private static double partOf(Call... calls) {
        return Availability.byCache(List.of(calls)).get("c");
    }

    @Test
    void aCacheThatAnswersAtOnceIsServedWhollyHoweverRarelyItIsAsked() {
        assertThat(partOf(call(0, 1, Answer.DONE), call(5_095, 5_105, Answer.DONE))).isEqualTo(1);
    }

    @Test
    void theWindowsInWhichSomebodyWaitedInVainAreNotServed() {
        assertThat(partOf(call(0, 1, Answer.DONE), call(100, 950, FAILED))).isEqualTo(0.1);
    }

    @Test
    void aSlowAnswerServesOnlyTheWindowInWhichItCame() {
        assertThat(partOf(call(0, 999, Answer.DONE))).isEqualTo(0.1);
    }

    @Test
    void oneAnswerServesItsWindowForAllWhoWaited() {
        assertThat(partOf(call(0, 99, FAILED), call(50, 60, Answer.DONE))).isEqualTo(1);
    }

    @Test
    void someKeysAreReadOftenThatAreWrittenAsSeldomAsMost() {
        KeySet keys = new KeySet(List.of("a", "b"), 100);
        SplittableRandom random = new SplittableRandom(1);
        int read = 0;
        int any = 0;
        for (int i = 0; i < 10_000; i++) {
            read += keys.anyToRead(random).equals("b:49") ? 1 : 0;
            any += keys.any(random).equals("b:49") ? 1 : 0;
        }
        assertThat(read).isGreaterThan(10_000 / 100 * 3);
        assertThat(any).isLessThan(10_000 / 100);
    }

    @Test
    void everyKeyIsAskedForAndAFewOften() {
        KeySet keys = new KeySet(List.of("a", "b"), 100);
        SplittableRandom random = new SplittableRandom(1);
        assertThat(keys.all()).hasSize(100).contains("a:0", "b:49");
        int hot = 0;
        java.util.Set<String> met = new java.util.HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            String key = keys.any(random);
            met.add(key);
            hot += key.equals("a:0") ? 1 : 0;
        }
        assertThat(met).hasSize(100);
        assertThat(hot).isGreaterThan(10_000 / 100 * 2);
    }
}
