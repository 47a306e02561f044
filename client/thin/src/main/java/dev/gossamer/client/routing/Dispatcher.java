package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.connection.ConnectionListener;
import dev.gossamer.client.connection.IoLoop;
import dev.gossamer.client.connection.ServerErrors;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.Reply;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends every request to where its key lives, and again when that is safe and there is time.
 *
 * <p><b>Where.</b> To the clustered port of the slot's primary; when the topology is not known or
 * that port cannot be reached, to any member's proxying port, which forwards. A MOVED is followed
 * at once, and the topology refreshed. After a NOQUORUM another member is asked, perhaps on the
 * larger side.
 *
 * <p><b>Again.</b> A request that was refused with a retryable code, or provably not sent, may
 * always be sent again. One that may have been done is sent again only as its {@link Safety} says:
 * after a lost connection, and when a member says that it does not know the outcome. A reply that
 * its {@link ReplyCheck} does not accept is asked for again.
 *
 * <p><b>Threads.</b> Any; attempts after the first run on the I/O thread or the timer.
 */
public final class Dispatcher {
    private static final long RETRY_FIRST_NANOS = 4_000_000;
    private static final long RETRY_LONGEST_NANOS = 250_000_000;

    /** Members that send a request round in a circle are given time to agree. */
    private static final int MOVED_AT_ONCE_MAX = 2;

    private final RoutingSettings settings;
    private final IoLoop loop;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService timer;
    private final Executor completions;
    private final ClientMetrics metrics;
    private final Backoff backoff;
    private final Endpoints endpoints;
    private final TopologyWatch watch;
    private final AtomicInteger turn = new AtomicInteger();
    private final long timeoutNanos;

    /**
     * @param timer runs retries and reconnects; its owner ends it
     * @param completions runs the callers' callbacks
     * @param feeds hears of the connections that near requests go over: one to each member, its
     *     clustered port, opened with the first such request
     * @param beganAnew called on the I/O thread when a mesh answers that remembers nothing of what
     *     was before
     */
    public Dispatcher(
            RoutingSettings settings,
            IoLoop loop,
            ScheduledExecutorService timer,
            Executor completions,
            ClientMetrics metrics,
            LongSupplier nanoClock,
            RandomGenerator random,
            ConnectionListener feeds,
            Runnable beganAnew) {
        this.settings = settings;
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.timer = timer;
        this.completions = completions;
        this.metrics = metrics;
        this.backoff = new Backoff(RETRY_FIRST_NANOS, RETRY_LONGEST_NANOS, random);
        this.endpoints =
                new Endpoints(settings, loop, timer, metrics, nanoClock, random, feeds, beganAnew);
        this.watch =
                new TopologyWatch(settings, loop, timer, endpoints, metrics, nanoClock, random);
        this.timeoutNanos = settings.requestTimeout().toNanos();
        metrics.watchInFlight(endpoints::inFlightRequests, endpoints::inFlightBytes);
    }

    /** Begins to learn the topology; the future ends with the first one, or why there is none. */
    public CompletableFuture<Topology> start() {
        return watch.start();
    }

    /**
     * Hears of what members say unasked on the connections that carry requests; called on the I/O
     * thread, and must return at once.
     */
    public void onPush(Consumer<Reply.Push> listener) {
        endpoints.onPush(listener);
    }

    public Topology topology() {
        return endpoints.routes().topology();
    }

    /** Whether the servers know Redis' commands only. */
    public boolean isPlain() {
        return watch.isPlain();
    }

    /** Sends a request and waits for its answer. */
    public <T> T ask(Request request, ReplyReader<T> reader) {
        checkMayBlock();
        Call<T> call = new Call<>(this, request, reader, null, nanoClock.getAsLong(), timeoutNanos);
        attempt(call, Connection.Writing.BY_CALLER);
        return call.await();
    }

