package dev.gossamer.client;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The client's threads but the I/O thread, all daemons.
 *
 * <p>Callbacks run in a fork-join pool, not the common one, in the order in which they come: it
 * starts another thread when one of them waits for a future.
 *
 * <p><b>Limits.</b> The timer holds at most one entry per request under way, the resolver one per
 * connection, the pool one per answered request whose room is not free again.
 */
final class ClientThreads implements AutoCloseable {
    private static final long FAREWELL_SECONDS = 2;
    private static final int CALLBACK_THREADS_MIN = 2;

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor resolver;
    private final Optional<ExecutorService> own;
    private final Executor completions;

    private ClientThreads(
            ScheduledThreadPoolExecutor timer,
            ThreadPoolExecutor resolver,
            Optional<ExecutorService> own,
            Executor completions) {
        this.timer = timer;
        this.resolver = resolver;
        this.own = own;
        this.completions = completions;
    }

    static ClientThreads start(Optional<Executor> given) {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, named("gossamer-client-timer"));
        timer.setRemoveOnCancelPolicy(true);
        ThreadPoolExecutor resolver =
                new ThreadPoolExecutor(
                        1,
                        1,
                        5,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        named("gossamer-client-names"));
        resolver.allowCoreThreadTimeOut(true);
        if (given.isPresent()) {
            return new ClientThreads(timer, resolver, Optional.empty(), given.get());
        }
        ForkJoinPool pool = callbackPool();
        return new ClientThreads(timer, resolver, Optional.of(pool), pool);
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static ForkJoinPool callbackPool() {
        return new ForkJoinPool(
                Math.max(CALLBACK_THREADS_MIN, Runtime.getRuntime().availableProcessors()),
                pool -> {
                    ForkJoinWorkerThread thread = new CallbackThread(pool);
                    thread.setName("gossamer-client-callback-" + thread.getPoolIndex());
                    return thread;
                },
                null,
                true);
    }

    private static final class CallbackThread extends ForkJoinWorkerThread {
        CallbackThread(ForkJoinPool pool) {
            super(pool);
        }
    }

    ScheduledThreadPoolExecutor timer() {
        return timer;
    }

    Executor resolver() {
        return resolver;
    }

    Executor completions() {
        return completions;
    }

    /** First: nothing is tried again once the client closes. */
    void endTimer() {
        timer.shutdownNow();
    }

    /**
     * Lets callbacks that are due run, for a while, and ends all threads. An interrupted caller
     * does not wait for their end.
     */
    @Override
    public void close() {
        timer.shutdownNow();
        resolver.shutdownNow();
        own.ifPresent(ExecutorService::shutdown);
        awaitEnd(timer);
        awaitEnd(resolver);
        own.filter(pool -> !(Thread.currentThread() instanceof CallbackThread))
                .ifPresent(ClientThreads::endCallbacks);
    }

    private static void endCallbacks(ExecutorService pool) {
        awaitEnd(pool);
        pool.shutdownNow();
    }

    private static void awaitEnd(ExecutorService service) {
        try {
            service.awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
