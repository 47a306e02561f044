package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.MeshView;
import dev.gossamer.membership.agreement.AcceptorState;
import dev.gossamer.membership.agreement.Agreement;
import dev.gossamer.membership.agreement.AgreementSettings;
import dev.gossamer.membership.agreement.Event;
import dev.gossamer.membership.agreement.Message;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One member's seat, with the real agreement, in virtual time. */
class CouncilTest {
    private static final Member SELF = TestMesh.member(1);

    private final AtomicLong nanos = new AtomicLong(1);
    private final AgreementSettings settings = AgreementSettings.of(2);
    private final RouterLab lab = RouterLab.of(1);
    private final Epochs epochs =
            new Epochs(
                    Holding.none(2, SELF, 1),
                    List.of(lab.node(1)),
                    (_, _, install) -> install.run());
    private final Lease lease = new Lease(nanos::get);
    private final List<AcceptorState> saved = new ArrayList<>();
    private final List<Message> sent = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private boolean diskFails;
    private boolean quietWhileSaving;

    private final Council council =
            new Council(
                    new Agreement(SELF, settings, AcceptorState.none(), new SplittableRandom(1)),
                    this::save,
                    (_, message) -> sent.add(message),
                    epochs,
                    lease,
                    Runnable::run,
                    nanos::get,
                    broken::add);

    private void save(AcceptorState state) {
        if (diskFails) {
            throw new IllegalStateException("the disk is gone");
        }
        quietWhileSaving |= council.isQuiet();
        saved.add(state);
    }

    @BeforeEach
    void theDataPathSaysWhatItActsUnder() {
        epochs.onServed(holding -> council.tell(new Event.Installed(holding.epoch())));
    }

    private void see(Member... members) {
        council.tell(new Event.ViewChanged(new MeshView(1, List.of(members))));
    }

    private void pass(int ticks) {
        for (int i = 0; i < ticks; i++) {
            nanos.addAndGet(settings.tick().toNanos());
            council.tell(new Event.Ticked());
            lab.run();
        }
    }

    @Test
    void aLoneMemberFoundsItsMeshSavesItsWordAndHoldsALease() {
        see(SELF);
        pass(40);
        Topology topology = epochs.latest().topology();
        assertThat(topology.members()).containsExactly(SELF);
        assertThat(saved).isNotEmpty();
        assertThat(saved.getLast().chosen()).isPresent();
        assertThat(lease.isHeld()).isTrue();
        assertThat(council.status().epoch()).isEqualTo(topology.epoch());
    }

    @Test
    void aLeaseThatIsNotRenewedRunsOut() {
        see(SELF);
        pass(40);
        assertThat(lease.isHeld()).isTrue();
        nanos.addAndGet(settings.lease().toNanos());
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void whoCannotKeepItsWordSaysNothingAnyMoreAndMustStop() {
        diskFails = true;
        see(SELF);
        pass(40);
        assertThat(broken).hasSize(1);
        assertThat(broken.getFirst()).contains("the disk is gone");
        assertThat(lease.isHeld()).isFalse();
        assertThat(epochs.latest().topology().isEmpty()).isTrue();
        int before = sent.size();
        pass(16);
        assertThat(sent).hasSize(before);
    }

    @Test
    void itIsNotQuietWhileItWritesItsWordDown() {
        see(SELF);
        pass(40);
        assertThat(saved).isNotEmpty();
        assertThat(quietWhileSaving).isFalse();
        council.close();
        assertThat(council.isQuiet()).isTrue();
    }

    @Test
    void aMessageThatMakesNoSenseIsCountedAndDropped() {
        council.heard(new MemberId(7), new byte[] {99, 1});
        assertThat(council.rejected()).isEqualTo(1);
        assertThat(broken).isEmpty();
    }

    @Test
    void whoResignsHoldsNoLeaseAnyMore() {
        see(SELF);
        pass(40);
        assertThat(council.resign()).isDone();
        pass(2);
        assertThat(lease.isHeld()).isFalse();
    }
}
