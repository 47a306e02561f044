package dev.gossamer.membership.agreement;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** To whom data does not get through from here, and since when. Bounded by the view. */
final class Links {
    private record Down(long sinceNanos, long incarnation) {}

    private final long deadNanos;
    private final Map<MemberId, Down> down = new HashMap<>();
    private MeshView view = new MeshView(0, List.of());

    Links(AgreementSettings settings) {
        this.deadNanos = settings.deadLink().toNanos();
    }

    /** Who has gone out of view, or is another process now, begins afresh. */
    void view(MeshView next) {
        view = next;
        down.entrySet()
                .removeIf(link ->
                        view.members().stream()
                                .noneMatch(m -> isTo(m, link.getKey(), link.getValue())));
    }

    private static boolean isTo(Member member, MemberId id, Down link) {
        return member.id().equals(id) && member.incarnation() == link.incarnation();
    }

    void down(MemberId peer, long nowNanos) {
        view.members().stream()
                .filter(member -> member.id().equals(peer))
                .forEach(
                        member -> down.putIfAbsent(peer, new Down(nowNanos, member.incarnation())));
    }

    void up(MemberId peer) {
        down.remove(peer);
    }

    /** Those who have been so for too long, in ascending order. */
    List<MemberId> dead(long nowNanos) {
        return down.entrySet().stream()
                .filter(link -> nowNanos - link.getValue().sinceNanos() >= deadNanos)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
