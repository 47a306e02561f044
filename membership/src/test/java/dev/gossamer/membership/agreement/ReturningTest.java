package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.agreement.CalmMesh.Node;
import dev.gossamer.membership.agreement.ChangePlan.Situation;
import dev.gossamer.membership.ring.Placement;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Members that begin anew with what they held. */
class ReturningTest {
    private static final MemberId SELF = new MemberId(2);

    private static Topology topology(long epoch, List<Member> members) {
        short[][] owners = new short[Slot.COUNT][];
        Arrays.setAll(owners, _ -> new short[] {0, 1});
        return new Topology(epoch, 2, members, owners);
    }

    private static List<Member> again(List<Member> members) {
        return members.stream().map(it -> it.withIncarnation(it.incarnation() + 1)).toList();
    }

    @Test
    void whatWasHeldCountsUnderItsTopologyAndUnderTheOneThatDirectlyFollows() {
        Returning held = new Returning(Epoch.agreed(7), 1);
        assertThat(held.through(topology(Epoch.agreed(7), Roster.of(3)), SELF)).isEqualTo(held);
        assertThat(held.through(topology(Epoch.agreed(8), Roster.of(3)), SELF))
                .isEqualTo(new Returning(Epoch.agreed(8), 1));
    }

    @Test
    void itCountsForNothingAfterAGapABreakOrWithoutTheRun() {
        Returning held = new Returning(Epoch.agreed(7), 1);
        for (long epoch : new long[] {Epoch.agreed(6), Epoch.agreed(9)}) {
            assertThat(held.through(topology(epoch, Roster.of(3)), SELF))
                    .as(Epoch.text(epoch))
                    .isEqualTo(Returning.NONE);
        }
        long aside = Epoch.provisional(Epoch.agreed(8), 3);
        assertThat(held.through(topology(aside, Roster.of(3)), SELF)).isEqualTo(Returning.NONE);
        Topology ofLaterRuns = topology(Epoch.agreed(8), again(Roster.of(3)));
        assertThat(held.through(ofLaterRuns, SELF)).isEqualTo(Returning.NONE);
        assertThat(held.through(topology(Epoch.agreed(8), Roster.of(3)), new MemberId(9)))
                .isEqualTo(Returning.NONE);
        assertThat(Returning.NONE.isDirectlyBefore(topology(Epoch.agreed(1), Roster.of(3))))
                .isFalse();
    }

    private static Topology steady() {
        Situation begin =
                new Situation(Topology.none(2), Roster.of(4), Set.of(), Set.of(), Set.of(), 2);
        return ChangePlan.next(begin, Epoch.agreed(1), Placement::place).orElseThrow();
    }

    private static Topology after(Topology before, List<Member> members, long... returned) {
        Set<MemberId> back = Set.copyOf(Arrays.stream(returned).mapToObj(MemberId::new).toList());
        Situation situation = new Situation(before, members, Set.of(), Set.of(), Set.of(), back, 2);
        return ChangePlan.next(situation, Epoch.agreed(2), Placement::place).orElseThrow();
    }

