package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.gossamer.membership.agreement.ChangePlan.Situation;
import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChangePlanTest {
    private static final ChangePlan.Placing PLACING = new LastPlacing(Placement::place);

    /** {@code -Dseed=N} runs one. */
    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null ? LongStream.range(0, 16) : LongStream.of(one);
    }

    @Test
    void theFirstTopologyIsPlacedAndSteady() {
        List<Member> members = Roster.of(3);
        Topology first = next(Topology.none(2), members, Set.of()).orElseThrow();
        assertThat(first.phase()).isEqualTo(Phase.STEADY);
        assertOwnedAsPlaced(first, members, 2);
    }

    @Test
    void whereNothingIsToBeChangedNothingIsPlanned() {
        Topology first = steady(3, 2);
        assertThat(next(first, first.members(), Set.of())).isEmpty();
    }

    @Test
    void aJoinCopiesThenHandsOverThenIsSteady() {
        Topology before = steady(3, 2);
        List<Member> members = Roster.of(4);
        Topology copying = next(before, members, Set.of()).orElseThrow();
        assertThat(copying.phase()).isEqualTo(Phase.COPYING);
        assertThat(next(copying, members, ids(members.subList(0, 3)))).as("one lags").isEmpty();
        Topology handing = next(copying, members, ids(members)).orElseThrow();
        assertThat(handing.phase()).isEqualTo(Phase.HANDING_OVER);
        assertOwnedAsPlaced(handing, members, 2);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(copying.primary(slot)).isEqualTo(before.primary(slot));
            assertHearsOfWrites(handing, slot, before.primary(slot));
        }
        Topology after = next(handing, members, ids(members)).orElseThrow();
        assertThat(after.phase()).isEqualTo(Phase.STEADY);
        assertOwnedAsPlaced(after, members, 2);
    }

    @Test
    void theFirstBackupBecomesPrimaryWhenThePrimaryDies() {
        Topology before = steady(3, 3);
        Member dead = before.members().get(1);
        List<Member> left = before.members().stream().filter(m -> !m.equals(dead)).toList();
        Topology next = next(before, left, Set.of()).orElseThrow();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            List<Member> survivors = new ArrayList<>(before.owners(slot));
            survivors.remove(dead);
            assertThat(next.owners(slot)).hasSameElementsAs(survivors);
        }
        assertThat(next.phase()).as("nothing has to be copied").isNotEqualTo(Phase.COPYING);
    }

    @Test
    void aRestartedMemberOwnsNothingUntilItHasCopied() {
        Topology before = steady(3, 2);
        Member back = Roster.member(2, 7);
        List<Member> members = List.of(Roster.member(1, 1), back, Roster.member(3, 1));
        Topology copying = next(before, members, Set.of()).orElseThrow();
        assertThat(copying.phase()).isEqualTo(Phase.COPYING);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(copying.rankOf(slot, 1)).isNegative();
            boolean owned = before.rankOf(slot, 1) >= 0;
            assertThat(copying.isOther(slot, 1)).isEqualTo(owned);
        }
    }

    @Test
    void aDrainingMemberStaysAndOwnsNothingInTheEnd() {
        Topology topology = steady(3, 2);
        Set<MemberId> draining = Set.of(new MemberId(3));
        for (int step = 0; step < 3; step++) {
            Situation now =
                    new Situation(
                            topology,
                            topology.members(),
                            draining,
                            ids(topology.members()),
                            ids(topology.members()),
                            2);
            topology = ChangePlan.next(now, epochAfter(topology), PLACING).orElseThrow();
        }
        assertThat(topology.phase()).isEqualTo(Phase.STEADY);
        assertThat(topology.members()).hasSize(3);
        assertThat(topology.primariesPerMember()[2]).isZero();
        assertThat(topology.rankOf(0, 2)).isNegative();
    }

    @Test
    void whenAllDrainTheSlotsStayWhereTheyAre() {
        Topology before = steady(2, 2);
        Situation now =
                new Situation(
                        before, before.members(), ids(before.members()), Set.of(), Set.of(), 2);
        assertThat(ChangePlan.next(now, epochAfter(before), PLACING)).isEmpty();
    }

    @Test
    void formerOwnersTakeASlotBackWhenItsNewOwnersDieWhileItIsHandedOver() {
        Topology before = steady(3, 1);
        List<Member> four = Roster.of(4);
        Topology copying = next(before, four, Set.of()).orElseThrow();
        Topology handing = next(copying, four, ids(four)).orElseThrow();
        Topology back = next(handing, before.members(), Set.of()).orElseThrow();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(back.primary(slot)).isEqualTo(before.primary(slot));
        }
    }

    /** It was left out, wanted back, and its owners died before it heard of anything. */
    @Test
    void aSlotThatNobodyHasDoesNotBeginWithWhoMayThinkThatItHasIt() {
        Topology first = steady(4, 2);
        Member away = first.members().get(3);
        List<Member> three = first.members().subList(0, 3);
        Topology without = next(first, three, ids(three)).orElseThrow();
        Set<MemberId> aware = ids(three.subList(0, 1));
        List<Member> left = List.of(first.members().get(0), away);
        Situation situation = new Situation(without, left, Set.of(), Set.of(), aware, 2);
        Topology begun = ChangePlan.next(situation, epochAfter(without), PLACING).orElseThrow();
        assertThat(begun.phase()).isEqualTo(Phase.COPYING);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(begun.owners(slot)).containsExactly(left.get(0));
            assertHearsOfWrites(begun, slot, away);
        }
    }

    @Test
    void whenAllHaveRestartedTheyBeginWithNothingAtOnce() {
        Topology before = steady(3, 2);
        List<Member> again =
                before.members().stream()
                        .map(member -> Roster.member(member.id().value(), member.incarnation() + 1))
                        .toList();
        Topology begun = next(before, again, Set.of()).orElseThrow();
        assertThat(begun.phase()).isEqualTo(Phase.STEADY);
        assertOwnedAsPlaced(begun, again, 2);
    }

    @Test
    void aViewOfTheFewKeepsTheOwnersThatItHas() {
        Topology agreed = steady(5, 3);
        List<Member> few = agreed.members().subList(0, 2);
        long epoch = Epoch.provisional(agreed.epoch(), 3);
        Topology provisional = ChangePlan.provisional(agreed, few, epoch, PLACING);
        assertThat(provisional.isProvisional()).isTrue();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            List<Member> left = new ArrayList<>(agreed.owners(slot));
            left.retainAll(few);
            List<Member> owners = provisional.owners(slot);
            if (!left.isEmpty()) {
                assertThat(owners).startsWith(left.toArray(Member[]::new));
            }
            assertThat(owners.size() + provisional.otherCount(slot)).isEqualTo(2);
        }
    }

    /** A history of joins, deaths, restarts and drains, each at any point of the change before. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noHistoryLosesASlotOrDeposesAPrimaryThatDoesNotKnow(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int replication = random.nextInt(1, 4);
        History history = new History(random, replication);
        for (int step = 0; step < 25; step++) {
            history.happen();
            history.plan();
        }
        history.settle();
    }

    /** Knows who really has what, and who really knows what. */
    private static final class History {
        private static final int SAMPLE = 101;

        private final SplittableRandom random;
        private final int replication;
        private List<Member> members = Roster.of(4);
        private final List<Member> away = new ArrayList<>();
        private Set<MemberId> draining = Set.of();
        private Topology topology;

        /** By slot, who has all that was acknowledged. */
        private final List<Set<Member>> complete = new ArrayList<>();

        /** What each member acts under. */
        private final Map<Member, Topology> acting = new HashMap<>();

        /** Left out since they last heard of anything: their leases are over. */
        private final Set<Member> leftOut = new HashSet<>();

        private final Set<MemberId> synced = new HashSet<>();
        private long ids = 4;

        History(SplittableRandom random, int replication) {
            this.random = random;
            this.replication = replication;
            this.topology =
                    next(Topology.none(replication), members, Set.of(), replication).orElseThrow();
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                complete.add(new HashSet<>(topology.owners(slot)));
            }
            members.forEach(member -> acting.put(member, topology));
        }

        void happen() {
            List<Member> now = new ArrayList<>(members);
            Member one = now.get(random.nextInt(now.size()));
            switch (random.nextInt(7)) {
                case 0 -> now.add(Roster.member(++ids, 1));
                case 1 -> {
                    if (now.size() > 1) {
                        now.remove(one);
                        away.add(one);
                    }
                }
                case 4 -> {
                    if (!away.isEmpty()) {
                        now.add(away.removeLast());
                    }
                }
                case 2 -> {
                    now.remove(one);
                    now.add(Roster.member(one.id().value(), one.incarnation() + 1));
                }
                case 3 -> draining = random.nextBoolean() ? Set.of() : Set.of(one.id());
                default -> now.forEach(this::mayProgress);
            }
            members = now.stream().sorted().toList();
        }

        private void mayProgress(Member member) {
            if (random.nextBoolean() && topology.members().contains(member)) {
                act(member);
                if (random.nextBoolean()) {
                    sync(member);
                }
            }
        }

        private void act(Member member) {
            acting.put(member, topology);
            leftOut.remove(member);
        }

        private void sync(Member member) {
            act(member);
            synced.add(member.id());
            int index = topology.members().indexOf(member);
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                if (topology.rankOf(slot, index) >= 0 || topology.isOther(slot, index)) {
                    complete.get(slot).add(member);
                }
            }
        }

        void plan() {
            Topology present = topology;
            Set<MemberId> installed =
                    members.stream()
                            .filter(member -> present.equals(acting.get(member)))
                            .map(Member::id)
                            .collect(Collectors.toSet());
            Set<MemberId> done = Set.copyOf(synced);
            Situation situation =
                    new Situation(present, members, draining, done, installed, replication);
            ChangePlan.next(situation, epochAfter(present), PLACING).ifPresent(this::install);
        }

        private void install(Topology next) {
            check(next);
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                keepThoseWhoHave(next, slot);
            }
            topology.members().stream()
                    .filter(member -> !next.members().contains(member))
                    .forEach(leftOut::add);
            topology = next;
            synced.clear();
        }

        private void keepThoseWhoHave(Topology next, int slot) {
            Set<Member> have = complete.get(slot);
            have.retainAll(next.members());
            if (Collections.disjoint(reliable(slot), next.members())) {
                have.addAll(next.owners(slot)); // nobody is known to have it: it begins empty
            }
            have.removeIf(member -> !isNamed(next, slot, member)); // it misses the next write
        }

        private void check(Topology next) {
            boolean replanned = !next.members().equals(topology.members());
            boolean stepped =
                    next.phase() != topology.phase() || next.phase() == Phase.COPYING || replanned;
            assertThat(stepped || next.phase() == Phase.HANDING_OVER).isTrue();
            for (int slot = 0; slot < Slot.COUNT; slot += SAMPLE) {
                checkOwners(next, slot);
                checkPrimaries(next, slot);
            }
        }

        private void checkOwners(Topology next, int slot) {
            Set<Member> left = new HashSet<>(complete.get(slot));
            left.retainAll(next.members());
            List<Member> known = new ArrayList<>(reliable(slot));
            known.retainAll(next.members());
            if (!known.isEmpty() && !left.containsAll(next.owners(slot))) {
                fail("slot " + slot + ": " + next.owners(slot) + " own it, " + left + " have it");
            }
            if (known.isEmpty() && next.members().stream().anyMatch(this::knowsThePresent)) {
                assertThat(next.owners(slot)).allMatch(owner -> knowsWhatItHas(slot, owner));
            }
            Member before = topology.primary(slot);
            boolean isDeposed =
                    next.members().contains(before) && !next.primary(slot).equals(before);
            assertThat(isDeposed && next.phase() == Phase.COPYING)
                    .as("slot %d changes its primary while copying", slot)
                    .isFalse();
        }

        private boolean knowsThePresent(Member member) {
            return topology.equals(acting.get(member));
        }

        /** Unless it was an owner when it last heard of anything. */
        private boolean knowsWhatItHas(int slot, Member member) {
            Topology under = acting.get(member);
            return under == null
                    || under.equals(topology)
                    || under.rankOf(slot, under.members().indexOf(member)) < 0;
        }

        /** Those of whom the present topology lets one know that they have a slot. */
        private List<Member> reliable(int slot) {
            List<Member> reliable = new ArrayList<>(topology.owners(slot));
            for (int at = 0; at < topology.otherCount(slot); at++) {
                Member other = topology.members().get(topology.otherIndex(slot, at));
                if (topology.phase() == Phase.HANDING_OVER || synced.contains(other.id())) {
                    reliable.add(other);
                }
            }
            return reliable;
        }

        private void checkPrimaries(Topology next, int slot) {
            for (Member member : next.members()) {
                Topology under = acting.get(member);
                if (under != null
                        && !leftOut.contains(member)
                        && under.members().contains(member)
                        && topology.members().contains(member)
                        && under.primary(slot).equals(member)) {
                    assertHearsOfWrites(next, slot, member);
                }
            }
        }

        private static boolean isNamed(Topology topology, int slot, Member member) {
            int index = topology.members().indexOf(member);
            return topology.rankOf(slot, index) >= 0 || topology.isOther(slot, index);
        }

        void settle() {
            draining = Set.of();
            for (int step = 0; step < 5; step++) {
                members.stream().filter(topology.members()::contains).forEach(this::sync);
                plan();
            }
            assertThat(topology.phase()).isEqualTo(Phase.STEADY);
            assertThat(topology.members()).isEqualTo(members);
            assertOwnedAsPlaced(topology, members, replication);
        }
    }

    private static void assertHearsOfWrites(Topology topology, int slot, Member member) {
        int index = topology.members().indexOf(member);
        if (topology.rankOf(slot, index) < 0 && !topology.isOther(slot, index)) {
            fail(member.name() + " does not hear of writes of slot " + slot + " in " + topology);
        }
    }

    private static void assertOwnedAsPlaced(Topology topology, List<Member> members, int copies) {
        short[][] placed = Placement.place(members, copies);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            List<Member> owners = new ArrayList<>();
            for (short owner : placed[slot]) {
                owners.add(members.get(owner));
            }
            if (!topology.owners(slot).equals(owners)) {
                fail("slot " + slot + ": " + topology.owners(slot) + ", not " + owners);
            }
        }
    }

    private static Topology steady(int members, int replication) {
        return next(Topology.none(replication), Roster.of(members), Set.of(), replication)
                .orElseThrow();
    }

    private static Optional<Topology> next(
            Topology present, List<Member> members, Set<MemberId> synced) {
        return next(present, members, synced, Math.max(present.replication(), 1));
    }

    private static Optional<Topology> next(
            Topology present, List<Member> members, Set<MemberId> synced, int replication) {
        Situation situation =
                new Situation(present, members, Set.of(), synced, synced, replication);
        return ChangePlan.next(situation, epochAfter(present), PLACING);
    }

    private static long epochAfter(Topology topology) {
        return topology.epoch() + Epoch.agreed(1);
    }

    private static Set<MemberId> ids(List<Member> members) {
        return members.stream().map(Member::id).collect(Collectors.toSet());
    }
}
