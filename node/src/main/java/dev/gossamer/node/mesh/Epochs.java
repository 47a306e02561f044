package dev.gossamer.node.mesh;

import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The topology this node goes by, and the step from one to the next. A new one is in force for
 * requests of this node's own at once. Requests of other members are served under it only when
 * every event loop has gone through a point after it became known: then no operation that looked at
 * the topology before is still being applied, so that a slot's next owner that asks for a key sees
 * whatever was still applied here (the grace period of read-copy-update; McKenney and Slingwine,
 * 1998).
 *
 * <p><b>Threads.</b> {@link #install} and {@link #passOver} by one thread at a time; the rest by
 * any.
 */
final class Epochs {
    private final List<Lane> loops;
    private final List<Consumer<Holding>> onEachLoop = new CopyOnWriteArrayList<>();
    private final List<Consumer<Holding>> onSynced = new CopyOnWriteArrayList<>();
    private final List<Consumer<Holding>> onServed = new CopyOnWriteArrayList<>();
    private final List<Consumer<Topology>> subscribers = new CopyOnWriteArrayList<>();
    private final Gate gate;
    private Past past = Past.NONE;

    /** What is left of the past under a topology that is never installed. */
    private BiFunction<Past, Topology, Past> passing = (_, _) -> Past.NONE;

    private volatile Holding latest;
    private volatile Holding served;

    /** Stands before each step to a new topology. */
    interface Gate {
        /**
         * @param install puts {@code next} into force; to be called once, before this returns
         */
        void pass(Holding before, Holding next, Runnable install);
    }

    /**
     * @param none before any topology is known
     */
    Epochs(Holding none, List<Lane> loops, Gate gate) {
        this.loops = loops;
        this.gate = gate;
        this.latest = none;
        this.served = none;
    }

    /** What an earlier run of this member held; to be told before the first topology. */
    void restore(Past restored, Member self, int fewestCopies) {
        past = restored;
        passing = (before, next) -> before.through(next, self, fewestCopies);
    }

    /** This was agreed on and names an earlier run of this member: it is never installed. */
    void passOver(Topology bygone) {
        past = passing.apply(past, bygone);
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

    /** Hears on every loop of each topology, after {@link #onServed}, and of progress under it. */
    void onEachLoop(Consumer<Holding> consumer) {
        onEachLoop.add(consumer);
    }

    /** Hears, perhaps more than once, that all which an epoch asks of this node is done. */
    void onSynced(Consumer<Holding> consumer) {
        onSynced.add(consumer);
    }

    AutoCloseable subscribe(Consumer<Topology> consumer) {
        subscribers.add(consumer);
        return () -> subscribers.remove(consumer);
    }

    /** Goes by {@code topology} from now on, if it is later. */
    void install(Topology topology) {
        if (topology.epoch() > latest.epoch()) {
            Holding next = latest.next(topology);
            if (latest.topology().isEmpty()) {
                next.inherit(past);
            }
            step(next);
        }
    }

    /**
     * The same for a topology of another mesh, to which the one of this node gives way. What an
     * earlier run held was of that one, and is not inherited.
     *
     * @param lastEpoch of the mesh that gives way
     */
    void installEstranged(Topology topology, long lastEpoch) {
        if (topology.epoch() > latest.epoch()) {
            step(latest.estranged(topology, lastEpoch));
        }
    }

    private void step(Holding holding) {
        gate.pass(latest, holding, () -> latest = holding);
        AtomicInteger left = new AtomicInteger(loops.size());
        for (Lane each : loops) {
            each.execute(() -> {
                each.keepOnly(holding.topology());
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
        progressed(holding);
        subscribers.forEach(one -> one.accept(holding.topology()));
    }

    /** Slots have come to be served or mirrored: whoever waited for that looks again. */
    void progressed(Holding holding) {
        for (Lane each : loops) {
            each.execute(() -> onEachLoop.forEach(one -> one.accept(holding)));
        }
        if (holding.isSynced() && served == holding) {
            onSynced.forEach(one -> one.accept(holding));
        }
    }
}
