package dev.gossamer.membership.agreement;

import dev.gossamer.membership.agreement.ChangePlan.Placing;
import dev.gossamer.membership.agreement.ChangePlan.Situation;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a member would propose now, from the last decree, the view, and what those in view say; and
 * whether it is this one's turn to propose.
 *
 * <p><b>Cost.</b> Nearly all that a member hears says nothing new: what follows from the roll and
 * the last decree is worked out afresh only when one of them has changed, and the plan only when
 * something it depends on has.
 */
final class Outlook {
    private static final int PROVISIONAL_SIDE_BITS = 8;

    private final Member self;
    private final AgreementSettings settings;
    private final Roll roll;
    private final Supplier<Optional<Decree>> chosen;
    private final Placing placing;

    private record Question(Situation situation, boolean renew, long epoch, Genesis genesis) {}

    private record Cut(
            Topology present, List<Member> able, Map<MemberId, List<MemberId>> unreachable) {}

    /** What follows from the roll and the last decree. */
    private final class Conclusion<T> {
        private final Supplier<T> reasoning;
        private @Nullable T valueOrNull;
        private long ofRoll;
        private @Nullable Decree ofDecreeOrNull;

        Conclusion(Supplier<T> reasoning) {
            this.reasoning = reasoning;
        }

        T get() {
            T value = valueOrNull;
            Decree last = chosen.get().orElse(null);
            if (value == null || ofRoll != roll.changes() || ofDecreeOrNull != last) {
                value = reasoning.get();
                valueOrNull = value;
                ofRoll = roll.changes();
                ofDecreeOrNull = last;
            }
            return value;
        }
    }

    private final Conclusion<List<MemberId>> rosterInView = new Conclusion<>(this::findRoster);
    private final Conclusion<List<Member>> candidates = new Conclusion<>(this::findCandidates);
    private final Conclusion<Boolean> unsettled = new Conclusion<>(this::findWhetherUnsettled);
    private final Conclusion<AgreementStatus> status = new Conclusion<>(this::findStatus);

    private final Topology none;
    private @Nullable Question askedOrNull;
    private Optional<Decree> answer = Optional.empty();
    private @Nullable Cut cutOrNull;
    private @Nullable Situation weighedOrNull;
    private boolean givesUp;
    private Set<MemberId> leftOut = Set.of();

    /**
     * @param chosen the last decree known
     */
    Outlook(
            Member self,
            AgreementSettings settings,
            Roll roll,
            Supplier<Optional<Decree>> chosen,
            Placing placing) {
        this.self = self;
        this.settings = settings;
        this.roll = roll;
        this.chosen = chosen;
        this.placing = placing;
        this.none = Topology.none(settings.replication());
    }

    /** The last agreed topology; none before any. */
    Topology present() {
        return chosen.get().map(Decree::topology).orElse(none);
    }

    /** The members of the last decree that are in view, whichever run of their process. */
    List<MemberId> rosterInView() {
        return rosterInView.get();
    }

    private List<MemberId> findRoster() {
        Topology present = present();
        return roll.view().members().stream()
                .map(Member::id)
                .filter(id -> present.indexOf(id) >= 0)
                .toList();
    }

    /** Whether more than half of the roster is in view. */
    boolean inMajority() {
        return 2 * rosterInView().size() > present().members().size();
    }

    /** Who comes before this member in proposing: 0 for the leader, -1 when it is not to. */
    int turn() {
        return chosen.get().isEmpty()
                ? foundingTurn()
                : inMajority() ? rosterInView().indexOf(self.id()) : -1;
    }

    /** The first of the view founds, when nobody in view knows of a mesh and enough are there. */
    private int foundingTurn() {
        List<Member> view = roll.view().members();
        boolean mayFound =
                view.size() >= majority(settings.founders())
                        && view.get(0).id().equals(self.id())
                        && roll.allHave(report -> report.genesis().isEmpty());
        return mayFound ? 0 : -1;
    }

    Optional<MemberId> leader() {
        List<MemberId> able = rosterInView();
        return able.isEmpty() || !inMajority() ? Optional.empty() : Optional.of(able.get(0));
    }

    /** Where to propose; the majority of a founding is one of all who may found, too. */
    Proposer.Place place() {
        Optional<Decree> last = chosen.get();
        if (last.isEmpty()) {
            Set<MemberId> view = ids(roll.view().members());
            int quorum = Math.max(majority(view.size()), majority(settings.founders()));
            return new Proposer.Place(Optional.empty(), Epoch.NONE, view, quorum);
        }
        Set<MemberId> roster = ids(last.get().topology().members());
        return new Proposer.Place(
                last.map(Decree::genesis), last.get().epoch(), roster, majority(roster.size()));
    }

    static int majority(int of) {
        return of / 2 + 1;
    }

    private static Set<MemberId> ids(List<Member> members) {
        return members.stream().map(Member::id).collect(Collectors.toSet());
    }

    /** A cheap look at whether there may be anything to do. */
    boolean isUnsettled() {
        return unsettled.get();
    }

