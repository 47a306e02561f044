package dev.gossamer.membership.agreement;

import static dev.gossamer.membership.agreement.Indexes.NOBODY;
import static dev.gossamer.membership.agreement.Indexes.common;
import static dev.gossamer.membership.agreement.Indexes.concat;
import static dev.gossamer.membership.agreement.Indexes.first;
import static dev.gossamer.membership.agreement.Indexes.without;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What the next topology shall be: a pure function of the present one and of who is here.
 *
 * <p>A slot's owners change in steps, so that at no instant anything acknowledged hangs on a member
 * that does not have it, and no former primary can miss a write while it does not know better:
 *
 * <ol>
 *   <li>COPYING: those of its owners that are left stay its owners, in their old order. Members
 *       that shall own it copy it, and get every write.
 *   <li>HANDING_OVER: the new ones own it. The former ones still get every write, which is thus
 *       acknowledged only when they know that they are no owners any more.
 *   <li>STEADY.
 * </ol>
 *
 * <p>When members come or go meanwhile, the plan starts afresh from those who have everything now:
 * the owners; besides, while handing over, the former owners; besides, while copying, members that
 * have copied all. Where nothing has to be copied, COPYING is passed over. Whoever may still take
 * itself for an owner, for it is not known to have installed the present topology, goes on getting
 * every write.
 *
 * <p>Where nobody is left who has a slot, but owners come back who have on their disks what they
 * held ({@link Returning}), they own it again. Where nobody does, it begins empty, with owners who
 * know that: members that act under the present topology, or have begun after it. Another one, that
 * was away, may have owned the slot when it last heard of anything, and would take what it has of
 * it for everything (C8); it copies first, like any newcomer.
 *
 * <p><b>Cost.</b> A placement, and a few passes over all slots: 1 ms with a few members.
 */
final class ChangePlan {
    /** Who shall own the slots if nothing had to be moved; see {@code Placement}. */
    interface Placing {
        short[][] place(List<Member> members, int replication);
    }

    /**
     * What a plan depends on.
     *
     * @param present the last topology agreed on; empty before the first
     * @param members who shall be in the next one, in ascending order of their ids
     * @param draining who shall own nothing
     * @param synced who has done what the present phase asks for
     * @param installed who acts under the present topology
     * @param returned who has begun anew, and has on its disk what it held under the present one
     * @param replication how many copies are wanted
     */
    record Situation(
            Topology present,
            List<Member> members,
            Set<MemberId> draining,
            Set<MemberId> synced,
            Set<MemberId> installed,
            Set<MemberId> returned,
            int replication) {

        /** The same where nobody has come back. */
        Situation(
                Topology present,
                List<Member> members,
                Set<MemberId> draining,
                Set<MemberId> synced,
                Set<MemberId> installed,
                int replication) {
            this(present, members, draining, synced, installed, Set.of(), replication);
        }

        /** What is known before anybody in it has said anything. */
        Situation withNoneReady() {
            return new Situation(
                    present, members, draining, Set.of(), Set.of(), returned, replication);
        }
    }

    private final Situation situation;
    private final List<Member> members;
    private final Topology present;
    private final short[][] target;

    /** Where a member of the present topology stands in the next one; -1 when it is gone. */
    private final int[] next;

    /** Where the next run of one stands that has come back with what it held; -1 for nobody. */
    private final short[] nextRun;

    /** By the index in the next topology. */
    private final boolean[] synced;

    private final boolean[] installed;
    private final boolean allInstalled;

    private ChangePlan(Situation situation, Placing placing) {
        this.situation = situation;
        this.members = situation.members();
        this.present = situation.present();
        this.target = target(situation, placing);
        this.next = next(present.members(), members);
        this.nextRun = nextRun(situation);
        this.synced = flags(members, situation.synced());
        this.installed = flags(members, situation.installed());
        this.allInstalled = areAll(installed);
    }

    /**
     * @param epoch of the topology that comes next
     * @return empty when the present one is right, or others have to do their part first
     */
    static Optional<Topology> next(Situation situation, long epoch, Placing placing) {
        ChangePlan plan = new ChangePlan(situation, placing);
        return plan.sameMembers() ? plan.step(epoch) : Optional.of(plan.replan(epoch));
    }

    /** The same, but always one: the present one has to be replaced even by its like. */
    static Topology renewed(Situation situation, long epoch, Placing placing) {
        return next(situation, epoch, placing)
                .orElseGet(() -> new ChangePlan(situation, placing).replan(epoch));
    }

    /**
     * What the members of a view make up for themselves when they are no majority: those who have a
     * slot own it, those who would own it if nobody else existed get its writes as well. A function
     * of the two arguments, for these members do not vote on it.
     *
     * @param members of the agreed topology, those that see each other
     */
    static Topology provisional(
            Topology agreed, List<Member> members, long epoch, Placing placing) {
        Set<MemberId> all = Set.copyOf(members.stream().map(Member::id).toList());
        Situation situation =
                new Situation(agreed, members, Set.of(), Set.of(), all, agreed.replication());
        ChangePlan plan = new ChangePlan(situation, placing);
        short[][] owners = plan.holders();
        short[][] others = plan.newcomers(owners);
        return plan.topology(epoch, isAny(others) ? Phase.COPYING : Phase.STEADY, owners, others);
    }

