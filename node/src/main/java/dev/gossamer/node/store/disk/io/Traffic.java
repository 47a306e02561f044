package dev.gossamer.node.store.disk.io;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of a backend and has not ended: charged in bytes, bounded, counted and timed. Any
 * thread.
 */
final class Traffic {
    private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);

    /** A request, its place in a queue and its completion, at a generous guess. */
    static final long OPERATION_BYTES = 256;

    private final IoSettings settings;
    private final LongSupplier nanoClock;
    private final Executor aside;
    private final IoMeters meters;
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong pending = new AtomicLong();

    /**
     * @param aside runs what may block or must not run inside a call: virtual threads
     */
    Traffic(IoSettings settings, LongSupplier nanoClock, Executor aside, IoMeters meters) {
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.aside = aside;
        this.meters = meters;
    }

    IoMeters meters() {
        return meters;
    }

    IoSettings settings() {
        return settings;
    }

    long pending() {
        return pending.get();
    }

    long pendingBytes() {
        return pendingBytes.get();
    }

    long nowNanos() {
        return nanoClock.getAsLong();
    }

    /** Runs a task that may block. */
    void aside(Runnable task) {
        aside.execute(task);
    }

    /** What the operation was charged; 0 after it was refused for what is waiting already. */
    long chargeOrRefuse(Operation operation, Path file, long bytes, Completion completion) {
        long charge = OPERATION_BYTES + bytes;
        long bound = settings.pendingBytesMax();
        // The last quarter is the writer's.
        long mine = operation == Operation.READ ? bound - bound / 4 : bound;
        long before = pendingBytes.getAndAdd(charge);
        if (before > 0 && before + charge > mine) {
            pendingBytes.addAndGet(-charge);
            meters.refused();
            failAside(completion, new DiskException.Busy(operation, file, before, mine));
            return 0;
        }
        pending.incrementAndGet();
        return charge;
    }

    /** Refuses an operation that was not charged, for what it asks. */
    void refuse(Operation operation, Completion completion, DiskException why) {
        meters.failed(operation);
        failAside(completion, why);
    }

    private void failAside(Completion completion, DiskException why) {
        aside.execute(() -> tell(completion, why));
    }

    void ended(Request request, @Nullable DiskException whyNotOrNull) {
        pending.decrementAndGet();
        pendingBytes.addAndGet(-request.charge);
        if (whyNotOrNull == null) {
            meters.done(
                    request.operation, request.length, nanoClock.getAsLong() - request.startNanos);
        } else {
            meters.failed(request.operation);
        }
        tell(request.completion, whyNotOrNull);
    }

    /** A completion that throws must not take its event loop along. */
    private static void tell(Completion completion, @Nullable DiskException whyNotOrNull) {
        try {
            if (whyNotOrNull == null) {
                completion.done();
            } else {
                completion.failed(whyNotOrNull);
            }
        } catch (RuntimeException e) {
            LOG.error("a completion failed", e);
        }
    }
}
