package dev.gossamer.node.cli.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cli.chaos.history.Action;
import dev.gossamer.node.cli.chaos.history.Answer;
import dev.gossamer.node.cli.chaos.history.Call;
import dev.gossamer.node.cli.chaos.history.Circumstances;
import dev.gossamer.node.cli.chaos.history.Consistency;
import dev.gossamer.node.cli.chaos.history.History;
import dev.gossamer.node.cli.chaos.history.Period;
import dev.gossamer.node.cli.chaos.history.WriteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Right histories of every size pass all checks; a planted fault of each kind is caught. */
class GeneratedHistoriesTest {
    private static final int AUDITOR = 50;

    /** Longer than the difference of clocks that available caches are allowed. */
    private static final long LATER = 1_000_000_000;

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(8) : LongStream.of(fixed.longValue());
    }

    private static Findings check(List<Call> calls, boolean partitioned) {
        List<Period> partitions =
                partitioned ? List.of(new Period(-2, -1)) : List.of(); // over, yet it happened
        return Checks.of(
                new History(
                        new Circumstances(
                                1, AUDITOR, Map.of("c", Consistency.CONSISTENT), partitions),
                        calls),
                _ -> {});
    }

    private static List<Call> right(SplittableRandom random, String key) {
        return new ArrayList<>(
                new SimulatedRegister(random, random.nextInt(2, 9), 0.2, key)
                        .run(random.nextInt(5, 40)));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRightHistoryPassesEveryCheck(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 60; run++) {
            assertThat(check(right(random.split(), "c:k"), true).violations())
                    .as("seed %d", seed)
                    .isEmpty();
            assertThat(check(right(random.split(), "a:k"), true).violations())
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }

    /** Appends to a right history what a broken mesh could have done. */
    private static final class Plant {
        private final List<Call> calls;
        private final String key;
        private long now;
        private int sequence = 1_000;

        Plant(List<Call> calls) {
            this.calls = calls;
            this.key = calls.getFirst().key();
            this.now = calls.stream().mapToLong(Call::endNanos).max().orElseThrow();
        }

        Call add(int client, Action action, Answer answer) {
            now += LATER;
            Call call = new Call(client, sequence++, key, action, answer, now, now + 10);
            calls.add(call);
            return call;
        }

        Findings findings() {
            return check(calls, true);
        }
    }

    private static Answer found(WriteId value) {
        return new Answer.Found(value, Optional.empty());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aLostWriteIsCaughtWhereverItHides(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (String key : List.of("a:k", "c:k")) {
            Plant overwritten = new Plant(right(random.split(), key));
            Call old = overwritten.add(1, Action.PUT, Answer.DONE);
            overwritten.add(2, Action.PUT, Answer.DONE);
            overwritten.add(AUDITOR, Action.GET, found(old.id()));
            assertThat(overwritten.findings().counts()).as("seed %d", seed).containsKey(Promise.C2);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aResurrectionIsCaughtWhereverItHides(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (String key : List.of("a:k", "c:k")) {
            Plant plant = new Plant(right(random.split(), key));
            Call old = plant.add(1, Action.PUT, Answer.DONE);
            plant.add(2, Action.REMOVE, Answer.DONE);
            plant.add(3, Action.GET, found(old.id()));
            assertThat(plant.findings().counts()).as("seed %d", seed).containsKey(Promise.C8);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aSessionThatGoesBackIsCaughtWhereverItHides(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (String key : List.of("a:k", "c:k")) {
            Plant plant = new Plant(right(random.split(), key));
            Call old = plant.add(1, Action.PUT, Answer.DONE);
            Call own = plant.add(2, Action.PUT, Answer.DONE);
            plant.add(3, Action.GET, found(own.id()));
            plant.add(2, Action.GET, found(old.id()));
            assertThat(plant.findings().counts()).as("seed %d", seed).containsKey(Promise.C3);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aStaleReadOfAConsistentCacheIsCaughtWhereverItHides(long seed) {
        Plant plant = new Plant(right(new SplittableRandom(seed), "c:k"));
        Call old = plant.add(1, Action.PUT, Answer.DONE);
        plant.add(2, Action.PUT, Answer.DONE);
        plant.add(3, Action.GET, found(old.id()));
        plant.add(2, Action.PUT, Answer.DONE);
        assertThat(plant.findings().counts()).as("seed %d", seed).containsKey(Promise.C5);
    }
}