    private boolean findWhetherUnsettled() {
        Topology present = present();
        return present.phase() != Topology.Phase.STEADY
                || mustRenew()
                || roll.those(Report::draining).findAny().isPresent()
                || !present.members().equals(candidates());
    }

    /** Members of the present topology that are in the next one no more. */
    Set<MemberId> dropping() {
        List<Member> next = candidates();
        Set<MemberId> dropping = new HashSet<>();
        for (Member member : present().members()) {
            if (next.stream().noneMatch(each -> ChangePlan.sameRun(each, member))) {
                dropping.add(member.id());
            }
        }
        return dropping;
    }

    /** What follows from all this; empty when nothing need be changed. */
    Optional<Decree> plan() {
        List<Member> next = candidates();
        if (next.isEmpty()) {
            return Optional.empty();
        }
        Topology present = present();
        Situation situation = situation(next);
        boolean waits = present.members().equals(next) && !unsynced().isEmpty();
        return waits && ask(situation.withNoneReady()).isEmpty()
                ? Optional.empty()
                : ask(situation);
    }

    private Situation situation(List<Member> next) {
        Topology present = present();
        return new Situation(
                present,
                next,
                idsOf(Report::draining),
                idsOf(report -> report.synced() == present.epoch()),
                idsOf(report -> report.acting() == present.epoch()),
                idsOf(report -> !present.isEmpty() && report.returned() == present.epoch()),
                settings.replication());
    }

    /**
     * Whether to propose now means to give up slots whose last holders are not in view, but may
     * live: views go wrong for a while after a partition, and what is given up is lost. With one
     * copy that is what was asked for.
     */
    boolean givesUpSlots() {
        List<Member> next = candidates();
        if (settings.replication() < 2 || next.isEmpty() || chosen.get().isEmpty()) {
            return false;
        }
        Situation situation = situation(next);
        if (!situation.equals(weighedOrNull)) {
            weighedOrNull = situation;
            givesUp =
                    ChangePlan.givesUp(
                            situation, placing, gone -> roll.member(gone.id()).isEmpty());
        }
        return givesUp;
    }

    private Optional<Decree> ask(Situation situation) {
        Genesis genesis = genesis().orElseGet(() -> Genesis.by(self));
        Question question = new Question(situation, mustRenew(), nextEpoch(), genesis);
        if (!question.equals(askedOrNull)) {
            askedOrNull = question;
            answer = answer(question);
        }
        return answer;
    }

    private Optional<Decree> answer(Question question) {
        Situation situation = question.situation();
        Optional<Topology> next =
                question.renew()
                        ? Optional.of(ChangePlan.renewed(situation, question.epoch(), placing))
                        : ChangePlan.next(situation, question.epoch(), placing);
        long after = situation.present().epoch();
        return next.map(topology -> new Decree(question.genesis(), after, topology));
    }

    private Set<MemberId> idsOf(Predicate<Report> said) {
        return roll.those(said).map(Member::id).collect(Collectors.toSet());
    }

    /** One step on, and past what anybody in view has installed. */
    private long nextEpoch() {
        long greatest = present().epoch();
        for (Member member : roll.view().members()) {
            greatest =
                    Math.max(
                            greatest,
                            roll.report(member.id())
                                    .map(report -> Epoch.agreedPart(report.floor()))
                                    .orElse(greatest));
        }
        return greatest + Epoch.agreed(1);
    }

    /** Grows with the views; two small sides with the same view id most likely differ in it. */
    long provisionalEpoch(Topology agreed) {
        long side =
                roll.view().members().stream().findFirst().map(m -> m.id().hashCode()).orElse(0);
        long sides = 1L << PROVISIONAL_SIDE_BITS;
        return Epoch.provisional(
                agreed.epoch(), roll.view().id() * sides + Math.floorMod(side, sides));
    }

    private boolean isStranger(Report report) {
        return report.genesis().isPresent() && !report.genesis().equals(genesis());
    }

    private Optional<Genesis> genesis() {
        return chosen.get().map(Decree::genesis);
    }

    /**
     * The topology is right, but somebody acts under another one on top of it, or may have to. Who
     * is cut off by its own account would do so again at once.
     */
    private boolean mustRenew() {
        Topology present = present();
        return roll.those(report ->
                        !report.cutOff()
                                && report.genesis().equals(genesis())
                                && report.epoch() == present.epoch()
                                && (report.unresolved() || report.floor() > present.epoch()))
                .findAny()
                .isPresent();
    }

    /** Who of the view is to be in the next topology. */
    private List<Member> candidates() {
        return candidates.get();
    }

    private List<Member> findCandidates() {
        List<Member> able = able();
        Set<MemberId> out = leftOut(able);
        List<Member> fit =
                out.isEmpty()
                        ? able
                        : able.stream().filter(member -> !out.contains(member.id())).toList();
        return withoutOneThatRestarts(fit);
    }

