package dev.gossamer.node.cache;

import static dev.gossamer.node.cache.KeyspaceLab.EPOCH;
import static dev.gossamer.node.cache.KeyspaceLab.bytes;
import static dev.gossamer.node.cache.KeyspaceLab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gossamer.node.cache.Mutation.What;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MutationsTest {
    private static final Bytes K = key("k");
    private static final Caller ANNA = new Caller(Caller.Way.RESP, "1", "anna", "10.0.0.1:1", "");
    private static final Caller BEN = new Caller(Caller.Way.RESP, "2", "ben", "10.0.0.2:1", "");

    private final KeyspaceLab lab = new KeyspaceLab(1 << 20);
    private long operations;

    private Version apply(Operation operation, Caller caller) {
        var id = new OperationId(1, operations++);
        int slot = operation.key().slotIndex();
        var change = lab.keyspace.apply(operation, slot, EPOCH, id, caller);
        return change.changed().isEmpty()
                ? Version.NONE
                : change.changed().getFirst().entry().version();
    }

    private static Operation put(Bytes key, Expiry expiry, long... tags) {
        return new Operation.Put(key, bytes("v"), expiry, Condition.ALWAYS, false, tags);
    }

    private static Operation remove(Bytes key) {
        return new Operation.Remove(key, Condition.ALWAYS, false);
    }

    private List<Mutation> of(Bytes key) {
        return lab.keyspace.mutations().of(key, Set.of());
    }

    @Test
    void whoWroteAndWhoRemovedIsToldTheNewestFirst() {
        Version written = apply(put(K, Expiry.NONE), ANNA);
        lab.pass(5);
        Version removed = apply(remove(K), BEN);
        long end = lab.nowMillis.get();
        assertThat(of(K))
                .containsExactly(
                        new Mutation(end, What.REMOVED, false, true, removed, BEN, 0, ""),
                        new Mutation(end - 5, What.PUT, false, false, written, ANNA, 0, ""));
        assertThat(of(key("other"))).isEmpty();
    }

    @Test
    void whatChangesNothingIsNoMutation() {
        apply(put(K, Expiry.NONE), ANNA);
        apply(new Operation.Put(K, bytes("w"), Expiry.NONE, Condition.IF_ABSENT, false), BEN);
        assertThat(of(K)).extracting(Mutation::caller).containsExactly(ANNA);
    }

    @Test
    void eachKindOfWriteIsToldApart() {
        apply(new Operation.Increment(K, 1), ANNA);
        lab.pass(1);
        apply(
                new Operation.Expire(
                        K, new Expiry.After(5_000), Operation.ExpireCondition.ALWAYS, false),
                ANNA);
        lab.pass(1);
        apply(
                new Operation.Expire(
                        K, new Expiry.After(-1), Operation.ExpireCondition.ALWAYS, false),
                ANNA);
        assertThat(of(K))
                .extracting(Mutation::what)
                .containsExactly(What.REMOVED, What.EXPIRY, What.CHANGED);
    }

    @Test
    void anEntryThatExpiresAndOneThatIsEvictedAreTold() {
        Version brief = apply(put(K, new Expiry.After(1_000)), ANNA);
        lab.pass(2_000);
        lab.keyspace.cleanUp();
        assertThat(of(K).getFirst())
                .isEqualTo(
                        new Mutation(
                                lab.nowMillis.get(),
                                What.EXPIRED,
                                false,
                                true,
                                brief,
                                Caller.NODE,
                                0,
                                ""));
        long evicted = 0;
        for (int i = 0; i < 20_000; i++) {
            apply(put(key("many" + i), Expiry.NONE), ANNA);
        }
        for (int i = 0; i < 20_000; i++) {
            evicted +=
                    of(key("many" + i)).stream()
                            .filter(each -> each.what() == What.EVICTED)
                            .count();
        }
        assertThat(evicted).isPositive();
    }

    @Test
    void anEntryThatIsTakenOutAfterItsTagWasInvalidatedNamesTheTag() {
        long[] tags = lab.keyspace.tagsOf(K, List.of(key("t")));
        Version written = apply(put(K, Expiry.NONE, tags), ANNA);
        lab.pass(1);
        lab.keyspace.tags().hear(tags[0], lab.keyspace.tags().begin());
        Version bumped = new Version(EPOCH, 9, KeyspaceLab.SELF);
        lab.keyspace.mutations().invalidated(false, tags[0], "t", bumped, BEN);
        lab.keyspace.cleanUp();
        long now = lab.nowMillis.get();
        assertThat(lab.keyspace.mutations().of(K, Set.of(tags[0])))
                .contains(
                        new Mutation(
                                now, What.VOIDED, false, true, written, Caller.NODE, tags[0], ""),
                        new Mutation(
                                now, What.TAG_INVALIDATED, true, true, bumped, BEN, tags[0], "t"));
        assertThat(of(K)).extracting(Mutation::what).doesNotContain(What.TAG_INVALIDATED);
    }

    @Test
    void whatComesFromOtherMembersIsToldByTheWayItCame() {
        Version first = new Version(EPOCH, 10, new MemberId(5));
        Version second = new Version(EPOCH, 20, new MemberId(5));
        Version third = new Version(EPOCH, 30, new MemberId(5));
        lab.keyspace.merge(
                K.slotIndex(),
                List.of(new Keyspace.Item(K, Entry.of(bytes("a"), first, Entry.NEVER))),
                List.of());
        lab.pass(1);
        lab.keyspace.merge(K, Entry.of(bytes("b"), second, Entry.NEVER));
        lab.pass(1);
        lab.keyspace.reconcile(K, Entry.of(bytes("c"), third, Entry.NEVER), false);
        lab.pass(1);
        lab.keyspace.merge(K, Entry.of(bytes("late"), first, Entry.NEVER));
        lab.keyspace.dropUnlessLater(K, third);
        assertThat(of(K))
                .extracting(Mutation::what, Mutation::version)
                .containsExactly(
                        tuple(What.DROPPED, third),
                        tuple(What.RECONCILED, third),
                        tuple(What.TRANSFERRED, second),
                        tuple(What.COPIED, first));
    }

    @Test
    void whatWasForwardedIsKnownByTheVersionThatTheOtherGaveIt() {
        Version given = new Version(EPOCH, 10, new MemberId(5));
        var applied = new Outcome.Applied(given, 0, null, null);
        lab.keyspace.mutations().asked(remove(K), applied, ANNA);
        lab.keyspace.mutations().asked(remove(K), new Outcome.Unchanged(null), BEN);
        var noPatch = new Operation.SetRange(K, 0, new byte[0]);
        lab.keyspace.mutations().asked(noPatch, applied, BEN);
        assertThat(of(K))
                .containsExactly(
                        new Mutation(
                                lab.nowMillis.get(), What.REMOVED, true, true, given, ANNA, 0, ""));
    }

    @Test
    void manyWritesDoNotPushOutWhoRemovedSomething() {
        apply(put(K, Expiry.NONE), ANNA);
        apply(remove(K), BEN);
        Operation other = new Operation.Increment(key("counter"), 1);
        for (int i = 0; i < 100_000; i++) {
            lab.keyspace.apply(other, EPOCH);
        }
        assertThat(of(K).getFirst().caller()).isEqualTo(BEN);
        double bytes = lab.registry.get("gossamer.mutations.bytes").gauge().value();
        double bound = lab.registry.get("gossamer.mutations.bytes.max").gauge().value();
        assertThat(bytes).isPositive().isLessThanOrEqualTo(bound);
        assertThat(lab.registry.get("gossamer.mutations.recorded").functionCounter().count())
                .isGreaterThanOrEqualTo(100_002);
    }

    @Test
    void withoutRoomNothingIsKept() {
        var none = new Mutations(() -> 1, 0, new SimpleMeterRegistry());
        none.applied(
                remove(K),
                new Keyspace.Item(K, Entry.tombstone(Version.NONE, 1)),
                Version.NONE,
                ANNA);
        none.flushed(ANNA);
        none.left(K, Entry.of(bytes("v"), Version.NONE, Entry.NEVER), true);
        assertThat(none.of(K, Set.of())).isEmpty();
    }

    @Test
    void theOldestInvalidationsLeaveWhenThereIsNoRoom() {
        var few = new Mutations(() -> 1, 64 << 10, new SimpleMeterRegistry());
        for (int i = 0; i < 1000; i++) {
            few.invalidated(false, i, "tag" + i, Version.NONE, ANNA);
        }
        assertThat(few.of(K, Set.of(0L, 999L)))
                .extracting(Mutation::detail)
                .containsExactly("tag999");
    }
}
