package dev.gossamer.membership.agreement;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.List;

/** Members to try things with. */
final class Roster {
    private Roster() {}

    static Member member(long id, long incarnation) {
        Member.Ports ports = new Member.Ports(1, 2, 3, 4, 5);
        return new Member(new MemberId(id), "n" + id, "z", 100, "127.0.0.1", ports, incarnation);
    }

    /** With the ids 1 to {@code count}, each in its first run. */
    static List<Member> of(int count) {
        List<Member> members = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            members.add(member(id, 1));
        }
        return members;
    }
}
