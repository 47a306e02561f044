package dev.gossamer.membership.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.membership.agreement.CalmMesh.Node;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final Duration LEASE = AgreementSettings.LEASE_DEFAULT;

    @Test
    void membersThatStartTogetherFoundOneSteadyMeshInWhichAllHaveLeases() {
        CalmMesh mesh = CalmMesh.founded(3);
        for (Node node : mesh.nodes) {
            assertThat(node.topology().epoch()).isEqualTo(Epoch.agreed(1));
            assertThat(node.topology().phase()).isEqualTo(Phase.STEADY);
            assertThat(node.topology().members()).hasSize(3);
            assertThat(node.hasLease()).isTrue();
        }
    }

    @Test
    void aMeshOfThreeFoundersIsNotFoundedByOne() {
        AgreementSettings settings =
                new AgreementSettings(
                        2, 3, LEASE, AgreementSettings.DEAD_LINK_DEFAULT, Duration.ZERO);
        CalmMesh mesh = new CalmMesh(settings, 3);
        mesh.view(mesh.node(0));
        mesh.pass(Duration.ofSeconds(3));
        assertThat(mesh.node(0).topology().isEmpty()).isTrue();
        mesh.view(mesh.node(0), mesh.node(1));
        mesh.pass(Duration.ofSeconds(1));
        assertThat(mesh.node(1).topology().members()).hasSize(2);
    }

    @Test
    void aProcessThatStoodStillHasNoLeaseUntilItIsRenewed() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node frozen = mesh.node(1);
        mesh.nowNanos += LEASE.toNanos() / 2;
        assertThat(frozen.hasLease()).as("by itself").isFalse();
        frozen.deaf = true;
        frozen.tell(new Event.Ticked());
        assertThat(frozen.hasLease()).as("ticks again, nobody has answered").isFalse();
        frozen.deaf = false;
        mesh.pass(LEASE);
        assertThat(frozen.hasLease()).isTrue();
    }

    @Test
    void aMemberThatNobodyHearsLosesItsLeaseWithinALease() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node lonely = mesh.node(2);
        mesh.cut(lonely, mesh.node(0));
        mesh.cut(lonely, mesh.node(1));
        mesh.pass(LEASE);
        assertThat(lonely.hasLease()).isFalse();
        assertThat(mesh.node(0).hasLease()).isTrue();
    }

    @Test
    void aDeadMemberIsDroppedOnlyWhenItsLeaseMustHaveRunOut() {
        CalmMesh mesh = CalmMesh.founded(3);
        mesh.node(2).deaf = true;
        mesh.view(mesh.node(0), mesh.node(1));
        mesh.pass(LEASE.multipliedBy(7).dividedBy(10));
        assertThat(mesh.node(0).topology().members()).hasSize(3);
        mesh.pass(LEASE.multipliedBy(7).dividedBy(10));
        assertThat(mesh.node(0).topology().members()).hasSize(2);
        assertThat(mesh.node(1).topology()).isEqualTo(mesh.node(0).topology());
    }

    private static void askToRestart(Node node) {
        node.tell(new Event.RestartRequested(Duration.ofSeconds(60)));
    }

    @Test
    void whoAsksToRestartIsLeftOutAndServesUntilItsLeaseHasRunOut() {
        CalmMesh mesh = CalmMesh.founded(3);
        askToRestart(mesh.node(1));
        mesh.pass(LEASE.dividedBy(2));
        assertThat(mesh.node(1).hasLease()).isTrue();
        mesh.pass(LEASE);
        Topology without = mesh.node(0).topology();
        assertThat(without.members()).hasSize(2).doesNotContain(mesh.node(1).self);
        assertThat(mesh.node(1).topology()).as("it hears of it").isEqualTo(without);
        assertThat(mesh.node(1).hasLease()).isFalse();
        mesh.pass(LEASE.multipliedBy(4));
        assertThat(mesh.node(0).topology().members()).as("while it is in view").hasSize(2);
        mesh.node(1).restart();
        mesh.view(mesh.nodes);
        mesh.pass(LEASE.multipliedBy(2));
        assertThat(mesh.node(0).topology().members()).contains(mesh.node(1).self);
    }

    /** Two copies: some slots are owned by just these two. */
    @Test
    void ofTwoThatAskToRestartTheSecondWaitsUntilNothingIsLostWithIt() {
        CalmMesh mesh = CalmMesh.founded(3);
        mesh.nodes.forEach(node -> node.syncs = false);
        askToRestart(mesh.node(1));
        askToRestart(mesh.node(2));
        mesh.pass(LEASE.multipliedBy(6));
        Topology one = mesh.node(0).topology();
        assertThat(one.members()).containsExactly(mesh.node(0).self, mesh.node(2).self);
        assertThat(one.phase()).isEqualTo(Phase.COPYING);
        assertThat(mesh.node(2).hasLease()).isTrue();
        for (Node node : List.of(mesh.node(0), mesh.node(2))) {
            node.syncs = true;
            node.tell(new Event.Synced(one.epoch()));
        }
        mesh.deliver();
        mesh.pass(LEASE.multipliedBy(4));
        assertThat(mesh.node(0).topology().members()).containsExactly(mesh.node(0).self);
    }

    @Test
    void whereASlotHasOneOwnerNobodyIsLetGo() {
        CalmMesh mesh = CalmMesh.founded(3, 1);
        askToRestart(mesh.node(1));
        mesh.pass(LEASE.multipliedBy(6));
        assertThat(mesh.node(0).topology().members()).hasSize(3);
        assertThat(mesh.node(1).hasLease()).isTrue();
    }

    @Test
    void whenAllAskToRestartTheRosterStaysAsItIs() {
        CalmMesh mesh = CalmMesh.founded(3);
        mesh.nodes.forEach(AgreementTest::askToRestart);
        mesh.pass(LEASE.multipliedBy(4));
        assertThat(mesh.node(0).topology().members()).hasSize(3);
        assertThat(mesh.node(0).agreement.status().staying()).isEmpty();
        assertThat(mesh.node(0).agreement.status().restarting()).hasSize(3);
    }

    /**
     * One of two is gone with its disk. Whatever was agreed on was accepted by the other one, so a
     * new node may take its place and its vote, and what the other one holds stays.
     */
    @Test
    void aMeshThatHasLostHalfGoesOnWithAnotherNodeInThePlaceOfALostOne() {
        CalmMesh mesh = CalmMesh.founded(2);
        Node left = mesh.node(0);
        Node lost = mesh.node(1);
        Genesis founded = left.disk.chosen().orElseThrow().genesis();
        lost.deaf = true;
        mesh.view(left);
        mesh.pass(LEASE.multipliedBy(3));
        Node newcomer = mesh.add(Roster.member(3, 1));
        mesh.view(left, newcomer);
        mesh.pass(LEASE.multipliedBy(3));
        assertThat(left.topology().isProvisional()).as("no majority").isTrue();

        lost.deaf = false;
        lost.disk = AcceptorState.none();
        lost.restart();
        mesh.view(left, lost, newcomer);
        mesh.pass(LEASE.multipliedBy(6));

        for (Node node : mesh.nodes) {
            assertThat(node.topology().isProvisional()).isFalse();
            assertThat(node.topology().phase()).isEqualTo(Phase.STEADY);
            assertThat(node.topology().members())
                    .containsExactly(left.self, lost.self, newcomer.self);
            assertThat(node.hasLease()).isTrue();
        }
        assertThat(lost.disk.chosen().orElseThrow().genesis()).isEqualTo(founded);
    }

    @Test
    void aShorterLeaseIsWaitedForLess() {
        AgreementSettings settings =
                new AgreementSettings(
                        2, 1, Duration.ofMillis(200), Duration.ofSeconds(3), Duration.ZERO);
        CalmMesh mesh = new CalmMesh(settings, 3);
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(1));
        mesh.node(2).deaf = true;
        mesh.view(mesh.node(0), mesh.node(1));
        mesh.pass(Duration.ofMillis(350));
        assertThat(mesh.node(0).topology().members()).hasSize(2);
    }

    @Test
    void aSecondDeathWhileTheFirstIsWaitedForGoesWithTheSameTopology() {
        CalmMesh mesh = CalmMesh.founded(5, 3);
        mesh.node(4).deaf = true;
        mesh.view(mesh.nodes.subList(0, 4));
        mesh.pass(Duration.ofMillis(125));
        mesh.node(3).deaf = true;
        mesh.view(mesh.nodes.subList(0, 3));
        mesh.pass(Duration.ofMillis(1_500));
        Topology after = mesh.node(0).topology();
        assertThat(after.members()).hasSize(3);
        boolean waitedTwice =
                mesh.node(0).effects.stream()
                        .anyMatch(effect ->
                                effect instanceof Effect.Install(var topology)
                                        && topology.members().size() == 4);
        assertThat(waitedTwice).isFalse();
    }

    @Test
    void aMemberThatResignedIsDroppedAtOnce() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node leaver = mesh.node(2);
        leaver.tell(new Event.Resigned());
        mesh.deliver();
        assertThat(leaver.hasLease()).isFalse();
        assertThat(mesh.node(0).topology().members()).hasSize(2);
        mesh.pass(LEASE.multipliedBy(2));
        assertThat(leaver.hasLease()).isFalse();
    }

    @Test
    void aDrainingMemberSaysOnceThatItOwnsNothing() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node leaver = mesh.node(1);
        leaver.tell(new Event.DrainRequested());
        mesh.pass(Duration.ofSeconds(1));
        assertThat(leaver.topology().phase()).isEqualTo(Phase.STEADY);
        assertThat(leaver.topology().members()).hasSize(3);
        assertThat(leaver.effects.stream().filter(Effect.Drained.class::isInstance)).hasSize(1);
        assertThat(mesh.node(0).saw(Effect.Drained.class)).isFalse();
    }

    @Test
    void aRestartedMemberIsTakenInAgainAndNeverActsOnItsFormerRun() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node restarted = mesh.node(1);
        restarted.restart();
        restarted.tell(new Event.Ticked());
        assertThat(restarted.topology().isEmpty()).isTrue();
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(3));
        assertThat(restarted.topology().members()).contains(restarted.self);
        assertThat(restarted.topology().phase()).isEqualTo(Phase.STEADY);
        assertThat(restarted.hasLease()).isTrue();
    }

    @Test
    void aMemberThatIsAloneActsAgainLongBeforeTheLeaseOfItsFormerRunWouldHaveRunOut() {
        CalmMesh mesh = CalmMesh.founded(1, 1);
        Node alone = mesh.node(0);
        alone.restart();
        assertThat(alone.hasLease()).isFalse();
        mesh.view(mesh.nodes);
        mesh.pass(LEASE.dividedBy(3));
        assertThat(alone.hasLease()).isTrue();
        assertThat(alone.topology().members()).containsExactly(alone.self);
        assertThat(alone.topology().phase()).isEqualTo(Phase.STEADY);
    }

    @Test
    void allRestartedAtOnceGoOnFromWhatWasAgreed() {
        CalmMesh mesh = CalmMesh.founded(3);
        long before = mesh.node(0).topology().epoch();
        mesh.nodes.forEach(Node::restart);
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(3));
        assertThat(mesh.node(2).topology().epoch()).isGreaterThan(before);
        assertThat(mesh.node(2).hasLease()).isTrue();
    }

    @Test
    void nothingGoesOnBeforeEveryMemberHasSynced() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node late = mesh.node(1);
        late.syncs = false;
        mesh.add(Roster.member(4, 1));
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(5));
        assertThat(mesh.node(0).topology().phase()).isEqualTo(Phase.COPYING);
        assertThat(mesh.node(0).agreement.status().unsynced()).containsExactly(late.self.id());
        late.syncs = true;
        late.tell(new Event.Synced(late.topology().epoch()));
        mesh.pass(Duration.ofSeconds(1));
        assertThat(mesh.node(3).topology().phase()).isEqualTo(Phase.STEADY);
        assertThat(mesh.node(0).agreement.status().unsynced()).isEmpty();
    }

    @Test
    void theFewMakeUpAProvisionalTopologyWhenTheirLeasesHaveRunOutAndGiveItUpAfterwards() {
        CalmMesh mesh = CalmMesh.founded(5);
        List<Node> few = mesh.nodes.subList(0, 2);
        List<Node> many = mesh.nodes.subList(2, 5);
        few.forEach(a -> many.forEach(b -> mesh.cut(a, b)));
        mesh.view(few);
        mesh.view(many);
        assertThat(few.get(0).topology().isProvisional()).as("has its lease").isFalse();
        mesh.pass(Duration.ofSeconds(2));
        for (Node node : few) {
            assertThat(node.topology().isProvisional()).isTrue();
            assertThat(node.topology().members()).hasSize(2);
            assertThat(node.hasLease()).isFalse();
        }
        assertThat(few.get(0).topology()).isEqualTo(few.get(1).topology());
        assertThat(many.get(0).topology().members())
                .as("of some slots the few have both copies, and may be back soon")
                .hasSize(5);
        mesh.pass(LEASE.multipliedBy(6));
        assertThat(many.get(0).topology().members()).hasSize(3);
        assertThat(many.get(0).topology().isProvisional()).isFalse();
    }

    @Test
    void whoHasResignedAndLeftMakesUpNoTopologyOfItsOwn() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node leaver = mesh.node(2);
        leaver.deaf = true;
        leaver.tell(new Event.Resigned());
        mesh.viewOf(leaver, List.of(leaver));
        mesh.pass(LEASE.multipliedBy(3));
        assertThat(leaver.topology().isProvisional()).isFalse();
    }

    @Test
    void whoLosesSightOfTheMajorityInTheMidstOfARoundDoesNotProposeForTheFew() {
        CalmMesh mesh = CalmMesh.founded(5, 3);
        Node first = mesh.node(0);
        long rounds = first.agreement.status().rounds();
        mesh.viewOf(first, mesh.nodes.subList(0, 3));
        mesh.pass(LEASE.dividedBy(2));
        assertThat(first.agreement.status().rounds()).as("has begun one").isGreaterThan(rounds);
        mesh.viewOf(first, mesh.nodes.subList(0, 2));
        mesh.pass(LEASE.multipliedBy(8));
        assertThat(mesh.node(4).topology().members()).hasSize(5);
    }

    @Test
    void afterASplitWithoutAnyMajorityANewEpochIsAgreedOn() {
        CalmMesh mesh = CalmMesh.founded(2);
        long before = mesh.node(0).topology().epoch();
        mesh.nodes.get(0).deaf = true;
        mesh.viewOf(mesh.node(1), List.of(mesh.node(1)));
        mesh.pass(Duration.ofSeconds(2));
        assertThat(mesh.node(1).topology().isProvisional()).isTrue();
        mesh.nodes.get(0).deaf = false;
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(2));
        assertThat(mesh.node(1).topology().isProvisional()).isFalse();
        assertThat(mesh.node(1).topology().epoch()).isGreaterThan(before);
        assertThat(mesh.node(1).topology()).isEqualTo(mesh.node(0).topology());
    }

    @Test
    void ofTwoMembersThatCannotReachEachOtherOneIsLeftOutUntilBothCan() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node a = mesh.node(1);
        Node b = mesh.node(2);
        a.tell(new Event.LinkDown(b.self.id()));
        b.tell(new Event.LinkDown(a.self.id()));
        mesh.pass(mesh.settings.deadLink().dividedBy(2));
        assertThat(mesh.node(0).topology().members()).as("too soon").hasSize(3);
        mesh.pass(mesh.settings.deadLink().plus(LEASE.multipliedBy(2)));
        assertThat(mesh.node(0).topology().members()).containsExactly(mesh.node(0).self, a.self);
        assertThat(mesh.node(0).agreement.status().leftOut()).containsExactly(b.self.id());
        a.tell(new Event.LinkUp(b.self.id()));
        mesh.pass(Duration.ofSeconds(2));
        assertThat(mesh.node(0).topology().members()).as("one end only").hasSize(2);
        b.tell(new Event.LinkUp(a.self.id()));
        mesh.pass(Duration.ofSeconds(3));
        assertThat(mesh.node(0).topology().members()).hasSize(3);
        assertThat(mesh.node(0).agreement.status().leftOut()).isEmpty();
    }

    @Test
    void whoHasTheLastCopyIsNotLeftOut() {
        AgreementSettings oneCopy = AgreementSettings.of(1);
        CalmMesh mesh = new CalmMesh(oneCopy, 3);
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(2));
        mesh.node(1).tell(new Event.LinkDown(mesh.node(2).self.id()));
        mesh.pass(Duration.ofSeconds(10));
        assertThat(mesh.node(0).topology().members()).hasSize(3);
    }

    @Test
    void whenAThirdSeesBothEndsOfACutTheTwoThatAgreeGoOn() {
        CalmMesh mesh = CalmMesh.founded(3);
        Node a = mesh.node(0);
        Node b = mesh.node(1);
        Node c = mesh.node(2);
        mesh.cut(a, b);
        mesh.viewOf(a, List.of(a, c));
        mesh.viewOf(b, List.of(b, c));
        mesh.viewOf(c, List.of(a, b, c));
        mesh.pass(Duration.ofSeconds(8));
        assertThat(c.topology().members()).hasSize(2).contains(c.self);
        assertThat(c.hasLease()).isTrue();
        assertThat(a.hasLease() && b.hasLease()).isFalse();
        assertThat(a.hasLease() || b.hasLease()).isTrue();
    }

    @Test
    void whenTheFirstOfTheViewDoesNotProposeTheNextDoes() {
        CalmMesh mesh = CalmMesh.founded(4);
        mesh.node(0).deaf = true; // and the failure detector has not noticed
        mesh.node(3).deaf = true;
        mesh.view(mesh.nodes.subList(0, 3));
        mesh.pass(Duration.ofSeconds(3));
        assertThat(mesh.node(1).topology().members()).hasSize(4);
        mesh.view(mesh.nodes.subList(0, 3));
        mesh.node(0).deaf = false;
        mesh.cut(mesh.node(0), mesh.node(1));
        mesh.cut(mesh.node(0), mesh.node(2));
        mesh.node(3).deaf = false;
        mesh.pass(Duration.ofSeconds(10));
        assertThat(mesh.node(1).topology().members()).hasSize(3);
    }

    @Test
    void ofTwoMeshesTheOlderStaysAndTheOthersMembersJoinIt() {
        CalmMesh mesh = new CalmMesh(AgreementSettings.of(2), 1);
        Node old = mesh.node(0);
        Node young = mesh.add(Roster.member(2, 5));
        Node youngToo = mesh.add(Roster.member(3, 5));
        mesh.view(old);
        mesh.view(young);
        mesh.pass(Duration.ofSeconds(1));
        mesh.view(young, youngToo);
        mesh.pass(Duration.ofSeconds(2));
        long epoch = young.topology().epoch();
        assertThat(epoch).isGreaterThan(old.topology().epoch());
        mesh.view(mesh.nodes);
        mesh.pass(Duration.ofSeconds(3));
        assertThat(old.topology().members()).hasSize(3);
        assertThat(old.topology().phase()).isEqualTo(Phase.STEADY);
        assertThat(young.topology()).isEqualTo(old.topology());
        assertThat(young.effects).contains(new Effect.Estranged(epoch));
        assertThat(old.saw(Effect.Estranged.class)).isFalse();
        assertThat(young.hasLease() && youngToo.hasLease() && old.hasLease()).isTrue();
    }

    @Test
    void settingsOutOfRangeAreRefusedByName() {
        assertThatThrownBy(() -> AgreementSettings.of(0)).hasMessageContaining("replication 0");
        assertThatThrownBy(() -> new AgreementSettings(1, 0, LEASE, LEASE, LEASE))
                .hasMessageContaining("founders 0");
        assertThatThrownBy(() -> new AgreementSettings(1, 1, Duration.ofMillis(1), LEASE, LEASE))
                .hasMessageContaining("lease");
        assertThatThrownBy(() -> new AgreementSettings(1, 1, LEASE, Duration.ofMillis(500), LEASE))
                .hasMessageContaining("dead link");
    }
}