    /**
     * @throws IllegalStateException on the I/O thread: waiting there would keep the answer away
     */
    public void checkMayBlock() {
        if (loop.isLoopThread()) {
            throw new IllegalStateException(
                    "a blocking call on the client's I/O thread: use the asynchronous cache there,"
                            + " or another completion executor");
        }
    }

    /** Sends a request; the future ends on the completion executor. */
    public <T> CompletableFuture<T> send(Request request, ReplyReader<T> reader) {
        CompletableFuture<T> future = new CompletableFuture<>();
        attempt(
                new Call<>(this, request, reader, future, nanoClock.getAsLong(), timeoutNanos),
                Connection.Writing.BY_LOOP);
        return future;
    }

    private void attempt(Call<?> call, Connection.Writing writing) {
        if (call.isOver()) {
            return;
        }
        long now = nanoClock.getAsLong();
        if (call.remainingNanos(now) <= 0) {
            call.timeOut();
            return;
        }
        call.begun(now);
        Connection connection = connectionOrNull(call);
        if (connection == null) {
            again(call, endpoints.whyNone());
            return;
        }
        switch (connection.offer(call, writing)) {
            case TAKEN -> {}
            case FULL ->
                    call.fail(
                            new GossamerException(
                                    ErrorCode.BUSY,
                                    "too much is under way to " + connection.address()));
            case CLOSED ->
                    again(
                            call,
                            new GossamerException(
                                    ErrorCode.UNREACHABLE, connection + " was just lost"));
        }
    }

    private @Nullable Connection connectionOrNull(Call<?> call) {
        RouteTable routes = endpoints.routes();
        int slot = call.request().slot();
        Address redirect = call.redirectOrNull();
        if (redirect != null) {
            call.redirect(null);
            Connection named = endpoints.of(redirect).connectionOrNull(slot);
            if (named != null) {
                return named;
            }
        }
        if (slot != Request.ANYWHERE && !call.takeElsewhere()) {
            Optional<Address> primary = routes.primary(slot);
            if (primary.isPresent()) {
                Connection direct = directOrNull(primary.get(), call.request());
                if (direct != null) {
                    return direct;
                }
            }
        }
        return proxyOrNull(routes.proxying(), slot, call.attempts());
    }

    private @Nullable Connection directOrNull(Address primary, Request request) {
        Connection feed = request.near() ? endpoints.feedOrNull(primary) : null;
        return feed != null ? feed : endpoints.of(primary).connectionOrNull(request.slot());
    }

    /**
     * Opens, in the background, the connection to a member that near requests go over, unless it is
     * open or was lost just now. Any thread.
     *
     * @return whether the topology names the address
     */
    public boolean openFeed(Address address) {
        boolean named = endpoints.routes().names(address);
        if (named) {
            Connection unused = endpoints.feedOrNull(address);
        }
        return named;
    }

    /** Some member's proxying port; another one with every attempt. */
    private @Nullable Connection proxyOrNull(List<Address> doors, int slot, int attempt) {
        int first = slot == Request.ANYWHERE ? turn.getAndIncrement() : slot + attempt - 1;
        for (int i = 0; i < doors.size(); i++) {
            Address door = doors.get(Math.floorMod(first + i, doors.size()));
            Connection connection = endpoints.of(door).connectionOrNull(first);
            if (connection != null) {
                return connection;
            }
        }
        return null;
    }

    /** The server answered with an error; on the I/O thread. Whether the call's room is free. */
    boolean refused(Call<?> call, Reply.Failure failure) {
        GossamerException cause = ServerErrors.toException(failure);
        if (cause.code() == ErrorCode.MOVED) {
            moved(call, failure, cause);
        } else if (cause.retryable()) {
            lookAround(call, cause.code());
            retry(call, cause);
        } else if (isUnknown(cause.code()) && call.mayRepeat(nanoClock.getAsLong())) {
            call.perhapsDone();
            retry(call, cause);
        } else {
            call.fail(explained(call, failure, cause));
        }
        return true;
    }

