package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.agreement.ChangePlan.Situation;
import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** When an acceptor waits for a lease, and when it gives none. */
class AcceptorTest {
    private static final AgreementSettings SETTINGS = AgreementSettings.of(2);
    private static final long LEASE = SETTINGS.lease().toNanos();
    private static final long WAIT = LEASE + LEASE / 10;
    private static final Genesis GENESIS = new Genesis(1, new MemberId(1));
    private static final MemberId THIRD = new MemberId(3);

    private final List<Message> said = new ArrayList<>();
    private final Acceptor acceptor = new Acceptor(SETTINGS, AcceptorState.none());
    private final Acceptor.Out out =
            new Acceptor.Out() {
                @Override
                public void persist(Effect.Persist persist) {}

                @Override
                public void send(Effect.Send send) {
                    said.add(send.message());
                }
            };

    @Test
    void aGrantIsWaitedForATenthLongerThanALease() {
        learn(decree(Topology.none(2), 3), 0);
        assertThat(acceptor.grant(THIRD, report(), 5 * LEASE)).isTrue();
        assertThat(acceptor.waitNanos(Set.of(THIRD), 5 * LEASE)).isEqualTo(WAIT);
        assertThat(acceptor.waitNanos(Set.of(THIRD), 5 * LEASE + WAIT)).isZero();
    }

    @Test
    void whoHasJustHeardOfAnotherRosterWaitsAsIfItHadGrantedEverything() {
        Decree first = decree(Topology.none(2), 3);
        learn(first, 0);
        Decree grown = decree(first.topology(), 4);
        learn(grown, 100 * LEASE);
        assertThat(acceptor.waitNanos(Set.of(THIRD), 100 * LEASE)).isEqualTo(WAIT);
        learn(handingOver(grown), 200 * LEASE);
        assertThat(acceptor.waitNanos(Set.of(THIRD), 200 * LEASE))
                .as("the same roster, each of which knows what it granted")
                .isZero();
    }

    @Test
    void whoHasRestartedWaitsAsIfItHadGrantedEverything() {
        AcceptorState known = AcceptorState.after(decree(Topology.none(2), 3));
        Acceptor restarted = new Acceptor(SETTINGS, known);
        restarted.begin(Roster.member(1, 1), 7);
        assertThat(restarted.waitNanos(Set.of(THIRD), 7)).isEqualTo(WAIT);
    }

    @Test
    void whoIsAMeshByItselfDoesNotWaitForItsOwnFormerRunWhichIsOver() {
        Decree alone = decree(Topology.none(1), 1);
        Member former = alone.topology().members().getFirst();
        Acceptor restarted = new Acceptor(SETTINGS, AcceptorState.after(alone));
        restarted.begin(former.withIncarnation(former.incarnation() + 1), 7);
        assertThat(restarted.waitNanos(Set.of(former.id()), 7)).isZero();
        Acceptor same = new Acceptor(SETTINGS, AcceptorState.after(alone));
        same.begin(former, 7);
        assertThat(same.waitNanos(Set.of(former.id()), 7)).isEqualTo(WAIT);
    }

    @Test
    void whoHasOthersWaitsForItsOwnFormerRunToo() {
        Decree known = decree(Topology.none(2), 3);
        Member former = known.topology().member(THIRD).orElseThrow();
        Acceptor restarted = new Acceptor(SETTINGS, AcceptorState.after(known));
        restarted.begin(former.withIncarnation(former.incarnation() + 1), 7);
        assertThat(restarted.waitNanos(Set.of(THIRD), 7)).isEqualTo(WAIT);
    }

    @Test
    void whatDropsAMemberIsAcceptedWhenItsLeaseHasRunOutAndMeanwhileItGetsNoOther() {
        Decree first = decree(Topology.none(2), 3);
        learn(first, 0);
        assertThat(acceptor.grant(THIRD, report(), LEASE)).isTrue();
        Ballot ballot = new Ballot(1, new MemberId(1));
        Decree without = decree(first.topology(), 2);
        acceptor.accept(ballot.proposer(), new Message.Accept(ballot, without), LEASE, out);
        assertThat(said).isEmpty();
        assertThat(acceptor.grant(THIRD, report(), LEASE + 1)).isFalse();
        acceptor.tick(LEASE + WAIT - 1, out);
        assertThat(said).isEmpty();
        acceptor.tick(LEASE + WAIT, out);
        assertThat(said).containsExactly(new Message.Accepted(first.epoch(), ballot));
        assertThat(acceptor.grant(THIRD, report(), 50 * LEASE)).as("for good").isFalse();
    }

    @Test
    void whatChangesTheRosterHoldsBackEveryLeaseOnceAccepted() {
        Decree first = decree(Topology.none(2), 3);
        learn(first, 0);
        Ballot ballot = new Ballot(1, new MemberId(1));
        Decree grown = decree(first.topology(), 4);
        acceptor.accept(ballot.proposer(), new Message.Accept(ballot, grown), LEASE, out);
        assertThat(acceptor.grant(THIRD, report(), LEASE)).isFalse();
        learn(grown, 2 * LEASE);
        assertThat(acceptor.grant(THIRD, report(), 2 * LEASE)).isTrue();
    }

    private void learn(Decree decree, long nowNanos) {
        acceptor.learn(decree, nowNanos, out);
    }

    private static Decree decree(Topology present, int members) {
        return decree(present, Roster.of(members), Set.of());
    }

    private static Decree handingOver(Decree copying) {
        List<Member> members = copying.topology().members();
        return decree(
                copying.topology(),
                members,
                members.stream().map(Member::id).collect(Collectors.toSet()));
    }

    private static Decree decree(Topology present, List<Member> members, Set<MemberId> synced) {
        Situation situation = new Situation(present, members, Set.of(), synced, synced, 2);
        long epoch = present.epoch() + Epoch.agreed(1);
        return new Decree(
                GENESIS,
                present.epoch(),
                ChangePlan.next(situation, epoch, Placement::place).orElseThrow());
    }

    private static Report report() {
        return new Report(
                1,
                1,
                Optional.of(GENESIS),
                0,
                0,
                0,
                0,
                0,
                false,
                false,
                false,
                false,
                Duration.ZERO,
                List.of());
    }
}
