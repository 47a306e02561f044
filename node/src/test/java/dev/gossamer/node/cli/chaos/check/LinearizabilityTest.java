package dev.gossamer.node.cli.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.chaos.check.Linearizability.Verdict;
import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.WriteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinearizabilityTest {
    private static final long ENOUGH = 1_000_000;

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(10) : LongStream.of(fixed.longValue());
    }

    private static Verdict of(List<Call> calls) {
        return Linearizability.of(calls, true, ENOUGH);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noRightHistoryIsFlagged(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 300; run++) {
            List<Call> calls =
                    new SimulatedRegister(random.split(), random.nextInt(1, 9), 0.3, "k:k")
                            .run(random.nextInt(1, 40));
            assertThat(of(calls)).as("run %d of seed %d", run, seed).isEqualTo(Verdict.YES);
            assertThat(Linearizability.of(calls, false, ENOUGH)).isEqualTo(Verdict.YES);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theSearchAgreesWithTryingEveryOrder(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int wrong = 0;
        for (int run = 0; run < 300; run++) {
            List<Call> calls =
                    new SimulatedRegister(random.split(), random.nextInt(1, 4), 0.4, "k:k").run(2);
            List<Call> bent = random.nextInt(4) == 0 ? calls : bent(calls, random);
            boolean right = AllOrders.anyExplains(bent);
            wrong += right ? 0 : 1;
            assertThat(of(bent))
                    .as("run %d of seed %d: %s", run, seed, bent)
                    .isEqualTo(right ? Verdict.YES : Verdict.NO);
        }
        assertThat(wrong).as("wrong histories met by seed %d", seed).isPositive();
    }

    /** One answer becomes another that its call could have had. */
    private static List<Call> bent(List<Call> calls, SplittableRandom random) {
        List<Call> bent = new ArrayList<>(calls);
        int index = random.nextInt(bent.size());
        Call call = bent.get(index);
        Call other = bent.get(random.nextInt(bent.size()));
        List<Answer> answers =
                switch (call.action()) {
                    case GET -> List.of(Answer.ABSENT, found(other.id()));
                    case PUT -> List.of(Answer.DONE);
                    case PUT_IF_ABSENT, REMOVE -> List.of(Answer.DONE, Answer.DECLINED);
                };
        bent.set(index, call.with(answers.get(random.nextInt(answers.size()))));
        return bent;
    }

    private static Answer found(WriteId value) {
        return new Answer.Found(value, Optional.empty());
    }

    /** A stale read planted into a long right history of many clients. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aStaleReadInALongHistoryIsFoundAndShownShortly(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Call> calls = new ArrayList<>(new SimulatedRegister(random, 8, 0.1, "k:k").run(100));
        long end = calls.stream().mapToLong(Call::endNanos).max().orElseThrow();
        Call first = put(20, end + 1, end + 2);
        Call second = put(21, end + 3, end + 4);
        Call stale = new Call(22, 0, "k:k", get(), found(first.id()), end + 5, end + 6);
        calls.addAll(List.of(first, second, stale));
        assertThat(of(calls)).isEqualTo(Verdict.NO);
        List<Call> shown = Shrinking.smallest(calls, 100_000, 2_000);
        assertThat(shown).contains(first, second, stale).hasSizeLessThan(60);
        assertThat(of(shown)).isEqualTo(Verdict.NO);
    }

    private static Action get() {
        return Action.GET;
    }

    private static Call put(int client, long start, long end) {
        return new Call(client, 0, "k:k", Action.PUT, Answer.DONE, start, end);
    }

    @Test
    void aKeyWithManyThousandCallsAndHundredsOfUnknownOutcomeTakesLittle() {
        List<Call> calls =
                new SimulatedRegister(new SplittableRandom(7), 8, 0.05, "k:k").run(2_500);
        assertThat(Linearizability.of(calls, true, 200_000)).isEqualTo(Verdict.YES);
    }

    @Test
    void aSearchThatReachesItsBoundSaysSo() {
        List<Call> calls = new SimulatedRegister(new SplittableRandom(7), 8, 0.3, "k:k").run(20);
        assertThat(Linearizability.of(calls, true, 3)).isEqualTo(Verdict.UNDECIDED);
    }
}
