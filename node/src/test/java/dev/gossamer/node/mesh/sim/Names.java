package dev.gossamer.node.mesh.sim;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import java.util.List;
import java.util.stream.Collectors;

/** How members are called in traces: m1, m2, and so on. */
final class Names {
    private Names() {}

    static String of(MeshView view) {
        return of(view.members());
    }

    static String of(List<Member> members) {
        return members.stream()
                .map(member -> "m" + member.id().value())
                .collect(Collectors.joining(" ", "[", "]"));
    }
}
