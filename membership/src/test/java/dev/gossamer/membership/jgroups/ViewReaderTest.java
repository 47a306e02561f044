package dev.gossamer.membership.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import java.util.List;
import java.util.Map;
import org.jgroups.Address;
import org.jgroups.View;
import org.jgroups.util.UUID;
import org.junit.jupiter.api.Test;

class ViewReaderTest {
    private static final Member A = member(1, "a");
    private static final Member B = member(2, "b");
    private static final Address A1 = MemberAddress.of(A, 11);
    private static final Address B1 = MemberAddress.of(B, 21);
    private static final Address B2 = MemberAddress.of(B, 22);

    static Member member(long id, String name) {
        return new Member(
                new MemberId(id), name, "zone", 100, "127.0.0.1", new Member.Ports(1, 2, 3, 4, 5));
    }

    @Test
    void membersComeInTheOrderOfTheirIdsAndViewsCountFromOne() {
        ViewReader.Reading reading = ViewReader.read(View.create(B1, 0, B1, A1), A1);
        assertThat(reading.view()).isEqualTo(new MeshView(1, List.of(A, B)));
        assertThat(reading.peers()).isEqualTo(Map.of(B.id(), B1));
        assertThat(reading.rival()).isEmpty();
    }

    @Test
    void allMembersReadTheSameViewFromTheSameJGroupsView() {
        View view = View.create(B1, 7, B1, A1, B2);
        assertThat(ViewReader.read(view, A1).view())
                .isEqualTo(ViewReader.read(view, B1).view())
                .isEqualTo(ViewReader.read(view, B2).view());
    }

    @Test
    void anIdThatStandsTwiceIsLeftOutAndOnlyTheLaterHasARival() {
        View view = View.create(A1, 7, A1, B1, B2);
        assertThat(ViewReader.read(view, A1).view().members()).containsExactly(A);
        assertThat(ViewReader.read(view, A1).peers()).isEmpty();
        assertThat(ViewReader.read(view, B1).rival()).isEmpty();
        assertThat(ViewReader.read(view, B2).rival()).contains(B);
    }

    @Test
    void aStrangerInTheViewIsLeftOut() {
        View view = View.create(A1, 7, A1, UUID.randomUUID());
        assertThat(ViewReader.read(view, A1).view().members()).containsExactly(A);
    }
}