    /**
     * Lets one of those go who ask for it: when nothing else changes, somebody stays, and each slot
     * has another owner. So of two that ask at once the second waits until the first is back, or
     * until others have copied what it has.
     */
    private List<Member> withoutOneThatRestarts(List<Member> next) {
        Topology present = present();
        boolean calm =
                present.phase() == Topology.Phase.STEADY
                        && present.members().equals(next)
                        && roll.those(Report::restarts).findAny().isPresent();
        if (!calm) {
            return next;
        }
        Set<MemberId> restarting = idsOf(Report::restarts);
        Set<MemberId> staying = Set.copyOf(staying());
        if (next.stream().map(Member::id).noneMatch(staying::contains)) {
            return next;
        }
        for (int i = 0; i < next.size(); i++) {
            Member member = next.get(i);
            if (restarting.contains(member.id()) && !isAloneSomewhere(present, i)) {
                return next.stream().filter(each -> !each.equals(member)).toList();
            }
        }
        return next;
    }

    private static boolean isAloneSomewhere(Topology topology, int member) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (topology.ownerCount(slot) == 1 && topology.ownerIndex(slot, 0) == member) {
                return true;
            }
        }
        return false;
    }

    private Set<MemberId> leftOut(List<Member> able) {
        Map<MemberId, List<MemberId>> unreachable = unreachable();
        if (unreachable.isEmpty()) {
            return Set.of();
        }
        Cut cut = new Cut(present(), able, unreachable);
        if (!cut.equals(cutOrNull)) {
            cutOrNull = cut;
            leftOut = DeadLinks.leftOut(cut.present(), able, unreachable);
        }
        return leftOut;
    }

    private Map<MemberId, List<MemberId>> unreachable() {
        Map<MemberId, List<MemberId>> unreachable = new HashMap<>();
        roll.those(report -> !report.unreachable().isEmpty())
                .forEach(member ->
                        unreachable.put(
                                member.id(),
                                roll.report(member.id())
                                        .map(Report::unreachable)
                                        .orElse(List.of())));
        return unreachable;
    }

    private List<Member> able() {
        Topology present = present();
        return roll.view().members().stream()
                .filter(member -> mayBeIn(present, member))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    /** Newcomers have to be heard first: they may be of a mesh that does not give way. */
    private boolean mayBeIn(Topology present, Member member) {
        Optional<Report> report = roll.report(member.id());
        if (report.isEmpty()) {
            return present.member(member.id())
                    .filter(same -> ChangePlan.sameRun(same, member))
                    .isPresent();
        }
        boolean enters =
                present.member(member.id())
                        .filter(same -> ChangePlan.sameRun(same, member))
                        .isEmpty();
        return !report.get().resigned()
                && !(enters && (report.get().cutOff() || report.get().restarts()))
                && !isOfAMeshThatStays(report.get());
    }

    private boolean isOfAMeshThatStays(Report report) {
        return isStranger(report)
                && genesis().map(ours -> !ours.outranks(report.genesis().get())).orElse(true);
    }

    /**
     * Members of the last topology that have said nothing yet, while a majority of it is in view
     * and each of those has begun anew: they may be about to come back, too, with what nobody else
     * has. Empty when nobody is to be waited for.
     */
    List<Member> awaited() {
        Topology present = present();
        boolean allNew =
                !settings.returnWait().isZero()
                        && inMajority()
                        && present.members().stream().noneMatch(roll.view().members()::contains);
        return allNew
                ? present.members().stream().filter(it -> roll.report(it.id()).isEmpty()).toList()
                : List.of();
    }

    /** Who could take slots over: those in view who neither drain nor restart nor have resigned. */
    List<MemberId> staying() {
        Set<MemberId> leaving =
                idsOf(report -> report.draining() || report.restarts() || report.resigned());
        return roll.view().members().stream()
                .map(Member::id)
                .filter(id -> !leaving.contains(id))
                .toList();
    }

    /** Those who ask to be let go for a restart, and how soon each means to be back. */
    Map<MemberId, Duration> restarting() {
        Map<MemberId, Duration> restarting = new HashMap<>();
        for (Member member : roll.view().members()) {
            roll.report(member.id())
                    .filter(Report::restarts)
                    .ifPresent(report -> restarting.put(member.id(), report.backWithin()));
        }
        return restarting;
    }

    /** Those who are left out since they are cut off from others. */
    List<MemberId> leftOut() {
        return leftOut(able()).stream().sorted().toList();
    }

    /** Those of the roster who have not done what the present phase asks for. */
    List<MemberId> unsynced() {
        Topology present = present();
        if (present.phase() == Topology.Phase.STEADY) {
            return List.of();
        }
        Set<MemberId> synced = idsOf(report -> report.synced() == present.epoch());
        return present.members().stream()
                .map(Member::id)
                .filter(id -> !synced.contains(id))
                .toList();
    }

    /**
     * @param rounds how many proposals this member has begun
     */
    AgreementStatus status(long rounds) {
        AgreementStatus now = status.get();
        return now.rounds() == rounds ? now : now.after(rounds);
    }

    private AgreementStatus findStatus() {
        Topology present = present();
        return new AgreementStatus(
                present.epoch(),
                leader(),
                present.members().size(),
                rosterInView().size(),
                inMajority(),
                staying(),
                restarting(),
                unsynced(),
                leftOut(),
                awaited(),
                0);
    }
}