    /**
     * Whether the next topology lets some slot begin with nothing although somebody who has it may
     * still be there.
     *
     * @param mayComeBack of those who are not among the next members
     */
    static boolean givesUp(Situation situation, Placing placing, Predicate<Member> mayComeBack) {
        Topology present = situation.present();
        int[] next = next(present.members(), situation.members());
        boolean[] back = new boolean[next.length];
        boolean isAnybodyGone = false;
        for (int i = 0; i < back.length; i++) {
            back[i] = next[i] < 0 && mayComeBack.test(present.members().get(i));
            isAnybodyGone |= back[i];
        }
        if (!isAnybodyGone) {
            return false;
        }
        ChangePlan plan = new ChangePlan(situation, placing);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (isAnyOwner(present, slot, back) && plan.isLost(slot)) {
                return true;
            }
        }
        return false;
    }

    private boolean isLost(int slot) {
        return owners(slot).length == 0
                && completeOthers(slot).length == 0
                && returned(slot).length == 0;
    }

    private static boolean isAnyOwner(Topology topology, int slot, boolean[] those) {
        for (int rank = 0; rank < topology.ownerCount(slot); rank++) {
            if (those[topology.ownerIndex(slot, rank)]) {
                return true;
            }
        }
        return false;
    }

    private static short[][] target(Situation situation, Placing placing) {
        List<Member> members = situation.members();
        int[] owning =
                IntStream.range(0, members.size())
                        .filter(i -> !situation.draining().contains(members.get(i).id()))
                        .toArray();
        if (owning.length == 0) {
            owning = IntStream.range(0, members.size()).toArray(); // nobody to hand over to
        }
        if (owning.length == members.size()) {
            return placing.place(members, situation.replication());
        }
        List<Member> able = IntStream.of(owning).mapToObj(members::get).toList();
        return renumbered(placing.place(able, situation.replication()), owning);
    }

    private static short[][] renumbered(short[][] placed, int[] owning) {
        short[][] target = new short[Slot.COUNT][];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            target[slot] = new short[placed[slot].length];
            for (int i = 0; i < target[slot].length; i++) {
                target[slot][i] = (short) owning[placed[slot][i]];
            }
        }
        return target;
    }

    /** A member in another run of its process is another one: what it had in memory is lost. */
    private static int[] next(List<Member> before, List<Member> after) {
        int[] next = new int[before.size()];
        for (int i = 0; i < next.length; i++) {
            next[i] = -1;
            for (int j = 0; j < after.size(); j++) {
                if (sameRun(before.get(i), after.get(j))) {
                    next[i] = j;
                }
            }
        }
        return next;
    }

    private static short[] nextRun(Situation situation) {
        List<Member> before = situation.present().members();
        short[] next = new short[before.size()];
        for (int i = 0; i < next.length; i++) {
            next[i] = -1;
            for (int j = 0; j < situation.members().size(); j++) {
                Member after = situation.members().get(j);
                boolean again =
                        before.get(i).id().equals(after.id()) && !sameRun(before.get(i), after);
                if (again && situation.returned().contains(after.id())) {
                    next[i] = (short) j;
                }
            }
        }
        return next;
    }

    static boolean sameRun(Member a, Member b) {
        return a.id().equals(b.id()) && a.incarnation() == b.incarnation();
    }

    private static boolean[] flags(List<Member> members, Set<MemberId> ids) {
        boolean[] flags = new boolean[members.size()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = ids.contains(members.get(i).id());
        }
        return flags;
    }

    private boolean sameMembers() {
        return present.members().equals(members)
                && present.replication() == situation.replication();
    }

    private Optional<Topology> step(long epoch) {
        return switch (present.phase()) {
            case STEADY -> isOwnedByTarget() ? Optional.empty() : Optional.of(replan(epoch));
            case COPYING -> {
                if (!isTargetCopying()) {
                    yield Optional.of(replan(epoch));
                }
                yield allSynced() ? Optional.of(handOver(epoch)) : Optional.empty();
            }
            case HANDING_OVER -> {
                if (!isOwnedByTarget()) {
                    yield Optional.of(replan(epoch));
                }
                yield allSynced() ? Optional.of(steady(epoch)) : Optional.empty();
            }
        };
    }

    private boolean allSynced() {
        return areAll(synced);
    }

    private static boolean areAll(boolean[] flags) {
        for (boolean each : flags) {
            if (!each) {
                return false;
            }
        }
        return true;
    }

    private boolean isOwnedByTarget() {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (!Arrays.equals(target[slot], owners(slot))) {
                return false;
            }
        }
        return true;
    }

    private boolean isTargetCopying() {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            for (short wanted : target[slot]) {
                if (present.rankOf(slot, wanted) < 0 && !present.isOther(slot, wanted)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Topology steady(long epoch) {
        return topology(epoch, Phase.STEADY, target, new short[0][]);
    }

    /** After everybody has synced: all who are named in the present topology have everything. */
    private Topology handOver(long epoch) {
        short[][] former = new short[Slot.COUNT][];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            former[slot] = without(concat(owners(slot), others(slot)), target[slot]);
        }
        return topology(epoch, Phase.HANDING_OVER, target, former);
    }

    private Topology replan(long epoch) {
        short[][] owners = holders();
        short[][] others = new short[Slot.COUNT][];
        short[][] newcomers = newcomers(owners);
        boolean mustCopy = false;
        boolean mustHandOver = false;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            short[] unaware = without(without(unaware(slot), owners[slot]), newcomers[slot]);
            others[slot] = concat(newcomers[slot], unaware);
            mustCopy |= !isComplete(slot, others[slot]);
            mustHandOver |= others[slot].length > 0 || !Arrays.equals(owners[slot], target[slot]);
        }
        if (mustCopy) {
            return topology(epoch, Phase.COPYING, owners, others);
        }
        if (!mustHandOver) {
            return steady(epoch);
        }
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            others[slot] = without(concat(owners[slot], others[slot]), target[slot]);
        }
        return topology(epoch, Phase.HANDING_OVER, target, others);
    }

    /** Those who have a slot and shall go on owning it; who is to begin it where there are none. */
    private short[][] holders() {
        int most = Math.min(situation.replication(), members.size());
        short[][] holders = new short[Slot.COUNT][];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            short[] left = owners(slot);
            if (left.length < most) {
                short[] complete = completeOthers(slot);
                short[] wanted = common(complete, target[slot]);
                left = concat(concat(left, wanted), without(complete, wanted));
            }
            if (left.length == 0) {
                left = returned(slot);
            }
            holders[slot] = left.length == 0 ? beginners(slot) : first(left, most);
        }
        return holders;
    }

    /** The owners that come back with what they held, in their old order. */
    private short[] returned(int slot) {
        if (situation.returned().isEmpty()) {
            return NOBODY;
        }
        int named = present.ownerCount(slot);
        short[] back = new short[named];
        int count = 0;
        for (int rank = 0; rank < named; rank++) {
            short member = nextRun[present.ownerIndex(slot, rank)];
            if (member >= 0) {
                back[count++] = member;
            }
        }
        return first(back, count);
    }

    /** Who owns a slot that nobody has; where nobody is known to be fit for it, the target. */
    private short[] beginners(int slot) {
        short[] fit = new short[members.size()];
        int count = 0;
        for (int member = 0; member < fit.length; member++) {
            if (installed[member] || hasRestarted(members.get(member))) {
                fit[count++] = (short) member;
            }
        }
        short[] able = first(fit, count);
        short[] wanted = common(target[slot], able);
        if (wanted.length > 0) {
            return wanted;
        }
        return count == 0 ? target[slot] : first(able, 1);
    }

    /** What this one held under the present topology is gone with its process. */
    private boolean hasRestarted(Member member) {
        return present.member(member.id()).filter(same -> !sameRun(same, member)).isPresent();
    }

    private short[][] newcomers(short[][] owners) {
        short[][] newcomers = new short[Slot.COUNT][];
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            newcomers[slot] = without(target[slot], owners[slot]);
        }
        return newcomers;
    }

    private short[] unaware(int slot) {
        if (allInstalled) {
            return NOBODY;
        }
        short[] named = concat(owners(slot), others(slot));
        short[] unaware = new short[named.length];
        int count = 0;
        for (short member : named) {
            if (!installed[member]) {
                unaware[count++] = member;
            }
        }
        return first(unaware, count);
    }

    private boolean isComplete(int slot, short[] those) {
        return those.length == 0
                || without(those, concat(owners(slot), completeOthers(slot))).length == 0;
    }

    /** The others that have all of a slot, in the present topology, as indexes in the next. */
    private short[] completeOthers(int slot) {
        short[] others = others(slot);
        if (present.phase() == Phase.HANDING_OVER) {
            return others;
        }
        int count = 0;
        for (short other : others) {
            if (synced[other]) {
                others[count++] = other;
            }
        }
        return first(others, count);
    }

    /** The owners that are left, in their old order. */
    private short[] owners(int slot) {
        int named = present.ownerCount(slot);
        short[] owners = new short[named];
        int count = 0;
        for (int rank = 0; rank < named; rank++) {
            int member = next[present.ownerIndex(slot, rank)];
            if (member >= 0) {
                owners[count++] = (short) member;
            }
        }
        return first(owners, count);
    }

    private short[] others(int slot) {
        int named = present.otherCount(slot);
        if (named == 0) {
            return NOBODY;
        }
        short[] others = new short[named];
        int count = 0;
        for (int at = 0; at < named; at++) {
            int member = next[present.otherIndex(slot, at)];
            if (member >= 0) {
                others[count++] = (short) member;
            }
        }
        return first(others, count);
    }

    private Topology topology(long epoch, Phase phase, short[][] owners, short[][] others) {
        return new Topology(epoch, situation.replication(), members, phase, owners, others);
    }

    private static boolean isAny(short[][] others) {
        return Arrays.stream(others).anyMatch(those -> those.length > 0);
    }
}
