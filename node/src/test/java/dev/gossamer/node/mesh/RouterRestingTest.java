package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.RouterLab.Answer;
import dev.gossamer.node.mesh.RouterLab.Node;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Topology.Phase;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests for what rests on an SSD that is slow (C2): late is not the same as nothing. */
class RouterRestingTest {
    private static final Bytes KEY = Bytes.utf8("k");

    private final RouterLab lab = RouterLab.of(2, 2, Partition.AVAILABLE);
    private final Node primary = lab.node(1);

    @BeforeEach
    void rests() {
        lab.install(lab.topology(Epoch.agreed(1), Phase.STEADY, List.of(1, 2), List.of()));
        primary.put("k", "41");
        lab.run();
        primary.below().sink(primary.keyspace.tiers().memory(), KEY);
        primary.below().late = 1;
    }

    private String found() {
        Answer<String> answer = primary.get("k", Freshness.LATEST);
        lab.run();
        return answer.done;
    }

    @Test
    void aReadFindsNothingAndTheNextOneDoes() {
        assertThat(found()).isEqualTo("nothing");
        assertThat(found()).isEqualTo("41");
    }

    @Test
    void aChangeOfWhatIsThereIsRefusedAndLosesNothing() {
        Answer<Outcome> refused = primary.increment("k", new OperationId(9, 1));
        lab.run();
        assertThat(refused.code).isEqualTo(ErrorCode.BUSY);
        primary.increment("k", new OperationId(9, 2));
        lab.run();
        assertThat(found()).isEqualTo("42");
    }

    @Test
    void aRemovalIsRefusedForItWouldHaveFoundNothing() {
        Answer<Outcome> refused = new Answer<>();
        primary.router.write(new Operation.Remove(KEY, Condition.ALWAYS, true), refused);
        lab.run();
        assertThat(refused.code).isEqualTo(ErrorCode.BUSY);
        assertThat(found()).isEqualTo("41");
    }

    /** The router has looked for it, and found it in memory. */
    @Test
    void whatSinksBeforeAChangeOfItIsCarriedOutIsNotTakenForNothing() {
        Operation increment = new Operation.Increment(KEY, 1);
        assertThat(primary.keyspace.apply(increment, Epoch.agreed(1)).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.BUSY));
        primary.below().late = 0;
        assertThat(found()).isEqualTo("41");
    }

    @Test
    void aWriteThatLooksAtNothingGoesOn() {
        primary.put("k", "new");
        lab.run();
        assertThat(found()).isEqualTo("new");
    }
}
