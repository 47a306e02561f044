package dev.gossamer.membership.jgroups;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jgroups.Address;
import org.jgroups.View;

/**
 * Reads a JGroups view: a pure function, so that all who have a view make the same of it. JGroups
 * counts views from 0; ours begin at 1, so that 0 can mean none.
 */
final class ViewReader {
    /**
     * What a view says.
     *
     * @param view the members whose id stands in it once
     * @param peers the others' addresses
     * @param rival who holds this member's id and was there before it
     */
    record Reading(MeshView view, Map<MemberId, Address> peers, Optional<Member> rival) {}

    private ViewReader() {}

    static Reading read(View view, Address self) {
        Map<MemberId, Address> first = new LinkedHashMap<>();
        Set<MemberId> doubled = new LinkedHashSet<>();
        for (Address address : view.getMembers()) {
            MemberAddress.memberOf(address)
                    .map(Member::id)
                    .filter(id -> first.putIfAbsent(id, address) != null)
                    .ifPresent(doubled::add);
        }
        Optional<Member> rival = rival(first, self);
        Map<MemberId, Address> peers = new HashMap<>(first);
        peers.keySet().removeAll(doubled);
        List<Member> members =
                peers.values().stream().flatMap(a -> MemberAddress.memberOf(a).stream()).toList();
        peers.values().remove(self);
        return new Reading(new MeshView(view.getViewId().getId() + 1, members), peers, rival);
    }

    private static Optional<Member> rival(Map<MemberId, Address> first, Address self) {
        return MemberAddress.idOf(self)
                .map(first::get)
                .filter(holder -> !holder.equals(self))
                .flatMap(MemberAddress::memberOf);
    }
}