    /** A member of an earlier release refuses what it does not know: the caller should hear why. */
    private static GossamerException explained(
            Call<?> call, Reply.Failure failure, GossamerException cause) {
        boolean unknown =
                failure.line().startsWith("ERR syntax error")
                        || failure.line().startsWith("ERR unknown command");
        if (!unknown || call.request().check().equals(ReplyCheck.NONE)) {
            return cause;
        }
        return new GossamerException(
                cause.code(),
                failure.line()
                        + ": the member is older than this client and does not know sessions and"
                        + " operation ids ("
                        + call.request().command()
                        + " … OP, SINCE, STAMP); bring the members up to date first",
                cause);
    }

    /** What the refusal says about the topology that this client goes by. */
    private void lookAround(Call<?> call, ErrorCode code) {
        if (code == ErrorCode.NOQUORUM) {
            call.elsewhere();
            watch.elsewhere();
        } else if (code == ErrorCode.WRONGEPOCH || code == ErrorCode.CLUSTERDOWN) {
            watch.refresh();
        }
    }

    private static boolean isUnknown(ErrorCode code) {
        return code == ErrorCode.TIMEOUT || code == ErrorCode.NOREPLICAS;
    }

    /** The answer is older than what was seen; on the I/O thread. Whether the room is free. */
    boolean stale(Call<?> call) {
        watch.refresh();
        retry(
                call,
                new GossamerException(
                        ErrorCode.STALE,
                        call.request().command()
                                + " was answered with a version older than one that this client has"
                                + " seen"));
        return true;
    }

    private void moved(Call<?> call, Reply.Failure failure, GossamerException cause) {
        watch.refresh();
        String[] words = failure.line().split(" ", -1);
        try {
            if (words.length >= 3) {
                call.redirect(Address.parse(words[2]));
            }
        } catch (IllegalArgumentException e) {
            call.fail(
                    new GossamerException(
                            ErrorCode.INTERNAL, "the server named no address: " + failure.line()));
            return;
        }
        call.problem(cause);
        if (call.attempts() > settings.retriesMax()) {
            call.fail(cause);
        } else if (call.attempts() > MOVED_AT_ONCE_MAX) {
            retry(call, cause);
        } else {
            metrics.retried(call.request().command(), cause.code());
            attempt(call, Connection.Writing.BY_LOOP);
        }
    }

    /** The connection went away before the answer. */
    void lost(Call<?> call, GossamerException cause, boolean sent) {
        if (sent && !call.mayRepeat(nanoClock.getAsLong())) {
            call.fail(
                    new GossamerException(
                            ErrorCode.TIMEOUT,
                            call.request().command()
                                    + ": outcome unknown, for the "
                                    + cause.getMessage(),
                            cause));
        } else {
            again(call, cause);
        }
    }

    private void again(Call<?> call, GossamerException cause) {
        boolean hopeless = !cause.retryable() && cause.code() != ErrorCode.INTERNAL;
        if (hopeless) {
            call.fail(cause);
        } else {
            retry(call, cause);
        }
    }

    private void retry(Call<?> call, GossamerException cause) {
        call.problem(cause);
        long now = nanoClock.getAsLong();
        if (call.attempts() > settings.retriesMax() || !call.mayGoOn(now)) {
            call.fail(cause);
            return;
        }
        long pause = Math.min(backoff.pauseNanos(call.attempts()), call.remainingNanos(now));
        metrics.retried(call.request().command(), cause.code());
        try {
            ScheduledFuture<?> unused =
                    timer.schedule(
                            () -> attempt(call, Connection.Writing.BY_LOOP),
                            Math.max(pause, 0),
                            TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            call.fail(new GossamerException(ErrorCode.ERR, "this client is closed"));
        }
    }

    void ended(String command, @Nullable GossamerException failure, long startNanos) {
        metrics.requestEnded(
                command,
                failure == null ? Optional.empty() : Optional.of(failure.code()),
                nanoClock.getAsLong() - startNanos);
    }

    Executor completions() {
        return completions;
    }

    long nowNanos() {
        return nanoClock.getAsLong();
    }
}
