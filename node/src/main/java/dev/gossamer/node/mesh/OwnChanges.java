package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.node.cache.ChangeListener;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import java.util.BitSet;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Writes into this node's log what changes in the slots that it serves as the primary.
 *
 * <p><b>Order.</b> Who gives a copy out (1) reads the log's position, (2) looks whether the slot is
 * served, (3) reads the value. A change is (a) stored, (b) appended if the slot is served then. So
 * a copy without the change has a position before it. A topology is (x) put into force, then (y)
 * its broken slots are appended: who saw the slot served in (2) read its position before (x), and
 * its copy is named by (y). And a change that found the slot not served in (b) is acknowledged by
 * the next primary or not at all.
 *
 * <p><b>Threads.</b> {@link #changed} by any; {@link #pass} by one at a time.
 */
final class OwnChanges implements ChangeListener {
    private final OwnLog log;
    private final Epochs epochs;
    private final MemberId self;
    private final LongSupplier clock;

    /**
     * @param clock the latest time that this node has given or witnessed
     */
    OwnChanges(OwnLog log, Epochs epochs, MemberId self, LongSupplier clock) {
        this.log = log;
        this.epochs = epochs;
        this.self = self;
        this.clock = clock;
    }

    /** Hears of what changes in a key space, from now on. */
    void listen(Keyspace keyspace) {
        keyspace.onChange(this);
        Tags tags = keyspace.tags();
        tags.onBumped((slot, tag, time) -> bumped(slot, tag, time, tags.cacheOrNull(tag) != null));
    }

    @Override
    public void changed(int slot, Bytes key, Version version) {
        if (epochs.latest().isServing(slot)) {
            log.append(Kind.KEY, slot, KeyHash.of(key), version);
        }
    }

    /**
     * A tag counts as invalidated here from now on, and so does what stands here under it. Every
     * member that stores an invalidation tells it: whoever has copies from here relies on this log
     * alone.
     *
     * <p>Who keeps copies without their tags keeps only what has none, and each depends on its
     * cache all the same: so where a whole cache is invalidated, the slots served here are named.
     *
     * @param ofCache whether all entries of a cache depend on it
     */
    private void bumped(int slot, long tag, long time, boolean ofCache) {
        Holding holding = epochs.latest();
        Version version = new Version(holding.epoch(), time, self);
        log.append(Kind.TAG, slot, tag, version);
        if (ofCache) {
            BitSet served = new BitSet(Slot.COUNT);
            IntStream.range(0, Slot.COUNT).filter(holding::isPrimary).forEach(served::set);
            log.appendSlots(served, version);
        }
    }

    /** Puts a topology into force. */
    void pass(Holding before, Holding next, Runnable install) {
        BitSet broken = brokenSlots(before, next);
        install.run();
        log.appendSlots(broken, new Version(next.epoch(), clock.getAsLong(), self));
    }

    /** Where another member is the primary from now on, or answers for another part of the mesh. */
    static BitSet slotsOfOthers(Holding before, Holding next) {
        Topology was = before.topology();
        Topology is = next.topology();
        boolean agreed = !was.isProvisional() && !is.isProvisional() && !was.isEmpty();
        BitSet changed = new BitSet(Slot.COUNT);
        changed.set(0, Slot.COUNT);
        if (agreed) {
            changed.andNot(Primaries.same(was, is));
        }
        return changed;
    }

    /**
     * Where this node is the primary, or was it, and has not been it all the while as far as it
     * knows. None under the first topology of its life: nobody can have anything from it.
     */
    static BitSet brokenSlots(Holding before, Holding next) {
        BitSet broken = new BitSet(Slot.COUNT);
        if (before.topology().isEmpty()) {
            return broken;
        }
        boolean direct = before.isDirectlyBefore(next.topology()) && !next.mustReconcile();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            boolean was = before.isPrimary(slot);
            boolean is = next.isPrimary(slot);
            broken.set(slot, direct ? was != is : was || is);
        }
        return broken;
    }
}
