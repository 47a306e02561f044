package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.AcceptorState.Proposal;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sees everything that is written to any disk, and so knows what has been agreed on at the very
 * instant when it is; says when a rule is broken.
 */
final class Judge {
    /** A run of a member, and what it acts on now. */
    interface Actor {
        Member self();

        boolean hasLease();

        /** What it has written last. */
        AcceptorState known();

        /** The topology that its data path acts under. */
        Topology acting();
    }

    private record Place(Genesis genesis, long epoch) {}

    private record Vote(long after, Ballot ballot, Genesis genesis) {}

    private final List<Actor> actors;
    private final Map<Place, Decree> chosen = new HashMap<>();
    private final Map<Vote, Set<MemberId>> votes = new HashMap<>();

    /** The epochs at which each run was dropped. */
    private final Map<Member, List<Place>> drops = new HashMap<>();

    private final List<String> violations = new ArrayList<>();

    Judge(List<Actor> actors) {
        this.actors = actors;
    }

    List<String> violations() {
        return violations;
    }

    int agreed() {
        return chosen.size();
    }

    void written(MemberId by, AcceptorState state) {
        state.accepted().ifPresent(proposal -> voted(by, state, proposal));
        state.chosen().ifPresent(this::settled);
    }

    private void voted(MemberId by, AcceptorState state, Proposal proposal) {
        Vote vote = new Vote(state.epoch(), proposal.ballot(), proposal.decree().genesis());
        Set<MemberId> voters = votes.computeIfAbsent(vote, _ -> new HashSet<>());
        if (voters.add(by) && state.chosen().isPresent()) {
            int roster = state.chosen().get().topology().members().size();
            if (voters.size() == Outlook.majority(roster)) {
                settled(proposal.decree());
            }
        }
    }

    private void settled(Decree decree) {
        Place place = new Place(decree.genesis(), decree.epoch());
        Decree known = chosen.get(place);
        if (known == null) {
            chosen.put(place, decree);
            checkPrimaries(decree);
            noteDrops(decree);
            actors.forEach(this::checkLease);
        } else if (!known.equals(decree)) {
            violations.add("two topologies of one epoch: " + known + " and " + decree);
        }
    }

    private void noteDrops(Decree decree) {
        Decree before = chosen.get(new Place(decree.genesis(), decree.after()));
        if (before == null) {
            return;
        }
        for (Member member : before.topology().members()) {
            boolean stays =
                    decree.topology()
                            .member(member.id())
                            .filter(m -> ChangePlan.sameRun(m, member))
                            .isPresent();
            if (!stays) {
                drops.computeIfAbsent(member, _ -> new ArrayList<>())
                        .add(new Place(decree.genesis(), decree.epoch()));
            }
        }
    }

    /** Who has a lease was not dropped since. */
    void checkLease(Actor actor) {
        if (actor.hasLease()) {
            for (Place drop : drops.getOrDefault(actor.self(), List.of())) {
                boolean sameMesh = isOf(drop.genesis(), actor);
                if (sameMesh && drop.epoch() > actor.known().epoch()) {
                    violations.add(actor.self().name() + " has a lease and was dropped at " + drop);
                }
            }
        }
    }

    /** Who takes itself for a primary, rightly or not, cannot miss a write. */
    private void checkPrimaries(Decree decree) {
        Topology next = decree.topology();
        for (Actor actor : actors) {
            int member = indexOf(next, actor.self());
            Topology acting = actor.acting();
            int before = indexOf(acting, actor.self());
            boolean mayAct =
                    actor.hasLease() && !acting.isProvisional() && isOf(decree.genesis(), actor);
            if (member < 0 || before < 0 || !mayAct || acting.epoch() > next.epoch()) {
                continue;
            }
            for (int slot = 0; slot < Slot.COUNT; slot += 37) {
                if (acting.rankOf(slot, before) == 0
                        && next.rankOf(slot, member) < 0
                        && !next.isOther(slot, member)) {
                    violations.add(
                            actor.self().name()
                                    + " may act as primary of slot "
                                    + slot
                                    + " under "
                                    + acting
                                    + " and does not hear of writes in "
                                    + next);
                    return;
                }
            }
        }
    }

    private static boolean isOf(Genesis genesis, Actor actor) {
        return actor.known().chosen().filter(d -> d.genesis().equals(genesis)).isPresent();
    }

    private static int indexOf(Topology topology, Member self) {
        return topology.member(self.id()).filter(m -> ChangePlan.sameRun(m, self)).isPresent()
                ? topology.indexOf(self.id())
                : -1;
    }
}
