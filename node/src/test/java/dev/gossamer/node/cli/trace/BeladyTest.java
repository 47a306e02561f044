package dev.gossamer.node.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BeladyTest {
    /** Two hundred fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(200) : LongStream.of(fixed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noSequenceOfDecisionsAnswersMoreReadsThanTheOptimum(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Trace trace = randomTrace(random, random.nextInt(1, 13), random.nextInt(1, 6));
        int entriesMax = random.nextInt(0, 4);
        assertThat(Belady.hits(trace, entriesMax))
                .isEqualTo(new BruteForce(trace, entriesMax).best(0, Set.of()));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theOptimumIsNeverBelowCaffeine(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Trace trace = randomTrace(random, 2_000, 100);
        int entriesMax = random.nextInt(1, 50);
        assertThat(Belady.hits(trace, entriesMax))
                .isGreaterThanOrEqualTo(CaffeineReference.hits(trace, entriesMax));
    }

    @Test
    void withRoomForEveryKeyOnlyTheFirstReadOfEachMisses() {
        Trace trace = randomTrace(new SplittableRandom(1), 5_000, 40);
        long firsts = 0;
        Set<Integer> seen = new HashSet<>();
        for (int at = 0; at < trace.length(); at++) {
            firsts += seen.add(trace.key(at)) && !trace.isWrite(at) ? 1 : 0;
        }
        assertThat(Belady.hits(trace, 40)).isEqualTo(trace.reads() - firsts);
        assertThat(CaffeineReference.hits(trace, 40)).isEqualTo(trace.reads() - firsts);
    }

    private static Trace randomTrace(SplittableRandom random, int accesses, int keys) {
        Trace.Builder trace = new Trace.Builder();
        for (int i = 0; i < accesses; i++) {
            trace.add("k" + random.nextInt(keys), random.nextInt(4) == 0);
        }
        return trace.build();
    }

    /** Tries every choice: keep or not what was accessed, and whom to evict for it. */
    private static final class BruteForce {
        private final Trace trace;
        private final int entriesMax;
        private final Map<String, Long> known = new HashMap<>();

        BruteForce(Trace trace, int entriesMax) {
            this.trace = trace;
            this.entriesMax = entriesMax;
        }

        long best(int at, Set<Integer> cached) {
            if (at == trace.length()) {
                return 0;
            }
            String state = at + ":" + cached.stream().sorted().toList();
            Long before = known.get(state);
            if (before != null) {
                return before;
            }
            int key = trace.key(at);
            long hit = cached.contains(key) && !trace.isWrite(at) ? 1 : 0;
            Set<Integer> without = new HashSet<>(cached);
            without.remove(key);
            long best = best(at + 1, without);
            Set<Integer> with = new HashSet<>(without);
            with.add(key);
            if (with.size() <= entriesMax) {
                best = Math.max(best, best(at + 1, with));
            } else if (entriesMax > 0) {
                for (int victim : without) {
                    Set<Integer> next = new HashSet<>(with);
                    next.remove(victim);
                    best = Math.max(best, best(at + 1, next));
                }
            }
            known.put(state, hit + best);
            return hit + best;
        }
    }
}
