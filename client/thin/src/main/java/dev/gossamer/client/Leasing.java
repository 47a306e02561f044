package dev.gossamer.client;

import dev.gossamer.client.routing.Request;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who loads a missing key: of the callers in this program one at most, by {@link Loads}; and of all
 * programs one at most, by a lease of the key's primary (C7). A program that gets no lease waits
 * for a member's push, and asks again by itself now and then, for a push can be lost with its
 * connection.
 *
 * <p><b>Freshness.</b> Who joins another caller's load is told of its value only when the primary
 * has taken it: when a write has overtaken the load instead, who joined asks anew, for it may have
 * called after that write (C6). The loader's own caller gets what it loaded: its call began before.
 *
 * <p><b>Threads.</b> Any; nothing blocks. Futures end on the completion executor or the timer.
 */
final class Leasing {
    /** How long a lost push may go unnoticed. */
    private static final long ASK_AGAIN_MILLIS = 500;

    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ZERO;

    private final Engine engine;
    private final LeaseWaits waits;
    private final BooleanSupplier plain;
    private final LongSupplier nanoClock;

    /** Guarded by itself. */
    private final RandomGenerator random;

    /**
     * @param plain whether the servers know no leases
     * @param random for jitter; used here alone
     */
    Leasing(
            Engine engine,
            LeaseWaits waits,
            BooleanSupplier plain,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.engine = engine;
        this.waits = waits;
        this.plain = plain;
        this.nanoClock = nanoClock;
        this.random = random;
    }

    /** One caller, until it has the value or the right to load it. */
    private final class Asking {
        final Bytes key;
        final LoadOptions options;
        final @Nullable Thread loaderOrNull;
        final Duration patience;
        final long deadlineNanos;

        Asking(Bytes key, LoadOptions options, @Nullable Thread loaderOrNull) {
            this.key = key;
            this.options = options;
            this.loaderOrNull = loaderOrNull;
            this.patience = options.waitTimeout().orElse(engine.loadTimeout());
            this.deadlineNanos = nanoClock.getAsLong() + patience.toNanos();
        }

        long leftNanos() {
            return deadlineNanos - nanoClock.getAsLong();
        }

        GossamerException tooLate() {
            return new GossamerException(
                    ErrorCode.TIMEOUT,
                    "another caller's loader of this key did not end within " + patience);
        }

        CompletableFuture<Turn> next() {
            Load mine = new Load(loaderOrNull);
            Optional<Load> running = engine.loads().join(key, mine);
            return running.isPresent() ? join(running.get()) : ask(mine);
        }

