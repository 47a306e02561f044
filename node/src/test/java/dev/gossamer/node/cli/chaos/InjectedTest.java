package dev.gossamer.node.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.chaos.fault.Fault;
import dev.gossamer.node.cli.chaos.fault.FaultKind;
import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Period;
import dev.gossamer.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InjectedTest {
    private static final long MILLI = 1_000_000;
    private static final Injected KILL =
            new Injected(
                    new Fault(FaultKind.KILL, Set.of(1), List.of(), Duration.ZERO, Duration.ZERO),
                    new Period(10_000 * MILLI, 12_000 * MILLI),
                    Set.of("c:hit"));

    private static Call call(String key, long startMillis, long endMillis, boolean answered) {
        Answer answer = answered ? Answer.DONE : new Answer.Refused(ErrorCode.CLUSTERDOWN);
        return new Call(
                1,
                (int) startMillis,
                key,
                Action.PUT,
                answer,
                startMillis * MILLI,
                endMillis * MILLI);
    }

    @Test
    void aKeyRecoversWithTheFirstAnswerToACallThatBeganAfterTheFault() {
        assertThat(
                        KILL.recoveries(
                                List.of(
                                        call("c:hit", 9_999, 10_001, true),
                                        call("c:other", 10_100, 10_101, true),
                                        call("c:hit", 10_200, 10_900, false),
                                        call("c:hit", 11_000, 12_700, true),
                                        call("c:hit", 13_000, 13_001, true))))
                .containsExactly(Duration.ofMillis(2_500));
    }

    @Test
    void aKeyThatNobodyAskedForSoonSaysNothing() {
        assertThat(KILL.recoveries(List.of(call("c:hit", 11_500, 11_501, true)))).isEmpty();
    }

    @Test
    void afterAPartitionTheMeshHasFifteenSecondsToBeOneAgain() {
        assertThat(KILL.apart()).isEqualTo(new Period(10_000 * MILLI, 27_000 * MILLI));
    }
}
