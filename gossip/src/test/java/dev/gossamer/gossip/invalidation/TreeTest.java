package dev.gossamer.gossip.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TreeTest {

    /** A hundred fresh seeds a run; {@code -Dseed=N} replays one. */
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null ? new SplittableRandom().longs(100) : LongStream.of(one);
    }

    private static List<MemberId> ids(SplittableRandom random, int count) {
        return random.longs(count).mapToObj(MemberId::new).toList();
    }

    /** How often each is told, when everyone passes news on by its own view. */
    private static Map<MemberId, Integer> told(MemberId origin, Function<MemberId, Tree> trees) {
        Map<MemberId, Integer> told = new HashMap<>();
        List<Tree.Branch> open = new ArrayList<>(trees.apply(origin).branches(origin));
        while (!open.isEmpty()) {
            Tree.Branch next = open.removeLast();
            told.merge(next.child(), 1, Integer::sum);
            open.addAll(trees.apply(next.child()).branches(next.end()));
        }
        return told;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyoneButTheOriginIsToldOnce(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<MemberId> ids = ids(random, random.nextInt(1, 300));
        int starMax = random.nextInt(1, 20);
        int fanout = random.nextInt(2, 40);
        Members members = Members.of(ids);
        MemberId origin = ids.get(0);
        Map<MemberId, Integer> told = told(origin, id -> new Tree(members, id, starMax, fanout));
        assertThat(told).hasSize(ids.size() - 1).doesNotContainKey(origin);
        assertThat(told.values()).allMatch(times -> times == 1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whenViewsDifferNobodyIsToldTwiceAndOnlyTheUnknownAreLeftOut(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<MemberId> ids = ids(random, random.nextInt(2, 200));
        MemberId stranger = ids.get(1);
        Members all = Members.of(ids);
        Members without = Members.of(ids.stream().filter(id -> !id.equals(stranger)).toList());
        Map<MemberId, Tree> trees = new HashMap<>();
        for (MemberId id : ids) {
            boolean knows = id.equals(stranger) || random.nextBoolean();
            trees.put(id, new Tree(knows ? all : without, id, 3, 4));
        }
        Map<MemberId, Integer> told = told(ids.get(0), trees::get);
        assertThat(told.values()).allMatch(times -> times == 1);
        assertThat(told.keySet())
                .containsAll(ids.subList(2, ids.size()))
                .doesNotContain(ids.get(0));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyoneHearsHowFarAsManyOthersAre(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<MemberId> ids = ids(random, random.nextInt(1, 200));
        int links = random.nextInt(1, 6);
        Members members = Members.of(ids);
        Map<MemberId, Integer> heard = new HashMap<>();
        for (MemberId id : ids) {
            List<MemberId> peers = new Tree(members, id, 11, 16).lazyPeers(links);
            assertThat(peers).doesNotHaveDuplicates().doesNotContain(id);
            peers.forEach(peer -> heard.merge(peer, 1, Integer::sum));
        }
        int expected = Math.min(links, ids.size() - 1);
        assertThat(heard.values()).allMatch(times -> times == expected);
        assertThat(heard).hasSize(expected == 0 ? 0 : ids.size());
    }

    @Test
    void aThousandMembersAreThreeStepsAway() {
        List<MemberId> ids = ids(new SplittableRandom(1), 1_000);
        Members members = Members.of(ids);
        int steps = 0;
        List<Tree.Branch> level = new Tree(members, ids.get(0), 11, 16).branches(ids.get(0));
        while (!level.isEmpty()) {
            steps++;
            level =
                    level.stream()
                            .flatMap(next ->
                                    new Tree(members, next.child(), 11, 16)
                                            .branches(next.end()).stream())
                            .toList();
        }
        assertThat(steps).isEqualTo(3);
    }
}
