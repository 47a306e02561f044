package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Drops the slots that this node holds and does not own any more, when everyone who owns them has
 * them. A new topology is not served before the slot that is being dropped is done, so nothing that
 * comes under the new one is dropped.
 *
 * <p><b>Threads.</b> Any; guarded by this. The dropping itself runs on a worker.
 */
final class Leftovers {
    private final Epochs epochs;
    private final Keyspace keyspace;
    private final Executor workers;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean busy;
    private long droppedEpoch;

    Leftovers(Epochs epochs, Keyspace keyspace, Executor workers) {
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.workers = workers;
    }

    /** Begins to drop, once per topology. Returns at once. */
    void drop(Holding holding) {
        synchronized (this) {
            if (busy || !holding.isMember() || holding.epoch() <= droppedEpoch) {
                return;
            }
            droppedEpoch = holding.epoch();
            busy = true;
        }
        workers.execute(() -> run(holding));
    }

    private void run(Holding holding) {
        try {
            for (int slot = 0; slot < Slot.COUNT && epochs.latest() == holding; slot++) {
                if (holding.rankHere(slot) < 0) {
                    keyspace.dropSlot(slot);
                }
            }
        } finally {
            idle();
        }
    }

    private void idle() {
        List<Runnable> ready;
        synchronized (this) {
            busy = false;
            ready = List.copyOf(waiting);
            waiting.clear();
        }
        ready.forEach(Runnable::run);
    }

    /** Runs {@code then} as soon as nothing is being dropped under an older topology. */
    void whenIdle(Runnable then) {
        synchronized (this) {
            if (busy) {
                waiting.add(then);
                return;
            }
        }
        then.run();
    }
}
