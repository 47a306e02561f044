package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.cache.Mutation.What;
import dev.gossamer.node.mesh.Explanation.Change;
import dev.gossamer.node.mesh.History.Told;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HistoryTest {
    private static final Member ONE = member(1);
    private static final Member TWO = member(2);
    private static final Member THREE = member(3);
    private static final List<Member> MEMBERS = List.of(ONE, TWO, THREE);
    private static final Caller ANNA = new Caller(Caller.Way.RESP, "7", "anna", "10.0.0.1:1", "");

    private static Member member(int id) {
        var ports = new Member.Ports(1, 2, 3, 4, 5);
        return new Member(new MemberId(id), "n" + id, "zone", 1, "h" + id, ports, 1);
    }

    private static Version version(long epoch, long clock) {
        return new Version(epoch, clock, ONE.id());
    }

    private static Told told(
            Member member, long at, What what, boolean asked, Version version, Caller caller) {
        boolean removal = what == What.REMOVED;
        return new Told(member, new Mutation(at, what, asked, removal, version, caller, 0, ""));
    }

    private static List<Change> of(Told... told) {
        return History.of(List.of(told), MEMBERS);
    }

    @Test
    void aForwardedWriteIsOneChangeByTheClientThatAskedForIt() {
        Version version = version(4, 10);
        assertThat(
                        of(
                                told(TWO, 101, What.COPIED, false, version, Caller.NODE),
                                told(THREE, 102, What.REMOVED, true, version, ANNA),
                                told(
                                        ONE,
                                        100,
                                        What.REMOVED,
                                        false,
                                        version,
                                        Caller.member(THREE.id()))))
                .containsExactly(
                        new Change(
                                100,
                                What.REMOVED,
                                true,
                                version,
                                ANNA,
                                Optional.of(THREE),
                                List.of(ONE, TWO),
                                ""));
    }

    @Test
    void whoSpokeToAMemberThatHasForgottenIsAClientOfThatMember() {
        Change change =
                of(told(ONE, 1, What.PUT, false, version(4, 9), Caller.member(THREE.id())))
                        .getFirst();
        assertThat(change.through()).contains(THREE);
        assertThat(change.caller().way()).isEqualTo(Caller.Way.MEMBER);
    }

    @Test
    void aWishWhoseOwnerHasForgottenItIsToldAllTheSame() {
        assertThat(of(told(TWO, 1, What.PUT, true, version(4, 9), ANNA)))
                .extracting(Change::caller, Change::through, Change::on)
                .containsExactly(tuple(ANNA, Optional.of(TWO), List.of()));
    }

    @Test
    void aVersionThatGrewByAnEpochWhileItWasCopiedIsTheSameWrite() {
        assertThat(
                        of(
                                told(ONE, 1, What.PUT, false, version(4, 9), ANNA),
                                told(ONE, 2, What.COPIED, false, version(5, 9), Caller.NODE),
                                told(TWO, 3, What.COPIED, false, version(5, 9), Caller.NODE)))
                .extracting(Change::what, Change::through, Change::on)
                .containsExactly(tuple(What.PUT, Optional.of(ONE), List.of(ONE, TWO)));
    }

    @Test
    void aCopyWithoutItsWriteIsACopy() {
        assertThat(
                        of(
                                told(TWO, 3, What.TRANSFERRED, false, version(4, 9), Caller.NODE),
                                told(THREE, 2, What.COPIED, false, version(4, 9), Caller.NODE)))
                .extracting(Change::atMillis, Change::what, Change::on)
                .containsExactly(tuple(2L, What.COPIED, List.of(THREE, TWO)));
    }

    @Test
    void anEntryThatExpiresOnTwoMembersIsOneChangeAndItsWriteAnother() {
        Version version = version(4, 9);
        assertThat(
                        of(
                                told(ONE, 1, What.PUT, false, version, ANNA),
                                told(TWO, 9, What.EXPIRED, false, version, Caller.NODE),
                                told(ONE, 8, What.EXPIRED, false, version, Caller.NODE),
                                told(TWO, 7, What.EVICTED, false, version(4, 3), Caller.NODE)))
                .extracting(Change::atMillis, Change::what, Change::on)
                .containsExactly(
                        tuple(8L, What.EXPIRED, List.of(ONE, TWO)),
                        tuple(7L, What.EVICTED, List.of(TWO)),
                        tuple(1L, What.PUT, List.of(ONE)));
    }

    @Test
    void whatAMergeBroughtIsNotTheWriteThatTheOtherSideMade() {
        Version version = version(4, 9);
        assertThat(
                        of(
                                told(TWO, 1, What.PUT, false, version, ANNA),
                                told(ONE, 5, What.RECONCILED, false, version, Caller.NODE)))
                .extracting(Change::what)
                .containsExactly(What.RECONCILED, What.PUT);
    }

    @Test
    void whatWasVoidNamesTheTagThatSomebodyRemembers() {
        Version version = version(4, 9);
        Told voided =
                new Told(
                        ONE,
                        new Mutation(9, What.VOIDED, false, true, version, Caller.NODE, 77, ""));
        Told bumped =
                new Told(
                        THREE,
                        new Mutation(
                                8,
                                What.TAG_INVALIDATED,
                                true,
                                true,
                                version(4, 12),
                                ANNA,
                                77,
                                "prices"));
        assertThat(of(bumped, voided))
                .extracting(Change::what, Change::detail, Change::caller, Change::on)
                .containsExactly(
                        tuple(What.VOIDED, "prices", Caller.NODE, List.of(ONE)),
                        tuple(What.TAG_INVALIDATED, "prices", ANNA, List.of(THREE)));
        assertThat(of(voided)).extracting(Change::detail).containsExactly("");
    }
}
