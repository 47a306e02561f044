package dev.gossamer.node.cli.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FaultPlanTest {
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

    static LongStream seeds() {
        Long fixed = Long.getLong("seed");
        return fixed == null ? new SplittableRandom().longs(20) : LongStream.of(fixed.longValue());
    }

    private static List<Round> rounds(long seed, int members, int downMax, int count) {
        FaultPlan plan = new FaultPlan(members, downMax, ALL, new SplittableRandom(seed));
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rounds.add(plan.next());
        }
        return rounds;
    }

    @Test
    void aSeedIsAWholePlan() {
        assertThat(rounds(7, 5, 2, 50)).isEqualTo(rounds(7, 5, 2, 50));
        assertThat(rounds(7, 5, 2, 50)).isNotEqualTo(rounds(8, 5, 2, 50));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverAreMoreMembersOutThanAllowed(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int members = random.nextInt(2, 10);
        int downMax = random.nextInt(1, members);
        for (Round round : rounds(seed, members, downMax, 300)) {
            assertThat(round.down()).as("%s", round).isLessThanOrEqualTo(downMax);
            Set<Integer> victims = new HashSet<>();
            for (Fault fault : round.faults()) {
                assertThat(fault.victims()).allMatch(each -> each >= 0 && each < members);
                fault.victims().forEach(each -> assertThat(victims.add(each)).isTrue());
                assertThat(fault.length()).isBetween(Duration.ZERO, Duration.ofSeconds(20));
            }
        }
    }

    @Test
    void everyKindOccursAndSomeFaultsLastAtTheSameTime() {
        List<Round> rounds = rounds(1, 5, 2, 500);
        Set<FaultKind> met =
                rounds.stream()
                        .flatMap(round -> round.faults().stream())
                        .map(Fault::kind)
                        .collect(Collectors.toSet());
        assertThat(met).isEqualTo(ALL);
        assertThat(rounds).anyMatch(round -> round.faults().size() == 2);
        assertThat(rounds).anyMatch(round -> round.faults().getFirst().victims().size() == 2);
    }

    @Test
    void onlyTheKindsThatWereAskedForOccur() {
        Set<FaultKind> wanted = EnumSet.of(FaultKind.KILL, FaultKind.ROLLING);
        FaultPlan plan = new FaultPlan(5, 2, wanted, new SplittableRandom(3));
        for (int i = 0; i < 200; i++) {
            assertThat(plan.next().faults()).extracting(Fault::kind).isSubsetOf(wanted);
        }
    }

    @Test
    void aPartitionCutsEveryLinkBetweenItsSidesBothWaysAndNoOther() {
        FaultPlan plan =
                new FaultPlan(5, 2, EnumSet.of(FaultKind.PARTITION), new SplittableRandom(4));
        for (int i = 0; i < 50; i++) {
            Fault fault = plan.next().faults().getFirst();
            Set<Integer> side = fault.victims();
            Set<LinkRule> wanted = new HashSet<>();
            for (int from = 0; from < 5; from++) {
                for (int to = 0; to < 5; to++) {
                    if (side.contains(from) != side.contains(to)) {
                        wanted.add(new LinkRule.Drop(from, to));
                    }
                }
            }
            assertThat(fault.links()).hasSameSizeAs(wanted).containsAll(wanted);
        }
    }

    @Test
    void aCutLinkLeavesBothEndsInReachOfAllOthers() {
        FaultPlan plan = new FaultPlan(5, 2, EnumSet.of(FaultKind.CUT), new SplittableRandom(4));
        for (int i = 0; i < 50; i++) {
            List<LinkRule> links = plan.next().faults().getFirst().links();
            assertThat(links).hasSize(2);
            assertThat(links.getFirst()).isInstanceOf(LinkRule.Drop.class);
            LinkRule.Drop one = (LinkRule.Drop) links.getFirst();
            assertThat(one.from()).isNotEqualTo(one.to());
            assertThat(links.getLast()).isEqualTo(new LinkRule.Drop(one.to(), one.from()));
        }
    }

    @Test
    void aOneWayFaultNeverCutsTheWayBack() {
        FaultPlan plan =
                new FaultPlan(5, 2, EnumSet.of(FaultKind.ONE_WAY), new SplittableRandom(4));
        for (int i = 0; i < 100; i++) {
            List<LinkRule> links = plan.next().faults().getFirst().links();
            for (LinkRule link : links) {
                LinkRule.Drop drop = (LinkRule.Drop) link;
                assertThat(links).doesNotContain(new LinkRule.Drop(drop.to(), drop.from()));
            }
        }
    }

    @Test
    void faultsAreKnownByTheirNames() {
        assertThat(FaultKind.parse("kill, one-way"))
                .containsExactlyInAnyOrder(FaultKind.KILL, FaultKind.ONE_WAY);
        assertThat(FaultKind.parse(FaultKind.allWords())).isEqualTo(ALL);
        assertThatThrownBy(() -> FaultKind.parse("kill,flood"))
                .hasMessageContaining("'flood' is no fault");
    }

    @Test
    void aPlanThatLeavesNobodyIsRefused() {
        assertThatThrownBy(() -> new FaultPlan(3, 3, ALL, new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FaultPlan(3, 1, Set.of(), new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
