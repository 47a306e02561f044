package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.io.Completion;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Which threads of the tier wait for the disk, and for how long they have been waiting for one
 * operation: a device that hangs says nothing, so somebody else has to see it.
 *
 * <p><b>Threads.</b> Any. Who is to be watched says so, and whenever an operation has ended.
 */
final class DiskWatch {
    private final LongSupplier clock;
    private final Map<Thread, Long> sinceNanos = new ConcurrentHashMap<>();

    DiskWatch(LongSupplier clock) {
        this.clock = clock;
    }

    /** This thread begins to use the disk. */
    void begins() {
        sinceNanos.put(Thread.currentThread(), clock.getAsLong());
    }

    /** The disk has answered this thread; what comes next has its own patience. */
    void answered() {
        sinceNanos.computeIfPresent(Thread.currentThread(), (_, _) -> clock.getAsLong());
    }

    /** This thread waits for the disk no more. */
    void ends() {
        sinceNanos.remove(Thread.currentThread());
    }

    /** Waits for an operation. */
    void done(Consumer<Completion> operation) throws IOException {
        Await.done(operation);
        answered();
    }

    /** How long the one that has waited longest has waited; 0 when nobody does. */
    long longestNanos() {
        long now = clock.getAsLong();
        return sinceNanos.values().stream().mapToLong(since -> now - since).max().orElse(0);
    }
}
