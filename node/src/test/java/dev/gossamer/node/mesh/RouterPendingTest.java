package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.cache.Operation.Pair;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.RouterLab.Answer;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import dev.gossamer.protocol.Version;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operations that change nothing, for what they found; it may be a write that can still be lost.
 */
class RouterPendingTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final byte[] VALUE = Bytes.utf8("w").array();
    private static final Version OTHER = new Version(1, 1, new MemberId(9));

    private static Topology steady(RouterLab lab, int number, Integer... owners) {
        return lab.topology(Epoch.agreed(number), Phase.STEADY, List.of(owners), List.of());
    }

    /** The key holds "v", which the backup has not got. */
    private static RouterLab withAPendingWrite() {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        assertThat(lab.node(1).put("k", "v").isOpen()).isTrue();
        return lab;
    }

    private static Answer<Outcome> write(RouterLab lab, Operation operation) {
        Answer<Outcome> answer = new Answer<>();
        lab.node(1).router.write(operation, answer);
        lab.run();
        return answer;
    }

    /** Each would have another outcome if "v" were lost. */
    static Stream<Operation> whatFindsTheValueAndChangesNothing() {
        return Stream.of(
                new Operation.Put(KEY, VALUE, Expiry.NONE, Condition.IF_ABSENT, false),
                new Operation.Put(KEY, VALUE, Expiry.NONE, Condition.IF_ABSENT, true),
                new Operation.Put(
                        KEY, VALUE, Expiry.NONE, new Condition.IfVersion(Version.NONE), false),
                new Operation.Expire(KEY, Expiry.NONE, ExpireCondition.ALWAYS, true),
                new Operation.Expire(KEY, Expiry.KEEP, ExpireCondition.ALWAYS, true),
                new Operation.Expire(KEY, new Expiry.After(9_000), ExpireCondition.IF_SOME, false),
                new Operation.Increment(KEY, 1),
                new Operation.IncrementDecimal(KEY, BigDecimal.ONE),
                new Operation.SetRange(KEY, 0, new byte[0]),
                new Operation.Remove(KEY, new Condition.IfVersion(OTHER), true),
                new Operation.PutAllIfAbsent(
                        List.of(new Pair(Bytes.utf8("{k}a"), VALUE), new Pair(KEY, VALUE))));
    }

    @ParameterizedTest
    @MethodSource("whatFindsTheValueAndChangesNothing")
    void whatRestsOnAPendingWriteIsAnsweredWhenThatCannotBeLostAnyMore(Operation operation) {
        RouterLab lab = withAPendingWrite();
        Answer<Outcome> answer = write(lab, operation);
        assertThat(answer.isOpen()).isTrue();
        assertThat(lab.node(1).stands("k")).as("nothing was changed").isEqualTo("v");
        lab.install(steady(lab, 2, 1));
        assertThat(answer.times).isEqualTo(1);
        assertThat(answer.done).isNotNull();
        assertThat(lab.node(1).stands("k")).isEqualTo("v");
        assertThat(lab.node(1).bytes.bytes()).isZero();
    }

    @ParameterizedTest
    @MethodSource("whatFindsTheValueAndChangesNothing")
    void itIsAnsweredAtOnceWhereNothingIsPending(Operation operation) {
        RouterLab lab = RouterLab.of(2);
        lab.install(steady(lab, 1, 1, 2));
        lab.node(1).put("k", "v");
        lab.run();
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        assertThat(write(lab, operation).done).isNotNull();
    }
}
