package dev.gossamer.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ViewTopologyAuthorityTest {
    private final ViewTopologyAuthority authority = new ViewTopologyAuthority(2);

    @Test
    void membersOfOneViewAgreeWhateverTheyWentByBefore() {
        MeshView view = view(7, 1, 2, 3);
        Topology founder = authority.next(authority.next(Topology.none(2), view(3, 1, 2)), view);
        Topology newcomer = authority.next(Topology.none(2), view);
        assertThat(founder).isEqualTo(newcomer);
        assertThat(newcomer.epoch()).isEqualTo(8);
        assertThat(newcomer.ownerCount(0)).isEqualTo(2);
    }

    @Test
    void aFounderWhoseFirstViewIsZeroAgreesWithWhoJoinsNext() {
        Topology alone = authority.next(Topology.none(2), view(0, 1));
        assertThat(alone.epoch()).isEqualTo(1);
        assertThat(authority.next(alone, view(1, 1, 2)))
                .isEqualTo(authority.next(Topology.none(2), view(1, 1, 2)));
    }

    @Test
    void theSameViewAgainChangesNothing() {
        Topology topology = authority.next(Topology.none(2), view(7, 1, 2));
        assertThat(authority.next(topology, view(7, 1, 2))).isSameAs(topology);
    }

    @Test
    void aLaterViewOfTheSameMembersStillAdvancesTheEpoch() {
        Topology topology = authority.next(Topology.none(2), view(7, 1, 2));
        assertThat(authority.next(topology, view(9, 1, 2)).epoch()).isEqualTo(10);
    }

    @Test
    void epochsNeverGoBackwards() {
        Topology topology = authority.next(Topology.none(2), view(7, 1, 2));
        assertThat(authority.next(topology, view(2, 1, 3)).epoch()).isEqualTo(9);
        assertThat(authority.next(topology, view(2, 1, 2))).isSameAs(topology);
    }

    @Test
    void aMeshWithoutCopiesIsRefused() {
        assertThatThrownBy(() -> new ViewTopologyAuthority(0)).hasMessageContaining("0");
    }

    private static MeshView view(long id, long... members) {
        List<Member> named =
                LongStream.of(members)
                        .mapToObj(member ->
                                new Member(
                                        new MemberId(member),
                                        "n",
                                        "z",
                                        100,
                                        "h",
                                        new Member.Ports(0, 0, 0, 0, 0)))
                        .toList();
        return new MeshView(id, named);
    }
}
