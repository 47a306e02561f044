package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gossamer.membership.MeshView;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator finds in the log when members come and go. */
class ChronicleTest {
    private static final Member A = TestMesh.member(1);
    private static final Member B = TestMesh.member(2);
    private static final Member C = TestMesh.member(3);
    private static final Topology WHOLE = topology(3, Phase.STEADY, List.of(A, B, C), 0, 1, -1);
    private static final Topology WITHOUT_C = topology(4, Phase.COPYING, List.of(A, B), 0, -1, 1);

    private final Logger logger = (Logger) LoggerFactory.getLogger(Chronicle.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Set<MemberId> leaving = new HashSet<>();
    private Topology present = WHOLE;
    private final Chronicle chronicle = new Chronicle(() -> present, leaving::contains);

    /** Every slot has the same owners; negative for nobody. */
    private static Topology topology(
            int number, Phase phase, List<Member> members, int primary, int backup, int other) {
        short[][] owners = new short[Slot.COUNT][];
        short[][] others = new short[Slot.COUNT][];
        Arrays.setAll(
                owners,
                _ ->
                        backup < 0
                                ? new short[] {(short) primary}
                                : new short[] {(short) primary, (short) backup});
        Arrays.setAll(others, _ -> other < 0 ? new short[0] : new short[] {(short) other});
        return new Topology(Epoch.agreed(number), 2, members, phase, owners, others);
    }

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private List<String> logged() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void see(Member... members) {
        chronicle.seen(new MeshView(1, List.of(members)));
    }

    private void pass(Topology next) {
        chronicle.passes(present, next);
        present = next;
    }

    @Test
    void aMemberThatDiesIsToldOfOnceAndThenWhatIsCopiedForIt() {
        see(A, B, C);
        see(A, B);
        see(A, B);
        pass(WITHOUT_C);
        assertThat(logged())
                .containsExactly(
                        C.name()
                                + " is not seen any more: it was killed, stands still or is cut"
                                + " off; its slots are taken over when its lease has run out",
                        "epoch 4: "
                                + C.name()
                                + " is gone; 2 members; copies are being made of 16384 slots");
    }

    @Test
    void aMemberThatLeavesInOrderIsNotTakenForADeadOne() {
        leaving.add(C.id());
        see(A, B);
        leaving.clear(); // it is out of view: what it said is forgotten
        pass(WITHOUT_C);
        assertThat(logged())
                .containsExactly(
                        "epoch 4: "
                                + C.name()
                                + " left; 2 members; copies are being made of 16384 slots");
    }

    @Test
    void aMemberThatWasNotSeenForAMomentIsToldOfAgain() {
        see(A, B);
        see(A, B, C);
        assertThat(logged()).hasSize(2).last().isEqualTo(C.name() + " is seen again");
    }

    @Test
    void whoComesAndWhatMovesForItHasALineForEachStep() {
        pass(WITHOUT_C);
        Member again = B.withIncarnation(B.incarnation() + 1);
        List<Member> all = List.of(A, again, C);
        pass(topology(5, Phase.COPYING, all, 0, -1, 2));
        pass(topology(6, Phase.HANDING_OVER, all, 2, 0, -1));
        pass(topology(7, Phase.STEADY, all, 2, 0, -1));
        assertThat(logged().subList(1, 4))
                .containsExactly(
                        "epoch 5: "
                                + C.name()
                                + " joined; "
                                + B.name()
                                + " came back, restarted; 3 members; copies are being made of"
                                + " 16384 slots",
                        "epoch 6: 3 members; other owners take over 16384 slots",
                        "epoch 7: 3 members; settled, every slot has its copies");
    }

    @Test
    void aMeshOfTooFewMembersSaysHowManyCopiesAreMissing() {
        pass(topology(5, Phase.STEADY, List.of(A), 0, -1, -1));
        assertThat(logged().getLast())
                .endsWith("settled, 16384 copies are missing until more members are here");
    }

    @Test
    void whatThisNodeHasCopiedIsToldOncePerTopology() {
        Mesh.Transfer transfer = new Mesh.Transfer(5461, 0, 3 << 20, 0, 0, Duration.ZERO);
        chronicle.synced(WITHOUT_C, transfer);
        chronicle.synced(WITHOUT_C, transfer);
        assertThat(logged())
                .containsExactly(
                        "epoch 4: this node has its copies of 5461 slots; 3.0 MiB have moved");
    }
}
