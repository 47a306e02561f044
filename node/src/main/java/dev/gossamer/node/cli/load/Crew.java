package dev.gossamer.node.cli.load;

import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.protocol.GossamerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/** Many callers at once, each a virtual thread that waits for its own answers. */
final class Crew {
    private static final long WATCH_INTERVAL_MILLIS = 100;

    private Crew() {}

    /**
     * Runs {@code work} once per caller and returns when all are done.
     *
     * @param work is given the caller's number
     * @param watch is called by the calling thread several times a second
     * @throws CliException with what the first failing caller threw; the others are interrupted
     */
    static void run(int callers, IntConsumer work, Runnable watch) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                int number = caller;
                running.add(threads.submit(() -> work.accept(number)));
            }
            try {
                for (Future<?> one : running) {
                    await(one, watch);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static void await(Future<?> one, Runnable watch) {
        while (true) {
            try {
                one.get(WATCH_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException _) {
                watch.run();
            } catch (ExecutionException e) {
                throw failure(e.getCause() == null ? e : e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CliException("interrupted", e);
            }
        }
    }

    private static RuntimeException failure(Throwable cause) {
        return switch (cause) {
            case GossamerException mesh -> mesh;
            case CliException cli -> cli;
            default -> new CliException("a caller failed: " + cause, cause);
        };
    }
}
