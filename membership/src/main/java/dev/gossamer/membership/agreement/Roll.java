package dev.gossamer.membership.agreement;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Who is in view, and what each of them said last. Bounded by the view. */
final class Roll {
    private MeshView view = new MeshView(0, List.of());
    private final Map<MemberId, Member> members = new HashMap<>();
    private final Map<MemberId, Report> reports = new HashMap<>();
    private long changes;

    /** How often something has changed here so far. */
    long changes() {
        return changes;
    }

    MeshView view() {
        return view;
    }

    void view(MeshView next) {
        changes++;
        view = next;
        members.clear();
        next.members().forEach(member -> members.put(member.id(), member));
        reports.entrySet().removeIf(said -> !isSaidBySomebodyHere(said.getKey(), said.getValue()));
    }

    private boolean isSaidBySomebodyHere(MemberId id, Report report) {
        return member(id).filter(m -> m.incarnation() == report.incarnation()).isPresent();
    }

    Optional<Member> member(MemberId id) {
        return Optional.ofNullable(members.get(id));
    }

    /**
     * Keeps what is newer than what is known; what is said before a view shows its sender is not.
     *
     * @return whether it says anything new
     */
    boolean heard(MemberId from, Report report) {
        Report known = reports.get(from);
        boolean isLate = known != null && known.sequence() >= report.sequence();
        if (isLate || !isSaidBySomebodyHere(from, report)) {
            return false;
        }
        reports.put(from, report);
        boolean isNews = known == null || !known.saysTheSame(report);
        changes += isNews ? 1 : 0;
        return isNews;
    }

    Optional<Report> report(MemberId id) {
        return Optional.ofNullable(reports.get(id));
    }

    /** Those in view who have said so. */
    Stream<Member> those(Predicate<Report> said) {
        return view.members().stream()
                .filter(member -> report(member.id()).filter(said).isPresent());
    }

    boolean allHave(Predicate<Report> said) {
        return those(said).count() == view.members().size();
    }
}
