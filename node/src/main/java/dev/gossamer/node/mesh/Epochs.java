package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The topology this node goes by, and the step from one to the next. A new one is in force for
 * requests of this node's own at once. Requests of other members are served under it only when
 * every event loop has gone through a point after it became known: then no operation that looked at
 * the topology before is still being applied, so that a slot's next owner that asks for a key sees
 * whatever was still applied here (the grace period of read-copy-update; McKenney and Slingwine,
 * 1998).
 *
 * <p><b>Threads.</b> {@link #install} by one thread at a time; the rest by any.
 */
final class Epochs {
    private final MemberId self;
    private final List<Lane> loops;
    private final List<Consumer<Holding>> onEachLoop = new CopyOnWriteArrayList<>();
    private final List<Consumer<Holding>> onServed = new CopyOnWriteArrayList<>();
    private final List<Consumer<Topology>> subscribers = new CopyOnWriteArrayList<>();
    private final Gate gate;
    private volatile Holding latest;
    private volatile Holding served;

    /** Stands before each step to a new topology. */
    interface Gate {
        /**
         * @param install puts {@code next} into force; to be called once, before this returns
         */
        void pass(Holding next, Runnable install);
    }

    /**
     * @param none before any topology is known
     */
    Epochs(MemberId self, Holding none, List<Lane> loops, Gate gate) {
        this.self = self;
        this.loops = loops;
        this.gate = gate;
        this.latest = none;
        this.served = none;
    }

    /** What this node's own requests go by. */
    Holding latest() {
        return latest;
    }

    /** What other members' requests are served under. */
    Holding served() {
        return served;
    }

    /** Hears of each topology once requests are served under it, on some loop. */
    void onServed(Consumer<Holding> consumer) {
        onServed.add(consumer);
    }

    /** Hears of each topology on every loop, after {@link #onServed}. */
    void onEachLoop(Consumer<Holding> consumer) {
        onEachLoop.add(consumer);
    }

    AutoCloseable subscribe(Consumer<Topology> consumer) {
        subscribers.add(consumer);
        return () -> subscribers.remove(consumer);
    }

    /** Goes by {@code topology} from now on, if it is later. */
    void install(Topology topology) {
        if (topology.epoch() <= latest.epoch()) {
            return;
        }
        Holding holding = latest.next(topology, self);
        gate.pass(holding, () -> latest = holding);
        AtomicInteger left = new AtomicInteger(loops.size());
        for (Lane each : loops) {
            each.execute(() -> {
                each.keepOnly(topology);
                passed(holding, left);
            });
        }
    }

    private void passed(Holding holding, AtomicInteger left) {
        if (left.decrementAndGet() > 0) {
            return;
        }
        synchronized (this) {
            if (holding.epoch() > served.epoch()) {
                served = holding;
            }
        }
        onServed.forEach(consumer -> consumer.accept(holding));
        for (Lane each : loops) {
            each.execute(() -> onEachLoop.forEach(one -> one.accept(holding)));
        }
        subscribers.forEach(one -> one.accept(holding.topology()));
    }
}
