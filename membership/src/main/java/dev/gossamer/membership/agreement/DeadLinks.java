package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Chooses who is left out where two members cannot reach one another, though the failure detector
 * sees both: nothing that both own could be acknowledged otherwise.
 *
 * <p>One end of each dead link goes: the one with more dead links, so that few go; then the one
 * that is not in the topology, so that nobody is taken back in exchange for another; then the one
 * of the greater id. Whoever holds the last complete copy of a slot stays.
 */
final class DeadLinks {
    private final Topology present;

    /** Whom each member cannot reach; both ends of a link are named. */
    private final Map<MemberId, Set<MemberId>> cutOff = new HashMap<>();

    private final Set<MemberId> leftOut = new HashSet<>();
    private final Set<MemberId> indispensable = new HashSet<>();

    private DeadLinks(Topology present) {
        this.present = present;
    }

    /**
     * @param present members of it that stay keep what they have
     * @param candidates who would be in the next one
     * @param unreachable what each of them says it cannot reach
     * @return who of them is not to be in it
     */
    static Set<MemberId> leftOut(
            Topology present, List<Member> candidates, Map<MemberId, List<MemberId>> unreachable) {
        DeadLinks links = new DeadLinks(present);
        Set<MemberId> here = candidates.stream().map(Member::id).collect(Collectors.toSet());
        unreachable.forEach((from, those) -> {
            for (MemberId to : those) {
                if (here.contains(from) && here.contains(to) && !from.equals(to)) {
                    links.cut(from, to);
                    links.cut(to, from);
                }
            }
        });
        links.choose(candidates);
        return links.leftOut;
    }

    private void cut(MemberId from, MemberId to) {
        cutOff.computeIfAbsent(from, _ -> new HashSet<>()).add(to);
    }

    private void choose(List<Member> candidates) {
        for (Optional<MemberId> worst = worst(); worst.isPresent(); worst = worst()) {
            MemberId id = worst.get();
            leftOut.add(id);
            if (holdsTheLastOfAnything(candidates)) {
                leftOut.remove(id);
                indispensable.add(id);
            }
        }
    }

    private Optional<MemberId> worst() {
        return cutOff.keySet().stream()
                .filter(id -> links(id) > 0 && !indispensable.contains(id))
                .max(
                        Comparator.comparingInt(this::links)
                                .thenComparing(id -> present.indexOf(id) < 0)
                                .thenComparing(Comparator.naturalOrder()));
    }

    private int links(MemberId id) {
        if (leftOut.contains(id)) {
            return 0;
        }
        return (int)
                cutOff.getOrDefault(id, Set.of()).stream()
                        .filter(other -> !leftOut.contains(other))
                        .count();
    }

    /** Whether a slot that somebody here owns would lose its last owner. */
    private boolean holdsTheLastOfAnything(List<Member> candidates) {
        boolean[] before = holding(candidates, Set.of());
        boolean[] after = holding(candidates, leftOut);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (isHeld(slot, before) && !isHeld(slot, after)) {
                return true;
            }
        }
        return false;
    }

    /** By index in the present topology: who of it would be there, with what it has. */
    private boolean[] holding(List<Member> candidates, Set<MemberId> without) {
        boolean[] holding = new boolean[present.members().size()];
        for (int i = 0; i < holding.length; i++) {
            Member member = present.members().get(i);
            holding[i] =
                    !without.contains(member.id())
                            && candidates.stream().anyMatch(c -> ChangePlan.sameRun(c, member));
        }
        return holding;
    }

    private boolean isHeld(int slot, boolean[] holding) {
        for (int rank = 0; rank < present.ownerCount(slot); rank++) {
            if (holding[present.ownerIndex(slot, rank)]) {
                return true;
            }
        }
        return false;
    }
}
