package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.gossip.invalidation.Raced;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.coherence.Coherence;
import dev.gossamer.node.mesh.coherence.CoherenceMeters;
import dev.gossamer.node.mesh.coherence.CoherenceSettings;
import dev.gossamer.node.mesh.coherence.NearCheck;
import dev.gossamer.node.mesh.coherence.NearCopies;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.node.mesh.link.Lanes;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a node's copies coherent, put together: its own log, the machine that tells it, what
 * it writes into it, and the near copies. The routers need a part of it before the rest can be
 * made, so it is made in two steps.
 */
final class Coherent {
    private final NearTier nearTier;
    private final NearCopies near;
    private final LongSupplier nanoClock;
    private @Nullable Coherence coherence;
    private @Nullable OwnChanges ownChanges;
    private @Nullable Epochs epochs;
    private @Nullable MemberId self;

    Coherent(NearTier nearTier, Tags tags, LongSupplier nanoClock, Set<NearCheck> leftOut) {
        this.nearTier = nearTier;
        this.nanoClock = nanoClock;
        this.near = new NearCopies(nearTier, this::raced, new KnownTags(tags), nanoClock, leftOut);
    }

    /**
     * The second step, before anything is served. It runs on the last lane: the first is busier.
     */
    void wire(
            Member member,
            long life,
            CoherenceSettings settings,
            Lanes lanes,
            Workers workers,
            Mailbox mailbox,
            Shared shared,
            RandomGenerator random) {
        Coherence made =
                new Coherence(
                        member.id(),
                        life,
                        settings,
                        lanes.all().getLast(),
                        workers::after,
                        (to, payload) -> mailbox.send(Mailbox.Kind.INVALIDATION, to, payload),
                        shared::authority,
                        nanoClock,
                        new SplittableRandom(random.nextLong()));
        OwnChanges changes =
                new OwnChanges(
                        made.ownLog(), shared.epochs(), member.id(), shared.keyspace()::clock);
        changes.listen(shared.keyspace());
        made.listen(near);
        coherence = made;
        ownChanges = changes;
        epochs = shared.epochs();
        self = member.id();
    }

    /** What this node knows of invalidated tags, and what it hears of them in others' logs. */
    record KnownTags(Tags tags) implements NearCopies.TagKnowledge {
        @Override
        public boolean isValid(Bytes key, Entry entry) {
            return tags.isValid(key, entry);
        }

        @Override
        public boolean heard(long tag, long clock) {
            try {
                return tags.raise(tag, clock) >= clock;
            } catch (GossamerException e) {
                return false;
            }
        }
    }

    Coherence coherence() {
        return Objects.requireNonNull(coherence);
    }

    NearCopies near() {
        return near;
    }

    OwnLog ownLog() {
        return coherence().ownLog();
    }

    Position logEnd() {
        return ownLog().position();
    }

    private Raced raced(MemberId origin, Position after, Kind kind, int slot, long hash) {
        return coherence().machine().raced(origin, after, kind, slot, hash);
    }

    /** Puts a topology into force. */
    void pass(Holding before, Holding next, Runnable install) {
        Objects.requireNonNull(ownChanges).pass(before, next, install);
        near.ownersChanged(OwnChanges.slotsOfOthers(before, next));
    }

    void register(MeterRegistry meters) {
        CoherenceMeters.register(meters, coherence());
        CoherenceMeters.register(meters, near, this::others);
        nearTier.register(meters);
    }

    private List<MemberId> others() {
        return Objects.requireNonNull(epochs).latest().topology().members().stream()
                .map(Member::id)
                .filter(id -> !id.equals(self))
                .toList();
    }
}
