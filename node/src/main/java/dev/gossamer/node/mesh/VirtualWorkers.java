package dev.gossamer.node.mesh;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** A virtual thread for each task. */
final class VirtualWorkers implements Workers {
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("gossamer-mesh-", 0).factory());

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    @Override
    public void pause(long nanos) {
        LockSupport.parkNanos(nanos);
    }

    @Override
    public void after(long nanos, Runnable task) {
        threads.execute(() -> {
            LockSupport.parkNanos(nanos);
            if (!Thread.interrupted()) {
                task.run();
            }
        });
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
