package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology.Phase;
import dev.gossamer.protocol.Version;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Drops what this node has and is not to have any more: slots that are nothing to it, and in slots
 * that it is a backup of the entries of caches whose copies end before its rank. It waits until
 * nothing moves any more and everyone who is to have them has them. A member that drains drops
 * nothing: it goes away, and comes back with it.
 *
 * <p>Until then they do no harm, for nobody is answered from them. But what lies here can have been
 * overwritten where it belongs, and must not be taken for current later: when this node becomes an
 * owner before they were dropped, without having copied the slot, for all who had it are gone, they
 * are dropped at that very change (C2: loss is only ever a miss). What this node's side of a
 * partition wrote, and has not offered to the others yet, stays (C9).
 *
 * <p><b>Threads.</b> Any. A change of topology waits until the slot that is being dropped is done,
 * so nothing that comes under the new one is dropped under the old.
 */
final class Leftovers implements Epochs.Gate {
    private final Keyspace keyspace;
    private final Executor workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong begunEpoch = new AtomicLong();

    /** The epoch in force. Guarded by the lock. */
    private long epoch;

    Leftovers(Keyspace keyspace, Executor workers) {
        this.keyspace = keyspace;
        this.workers = workers;
    }

    @Override
    public void pass(Holding before, Holding next, Runnable install) {
        lock.lock();
        try {
            dropOrphans(next);
            epoch = next.epoch();
            install.run();
        } finally {
            lock.unlock();
        }
    }

    private void dropOrphans(Holding next) {
        Predicate<Version> isOwed = version -> next.mustReconcile() && next.mustOffer(version);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            int kept = next.inheritedRank(slot);
            if (kept > 0 && next.rankHere(slot) >= 0) {
                keyspace.dropSlot(slot, replication -> replication <= kept, isOwed);
            }
        }
    }

    /** Begins to drop, once per topology. Returns at once. */
    void drop(Holding holding) {
        long begun = begunEpoch.get();
        if (holding.isMember()
                && holding.topology().phase() == Phase.STEADY
                && !holding.topology().isProvisional()
                && holding.epoch() > begun
                && begunEpoch.compareAndSet(begun, holding.epoch())) {
            workers.execute(() -> run(holding));
        }
    }

    private void run(Holding holding) {
        int slot = 0;
        while (slot < Slot.COUNT && dropOne(holding, slot)) {
            slot++;
        }
    }

    /**
     * @return whether the topology is still in force
     */
    private boolean dropOne(Holding holding, int slot) {
        lock.lock();
        try {
            if (epoch != holding.epoch()) {
                return false;
            }
            int rank = holding.rankToKeep(slot);
            if (holding.role(slot) == Role.NONE) {
                keyspace.dropSlot(slot);
            } else if (rank > 0) {
                keyspace.dropSlot(slot, replication -> replication <= rank, _ -> false);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
