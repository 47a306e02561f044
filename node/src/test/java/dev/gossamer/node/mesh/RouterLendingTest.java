package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.RouterLab.Answer;
import dev.gossamer.node.mesh.RouterLab.Fate;
import dev.gossamer.node.mesh.RouterLab.Node;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Topology.Phase;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of values that lie in memory below the memory tier (C5, C6): no entry is made of them. */
class RouterLendingTest {
    private static final Bytes KEY = Bytes.utf8("k");

    private final RouterLab lab = RouterLab.of(2, 2, Partition.AVAILABLE);
    private final Node primary = lab.node(1);

    @BeforeEach
    void rests() {
        lab.install(lab.topology(Epoch.agreed(1), Phase.STEADY, List.of(1, 2), List.of()));
        primary.put("k", "41");
        lab.run();
        primary.below().sink(memory(), KEY);
        primary.below().lends = true;
    }

    private MemoryTier memory() {
        return primary.keyspace.tiers().memory();
    }

    @Test
    void aValueIsLentAtOnceAndStaysWhereItIs() {
        Answer<String> answer = primary.getValue("k", Freshness.LATEST);
        assertThat(answer.times).isEqualTo(1);
        assertThat(answer.lent).isEqualTo("41");
        lab.run();
        assertThat(memory().peekOrNull(KEY)).isNull();
        assertThat(answer.times).isEqualTo(1);
    }

    @Test
    void whoWantsTheEntryGetsIt() {
        Answer<String> answer = primary.get("k", Freshness.LATEST);
        lab.run();
        assertThat(answer.done).isEqualTo("41");
        assertThat(memory().peekOrNull(KEY)).isNotNull();
    }

    @Test
    void whatMemoryHasIsNotLent() {
        primary.put("k", "42");
        lab.run();
        Answer<String> answer = primary.getValue("k", Freshness.LATEST);
        assertThat(answer.done).isEqualTo("42");
        assertThat(answer.lent).isNull();
    }

    @Test
    void whatWasRemovedIsNotLent() {
        primary.router.write(new Operation.Remove(KEY, Condition.ALWAYS, false), new Answer<>());
        lab.run();
        Answer<String> answer = primary.getValue("k", Freshness.LATEST);
        lab.run();
        assertThat(answer.done).isEqualTo("nothing");
        assertThat(answer.takenBack).isZero();
    }

    @Test
    void whatWasInvalidatedWithItsCacheIsNotLent() {
        Tags tags = primary.keyspace.tags();
        tags.hear(Tags.ofCache(primary.keyspace.settingsOf(KEY)), tags.begin());
        Answer<String> answer = primary.getValue("k", Freshness.LATEST);
        lab.run();
        assertThat(answer.done).isEqualTo("nothing");
        assertThat(answer.lent).isNull();
    }

    /** The write has left memory, and its backup has not got it. */
    private void sinksWhilePending() {
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        primary.put("k", "42");
        lab.run();
        primary.below().sink(memory(), KEY);
    }

    @Test
    void aPendingWriteIsToldWhenItCannotBeLostAnyMore() {
        sinksWhilePending();
        Answer<String> answer = primary.getValue("k", Freshness.LATEST);
        lab.run();
        assertThat(answer.isOpen()).isTrue();
        assertThat(answer.takenBack).isEqualTo(1);
        lab.install(lab.topology(Epoch.agreed(2), Phase.STEADY, List.of(1), List.of()));
        assertThat(answer.times).isEqualTo(1);
        assertThat(answer.done).isEqualTo("42");
    }

    @Test
    void aWriteThatBeginsMeanwhileIsLookedForAfterTheValueWasFound() {
        lab.network = (_, _, _) -> Fate.SWALLOWED;
        primary.below().beforeLending = () -> primary.put("k", "42");
        Answer<String> answer = primary.getValue("k", Freshness.LATEST);
        lab.run();
        assertThat(answer.takenBack).isEqualTo(1);
        assertThat(answer.isOpen()).isTrue();
    }

    @Test
    void aReadThatTakesWhateverIsAtHandDoesNotWaitForAPendingWrite() {
        sinksWhilePending();
        Answer<String> answer = primary.getValue("k", Freshness.ANY);
        assertThat(answer.lent).isEqualTo("42");
        assertThat(answer.times).isEqualTo(1);
    }

    @Test
    void behindAReadThatWaitsForTheDiskTheNextWaitsToo() {
        primary.below().late = 1;
        Answer<String> first = primary.get("k", Freshness.LATEST);
        Answer<String> second = primary.getValue("k", Freshness.ANY);
        assertThat(first.isOpen()).isTrue();
        assertThat(second.isOpen()).isTrue();
        lab.run();
        assertThat(first.times).isEqualTo(1);
        assertThat(second.times).isEqualTo(1);
        assertThat(second.lent).isNull();
    }
}