    @Test
    void ownersThatAllComeBackWithWhatTheyHeldOwnItAtOnce() {
        Topology before = steady();
        Topology begun = after(before, again(before.members()), 1, 2, 3, 4);
        assertThat(begun.phase()).isEqualTo(Phase.STEADY);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(ids(begun, slot)).isEqualTo(ids(before, slot));
        }
    }

    /** Its disk is lost, or somebody went on without it: it copies from who has not missed any. */
    @Test
    void whoComesBackWithNothingThatCountsOwnsNothingThatAnotherHas() {
        Topology before = steady();
        Topology begun = after(before, again(before.members()), 1, 2, 3);
        assertThat(begun.phase()).isEqualTo(Phase.COPYING);
        MemberId empty = new MemberId(4);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(ids(begun, slot)).isNotEmpty().doesNotContain(empty);
            boolean owned = ids(before, slot).contains(empty);
            assertThat(begun.isOther(slot, 3)).isEqualTo(owned);
        }
    }

    @Test
    void whoIsStillThereOwnsAndWhoComesBackCopies() {
        Topology before = steady();
        List<Member> members =
                before.members().stream()
                        .map(it -> it.id().equals(SELF) ? again(List.of(it)).getFirst() : it)
                        .toList();
        Topology begun = after(before, members, SELF.value());
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(ids(begun, slot)).doesNotContain(SELF).hasSizeGreaterThanOrEqualTo(1);
        }
    }

    private static List<MemberId> ids(Topology topology, int slot) {
        return topology.owners(slot).stream().map(Member::id).toList();
    }

    private static CalmMesh restarted(Duration returnWait) {
        AgreementSettings settings =
                new AgreementSettings(
                        2,
                        3,
                        AgreementSettings.LEASE_DEFAULT,
                        AgreementSettings.DEAD_LINK_DEFAULT,
                        returnWait);
        CalmMesh mesh = new CalmMesh(settings, 3);
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(2));
        for (Node node : mesh.nodes) {
            long held = node.topology().epoch();
            long incarnation = node.self.incarnation();
            node.restart();
            node.tell(new Event.Returned(new Returning(held, incarnation)));
        }
        return mesh;
    }

    @Test
    void aMajorityThatHasRestartedWaitsForTheOthersAndSaysForWhom() {
        CalmMesh mesh = restarted(Duration.ofSeconds(15));
        mesh.node(2).deaf = true;
        mesh.view(mesh.node(0), mesh.node(1));
        mesh.pass(Duration.ofSeconds(14));
        assertThat(mesh.node(0).topology().isEmpty()).isTrue();
        assertThat(mesh.node(0).agreement.status().awaited())
                .extracting(Member::name)
                .containsExactly("n3");
        mesh.node(2).deaf = false;
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(2));
        assertThat(mesh.node(0).topology().members()).hasSize(3);
        assertThat(mesh.node(0).topology().epoch()).isEqualTo(Epoch.agreed(2));
        assertThat(mesh.node(0).topology().phase()).isEqualTo(Phase.STEADY);
        assertThat(mesh.node(0).agreement.status().awaited()).isEmpty();
    }

    @Test
    void itGoesOnWithoutThemAfterAWhile() {
        CalmMesh mesh = restarted(Duration.ofSeconds(15));
        mesh.node(2).deaf = true;
        mesh.view(mesh.node(0), mesh.node(1));
        mesh.pass(Duration.ofSeconds(18));
        assertThat(mesh.node(0).topology().members()).hasSize(2);
    }

    @Test
    void itDoesNotWaitWhereItIsToldNotTo() {
        CalmMesh mesh = restarted(Duration.ZERO);
        mesh.node(2).deaf = true;
        mesh.view(mesh.node(0), mesh.node(1));
        assertThat(mesh.node(0).agreement.status().awaited()).isEmpty();
        mesh.pass(Duration.ofSeconds(3));
        assertThat(mesh.node(0).topology().members()).hasSize(2);
    }

    @Test
    void whereOneHasNotRestartedNobodyIsWaitedFor() {
        CalmMesh mesh = CalmMesh.founded(3);
        mesh.node(1).restart();
        mesh.node(2).deaf = true;
        mesh.view(mesh.node(0), mesh.node(1));
        assertThat(mesh.node(0).agreement.status().awaited()).isEmpty();
    }

    private static long lastSaid(Node node) {
        return node.effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> ((Effect.Send) effect).message())
                .filter(Message.Heartbeat.class::isInstance)
                .mapToLong(message -> ((Message.Heartbeat) message).report().returned())
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    @Test
    void whatIsWrittenDownCountsForNothingWithoutWhatWasAgreedOn() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node node = mesh.node(1);
        node.restart();
        node.tell(new Event.Returned(new Returning(Epoch.agreed(1), 1)));
        mesh.viewOf(node, mesh.nodes);
        assertThat(lastSaid(node)).isEqualTo(Epoch.agreed(1));
        node.disk = AcceptorState.none();
        node.restart();
        node.tell(new Event.Returned(new Returning(Epoch.agreed(1), 1)));
        mesh.viewOf(node, mesh.nodes);
        assertThat(lastSaid(node)).isEqualTo(Epoch.NONE);
    }

    @Test
    void aTopologyThatNamesTheRunBeforeIsNeverInstalled() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node node = mesh.node(1);
        Topology agreed = node.topology();
        node.restart();
        node.tell(new Event.Returned(new Returning(agreed.epoch(), 1)));
        assertThat(node.effects).contains(new Effect.Bygone(agreed));
        assertThat(node.saw(Effect.Install.class)).isFalse();
    }
}
