package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.InvalidationLog;
import dev.gossamer.gossip.invalidation.Invalidations;
import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.protocol.Version;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * This node's invalidation log as the edges see it, who don't know the gossip.
 *
 * @param serving as {@link FollowedLog#serves}
 */
public record EdgeLog(OwnLog log, IntPredicate serving) implements FollowedLog {

    @Override
    public Position position() {
        return position(log.position());
    }

    private static Position position(dev.gossamer.gossip.invalidation.Position inGossip) {
        return new Position(inGossip.incarnation(), inGossip.sequence());
    }

    @Override
    public Optional<Run> after(long sequence) {
        return log.after(sequence).map(Entries::new);
    }

    @Override
    public Changes changesSince(long sequence) {
        InvalidationLog.Changes changes = log.changesSince(sequence);
        BitSet slots = new BitSet();
        changes.slots().forEach(slots::set);
        return new Changes(position(changes.upTo()), slots);
    }

    @Override
    public boolean isProven() {
        return log.claim().isPresent();
    }

    @Override
    public boolean serves(int slot) {
        return serving.test(slot);
    }

    private record Entries(Invalidations run) implements Run {
        @Override
        public long first() {
            return run.first();
        }

        @Override
        public int count() {
            return run.count();
        }

        @Override
        public Voids voids(int index) {
            return of(run.kind(index));
        }

        private static Voids of(Kind kind) {
            return switch (kind) {
                case KEY -> Voids.KEY;
                case TAG -> Voids.TAG;
                case SLOT -> Voids.SLOT;
            };
        }

        @Override
        public int slot(int index) {
            return run.slot(index);
        }

        @Override
        public long hash(int index) {
            return run.hash(index);
        }

        @Override
        public Version version(int index) {
            return run.version(index);
        }
    }
}
