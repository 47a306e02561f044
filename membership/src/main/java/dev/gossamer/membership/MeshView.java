package dev.gossamer.membership;

import dev.gossamer.protocol.Member;
import java.util.List;

/**
 * The members that hear each other, as this one sees it. A view is not a quorum: two views may
 * exist at once.
 *
 * @param id grows with every view of one side; two sides of a partition may use the same
 * @param members in ascending order of their ids
 */
public record MeshView(long id, List<Member> members) {
    public MeshView {
        members = members.stream().sorted().toList();
    }
}