        private CompletableFuture<Turn> join(Load running) {
            if (running.isRunBy(loaderOrNull) && !running.value().isDone()) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException(
                                "the loader of " + key + " asks for its own key"));
            }
            CompletableFuture<Optional<byte[]>> waiting = running.value().copy();
            endLater(waiting, leftNanos(), () -> waiting.completeExceptionally(tooLate()));
            return waiting.handle((value, failure) -> joined(running, value, failure))
                    .thenCompose(turn -> turn);
        }

        private CompletableFuture<Turn> joined(
                Load running, @Nullable Optional<byte[]> value, @Nullable Throwable failure) {
            if (value != null) {
                return CompletableFuture.completedFuture(new Turn.Found(value));
            }
            if (!running.value().isDone()) {
                // It does not end: later callers don't wait for it.
                engine.loads().end(key, running);
                running.overtake();
            }
            Throwable cause = failure == null ? tooLate() : unwrapped(failure);
            boolean overtaken =
                    cause instanceof GossamerException known && known.code() == ErrorCode.OVERTAKEN;
            return overtaken && leftNanos() > 0 ? next() : CompletableFuture.failedFuture(cause);
        }

        private CompletableFuture<Turn> ask(Load mine) {
            if (plain.getAsBoolean()) {
                return CompletableFuture.completedFuture(
                        new Turn.Mine(mine, Optional.empty(), Optional.empty(), 0));
            }
            // Before the request is sent: the push may come at once after its reply.
            CompletableFuture<Void> woken = waits.of(key);
            long waitMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos()));
            Request request = engine.commands().leaseGet(key.array(), options, waitMillis);
            return engine.dispatcher()
                    .send(request, CacheReplies::leased)
                    .handle((leased, failure) -> answered(mine, woken, leased, failure))
                    .thenCompose(turn -> turn);
        }

        private CompletableFuture<Turn> answered(
                Load mine,
                CompletableFuture<Void> woken,
                @Nullable Leased leased,
                @Nullable Throwable failure) {
            if (leased == null) {
                waits.end(key, woken);
                Throwable cause = failure == null ? tooLate() : unwrapped(failure);
                return CompletableFuture.failedFuture(fail(key, mine, cause));
            }
            if (leased.state() == Leased.State.WAIT) {
                return await(mine, woken, leased.leftMillis());
            }
            waits.end(key, woken);
            return CompletableFuture.completedFuture(turn(mine, leased));
        }

        private Turn turn(Load mine, Leased leased) {
            if (leased.state() == Leased.State.LOAD) {
                return new Turn.Mine(mine, leased.token(), leased.value(), leased.ageMillis());
            }
            engine.loads().end(key, mine);
            mine.value().complete(leased.value());
            return new Turn.Found(leased.value());
        }

        private CompletableFuture<Turn> await(
                Load mine, CompletableFuture<Void> woken, long leaseMillis) {
            long left = leftNanos();
            if (left <= 0) {
                waits.end(key, woken);
                return CompletableFuture.failedFuture(fail(key, mine, tooLate()));
            }
            long pauseMillis = Math.min(ASK_AGAIN_MILLIS, leaseMillis + 1);
            long pause = Math.min(left, TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            endLater(woken, pause, () -> woken.complete(null));
            return woken.handleAsync(
                            (nothing, closed) -> again(mine, woken, closed), engine.completions())
                    .thenCompose(turn -> turn);
        }

        private CompletableFuture<Turn> again(
                Load mine, CompletableFuture<Void> woken, @Nullable Throwable closed) {
            waits.end(key, woken);
            if (closed != null) {
                return CompletableFuture.failedFuture(fail(key, mine, unwrapped(closed)));
            }
            return leftNanos() > 0
                    ? ask(mine)
                    : CompletableFuture.failedFuture(fail(key, mine, tooLate()));
        }
    }

    /**
     * The value, or the right to load it. What was given must be given back: by {@link #filled},
     * {@link #failed} or {@link #background}.
     *
     * @param loaderOrNull the thread that will load, if that is known
     */
    CompletableFuture<Turn> turn(Bytes key, LoadOptions options, @Nullable Thread loaderOrNull) {
        return new Asking(key, options, loaderOrNull).next();
    }

    /** Whoever asked waits no more: what may still come to it is given back. */
    void abandon(Bytes key, CompletableFuture<Turn> asked, LoadOptions options) {
        CompletableFuture<Turn> unused =
                asked.whenComplete((turn, failure) -> {
                    if (turn instanceof Turn.Mine mine) {
                        GossamerException why =
                                new GossamerException(
                                        ErrorCode.INTERRUPTED, "its caller was interrupted");
                        failed(key, mine, why, options);
                    }
                });
    }

    /** The old value goes to all who wait here, and what is loaded now is nobody's to wait for. */
    Turn.Mine background(Bytes key, Turn.Mine mine) {
        engine.loads().end(key, mine.load());
        mine.load().value().complete(mine.old());
        return new Turn.Mine(new Load(null), mine.token(), mine.old(), mine.ageMillis());
    }

    /** The loader has failed: the lease is free again, and all who wait here hear of it. */
    void failed(Bytes key, Turn.Mine mine, Throwable why, LoadOptions options) {
        engine.loads().end(key, mine.load());
        Optional<byte[]> instead = mine.afterError(options);
        if (instead.isPresent()) {
            mine.load().value().complete(instead);
        } else {
            mine.load().value().completeExceptionally(why);
        }
        drop(key, mine);
    }

    private void drop(Bytes key, Turn.Mine mine) {
        mine.token()
                .ifPresent(token -> {
                    // If this is lost, the lease ends by its timeout.
                    CompletableFuture<Boolean> unused =
                            engine.dispatcher()
                                    .send(
                                            engine.commands().leaseDrop(key.array(), token),
                                            CacheReplies::done);
                });
    }

    /**
     * Stores what was loaded; the future ends when that is over. A value that cannot be stored is
     * still the value: the metrics count the failure.
     *
     * @param value empty when the origin has none
     */
    CompletableFuture<Void> filled(
            Bytes key, Turn.Mine mine, Optional<byte[]> value, LoadOptions options) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Load load = mine.load();
        if (!load.beginStoring()) {
            // Overtaken by this program itself, which has let nobody join since.
            load.value().complete(value);
            drop(key, mine);
            over.complete(null);
            return over;
        }
        Optional<Request> request = request(key, mine, value, options);
        if (request.isEmpty()) {
            drop(key, mine);
            stored(key, load, value, null);
            over.complete(null);
            return over;
        }
        CompletableFuture<Reply> unused =
                engine.dispatcher()
                        .send(request.get(), reply -> reply)
                        .whenComplete((reply, failure) -> {
                            stored(key, load, value, failure == null ? null : unwrapped(failure));
                            over.complete(null);
                        });
        return over;
    }

    private Optional<Request> request(
            Bytes key, Turn.Mine mine, Optional<byte[]> value, LoadOptions options) {
        CacheCommands commands = engine.commands();
        Optional<String> token = mine.token();
        if (value.isEmpty()) {
            // What was there and is gone must leave the cache, remembered or not.
            Duration absence = longer(options.absentTtl(), mine.old().isPresent() ? MOMENT : NEVER);
            return token.filter(lease -> !absence.isZero())
                    .map(lease -> commands.leaseAbsent(key.array(), lease, absence));
        }
        if (token.isEmpty() && !options.tags().isEmpty()) {
            // Only a lease knows whether a tag was invalidated while it was loaded.
            return Optional.empty();
        }
        Duration keep = options.timeToKeep(draw());
        return Optional.of(
                token.isPresent()
                        ? commands.leaseSet(
                                key.array(), token.get(), value.get(), keep, options.tags())
                        : commands.putIfAbsent(key.array(), value.get(), keep));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private double draw() {
        synchronized (random) {
            return random.nextDouble();
        }
    }

    private void stored(Bytes key, Load load, Optional<byte[]> value, @Nullable Throwable failure) {
        engine.loads().end(key, load);
        load.endStoring();
        if (failure instanceof GossamerException known && known.code() == ErrorCode.OVERTAKEN) {
            load.value().completeExceptionally(known);
        } else {
            load.value().complete(value);
        }
    }

    private Throwable fail(Bytes key, Load mine, Throwable cause) {
        engine.loads().end(key, mine);
        mine.value().completeExceptionally(cause);
        return cause;
    }

    private void endLater(CompletableFuture<?> future, long nanos, Runnable end) {
        try {
            ScheduledFuture<?> alarm =
                    engine.timer().schedule(end, Math.max(0, nanos), TimeUnit.NANOSECONDS);
            CompletableFuture<?> unused =
                    future.whenComplete((value, failure) -> alarm.cancel(false));
        } catch (RejectedExecutionException e) {
            future.completeExceptionally(
                    new GossamerException(ErrorCode.ERR, "this client is closed", e));
        }
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }
}
