package dev.gossamer.node.mesh.audit;

import dev.gossamer.node.cache.ChangeListener;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Version;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Picks writes that this node has carried out as a primary: no more than it is allowed, and the
 * others pass at the price of one read.
 *
 * <p><b>Threads.</b> {@link #changed} by any, under the lock of a slot; the rest by one.
 */
final class Sampler implements ChangeListener {
    private final MemberId self;
    private final Surroundings surroundings;
    private final LongSupplier logEnd;
    private final LongSupplier nanoClock;
    private final AtomicInteger allowed = new AtomicInteger();

    /** No more than were allowed since it was emptied. */
    private final ConcurrentLinkedQueue<Sample> taken = new ConcurrentLinkedQueue<>();

    Sampler(MemberId self, Surroundings surroundings, LongSupplier logEnd, LongSupplier nanoClock) {
        this.self = self;
        this.surroundings = surroundings;
        this.logEnd = logEnd;
        this.nanoClock = nanoClock;
    }

    @Override
    public void changed(int slot, Bytes key, Version version) {
        if (allowed.get() > 0) {
            take(slot, key, version);
        }
    }

    /** Only this node's own: what comes from others was acknowledged elsewhere, or not at all. */
    private void take(int slot, Bytes key, Version version) {
        long epoch = surroundings.epoch();
        if (version.epoch() == epoch
                && version.member().equals(self)
                && surroundings.isServing(slot)
                && allowed.getAndDecrement() > 0) {
            long now = nanoClock.getAsLong();
            taken.add(new Sample(key, slot, version, epoch, logEnd.getAsLong(), now));
        }
    }

    /** So many more may be taken, {@code most} together. */
    void allow(int more, int most) {
        allowed.updateAndGet(left -> Math.min(most, Math.max(0, left) + more));
    }

    void drain(Consumer<Sample> to) {
        for (Sample next = taken.poll(); next != null; next = taken.poll()) {
            to.accept(next);
        }
    }
}
