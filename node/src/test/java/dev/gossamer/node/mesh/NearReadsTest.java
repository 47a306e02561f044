package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.gossip.invalidation.Dissemination.Effect;
import dev.gossamer.gossip.invalidation.Raced;
import dev.gossamer.node.mesh.RouterLab.Answer;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.node.mesh.RouterLab.Node;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a member that does not own a key asks its owner, and when it need not. */
class NearReadsTest {
    private static final Freshness SECOND = new Freshness.Within(Duration.ofSeconds(1));

    private final RouterLab lab = RouterLab.of(3);
    private final Node owner = lab.node(1);
    private final Node reader = lab.node(3);
    private int asked;

    @BeforeEach
    void theOwnerHasAKey() {
        lab.network =
                (_, to, request) -> {
                    asked += request instanceof Request.Read ? 1 : 0;
                    return Fate.DELIVERED;
                };
        lab.install(topology(1, 1));
        owner.put("k", "old");
        lab.run();
    }

    private Topology topology(int epoch, int primary) {
        return lab.topology(
                Epoch.agreed(epoch), Phase.STEADY, List.of(primary, 3 - primary), List.of());
    }

    private String read(Freshness freshness) {
        Answer<String> answer = reader.get("k", freshness);
        lab.run();
        return answer.done;
    }

    @Test
    void theOwnerIsAskedOnceWhileWhatItSaidIsYoungEnough() {
        assertThat(read(SECOND)).isEqualTo("old");
        assertThat(read(SECOND)).isEqualTo("old");
        assertThat(asked).isEqualTo(1);
        lab.pass(Duration.ofMillis(1_100));
        assertThat(read(SECOND)).isEqualTo("old");
        assertThat(asked).as("nothing was proved in the meantime").isEqualTo(2);
    }

    @Test
    void aWatermarkKeepsACopyYoung() {
        read(SECOND);
        lab.pass(Duration.ofMillis(1_100));
        reader.near.proven(
                new Effect.Watermark(owner.member.id(), 1, 9, 0, 1, lab.nanoTime() - 1_000_000));
        assertThat(read(SECOND)).isEqualTo("old");
        assertThat(asked).isEqualTo(1);
        assertThat(read(new Freshness.Within(Duration.ofMillis(1)))).isEqualTo("old");
        assertThat(asked).as("a millisecond is just too old").isEqualTo(2);
    }

    @Test
    void latestAlwaysAsksAndAnyNeverTwice() {
        read(Freshness.LATEST);
        read(Freshness.LATEST);
        assertThat(asked).isEqualTo(2);
        lab.pass(Duration.ofHours(1));
        assertThat(read(Freshness.ANY)).isEqualTo("old");
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void manyReadsAtOnceAreOneQuestion() {
        List<Answer<String>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(reader.get("k", SECOND));
        }
        Answer<String> latest = reader.get("k", Freshness.LATEST);
        lab.run();
        assertThat(answers).allSatisfy(each -> assertThat(each.done).isEqualTo("old"));
        assertThat(answers).allSatisfy(each -> assertThat(each.times).isEqualTo(1));
        assertThat(latest.done).isEqualTo("old");
        assertThat(asked).as("one for all, and the one that must be latest").isEqualTo(2);
    }

    @Test
    void whoJoinedAQuestionIsToldHowLongAgoItWasAsked() {
        Answer<String> first = reader.get("k", SECOND);
        lab.stall(Duration.ofMillis(7));
        Answer<String> second = reader.get("k", SECOND);
        lab.run();
        assertThat(asked).isEqualTo(1);
        assertThat(first.whence.ageNanos()).isZero();
        assertThat(second.whence.ageNanos()).isBetween(7_000_000L, 7_001_000L);
    }

    @Test
    void whoJoinedAQuestionThatFailsFailsWithIt() {
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        Answer<String> first = reader.get("k", SECOND);
        Answer<String> second = reader.get("k", SECOND);
        lab.pass(RouterLab.TIMEOUT.plusSeconds(1));
        assertThat(first.code).isNotNull();
        assertThat(second.code).isEqualTo(first.code);
        assertThat(second.times).isEqualTo(1);
    }

    @Test
    void whoWroteThroughAMemberReadsNothingOlderThere() {
        read(SECOND);
        reader.put("k", "new");
        lab.run();
        assertThat(read(SECOND)).isEqualTo("new");
    }

    @Test
    void aReadThatFollowsAWriteOnOneConnectionSeesIt() {
        read(SECOND);
        reader.put("k", "new");
        assertThat(read(SECOND)).as("sent before the write was answered").isEqualTo("new");
    }

    @Test
    void aQuestionFromBeforeAWriteIsNotSharedWithWhoReadsAfterIt() {
        lab.network =
                (_, _, request) ->
                        request instanceof Request.Read ? Fate.SWALLOWED : Fate.DELIVERED;
        reader.get("k", SECOND);
        reader.put("k", "new");
        lab.run();
        lab.network = (_, _, _) -> Fate.DELIVERED;
        assertThat(read(SECOND)).isEqualTo("new");
    }

    @Test
    void whatWasInvalidatedOnItsWayIsNotKept() {
        reader.raced = Raced.YES;
        read(SECOND);
        reader.raced = Raced.NOT_KNOWN;
        read(SECOND);
        reader.raced = Raced.NO;
        read(SECOND);
        read(SECOND);
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void aMissOfTheOwnerTakesTheCopyOut() {
        read(SECOND);
        owner.keyspace.dropSlot(dev.gossamer.protocol.Bytes.utf8("k").slotIndex());
        assertThat(read(Freshness.LATEST)).isEqualTo("nothing");
        assertThat(read(SECOND)).isEqualTo("nothing");
    }

    @Test
    void anotherPrimaryVoidsWhatTheFormerOneGave() {
        read(SECOND);
        lab.install(topology(2, 2));
        read(SECOND);
        assertThat(asked).isEqualTo(2);
        lab.install(
                lab.topology(
                        Epoch.provisional(Epoch.agreed(2), 1),
                        Phase.STEADY,
                        List.of(2, 1),
                        List.of()));
        read(SECOND);
        read(SECOND);
        assertThat(asked).as("a side of a partition proves nothing").isEqualTo(4);
    }
}
