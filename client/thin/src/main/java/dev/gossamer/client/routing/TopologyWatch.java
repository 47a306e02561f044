package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.connection.ConnectionListener;
import dev.gossamer.client.connection.IoLoop;
import dev.gossamer.client.connection.Question;
import dev.gossamer.client.connection.ServerErrors;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.Reply;
import dev.gossamer.protocol.resp.RequestEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the topology current: one connection of its own to one member, which tells every change.
 * When it is lost, the next member is asked, after a pause that grows; while it lives it is asked
 * something from time to time, so that a member that fell silent is noticed.
 *
 * <p>A server that does not know GSM.TOPOLOGY is used as it is, through the addresses that were
 * given.
 */
final class TopologyWatch implements ConnectionListener {
    private static final String PUSH = "gsm.topology";
    private static final long RECONNECT_FIRST_NANOS = 20_000_000;
    private static final long RECONNECT_LONGEST_NANOS = 2_000_000_000;
    private static final long PROBE_SECONDS = 2;

    /** How long a member is listened to at least before another one is asked. */
    private static final long STAY_NANOS = 250_000_000;

    private static final byte[] SUBSCRIBE = encode("GSM.TOPOLOGY", "SUBSCRIBE");
    private static final byte[] ASK = encode("GSM.TOPOLOGY");
    private static final byte[] PROBE = encode("PING");

    private final RoutingSettings settings;
    private final IoLoop loop;
    private final ScheduledExecutorService timer;
    private final Endpoints endpoints;
    private final ClientMetrics metrics;
    private final Backoff backoff;
    private final LongSupplier nanoClock;

    /** Whom to ask next. */
    private final AtomicInteger turn;

    private final CompletableFuture<Topology> first = new CompletableFuture<>();
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private volatile @Nullable Connection currentOrNull;
    private volatile boolean plain;

    /** When the connection was opened; of the I/O thread. */
    private volatile long openedNanos;

    /** Tries since the last answer; of the timer and the I/O thread, in turn. */
    private final AtomicInteger tries = new AtomicInteger();

    TopologyWatch(
            RoutingSettings settings,
            IoLoop loop,
            ScheduledExecutorService timer,
            Endpoints endpoints,
            ClientMetrics metrics,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.settings = settings;
        this.loop = loop;
        this.timer = timer;
        this.endpoints = endpoints;
        this.metrics = metrics;
        this.backoff = new Backoff(RECONNECT_FIRST_NANOS, RECONNECT_LONGEST_NANOS, random);
        this.nanoClock = nanoClock;
        this.turn = new AtomicInteger(random.nextInt(1 << 16));
    }

    private static byte[] encode(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return RequestEncoder.encode(bytes);
    }

    CompletableFuture<Topology> start() {
        connect();
        ScheduledFuture<?> unused =
                timer.scheduleWithFixedDelay(
                        this::probe, PROBE_SECONDS, PROBE_SECONDS, TimeUnit.SECONDS);
        return first;
    }

    /** Asks for the topology, unless that is under way. */
    void refresh() {
        Connection connection = currentOrNull;
        if (connection != null && refreshing.compareAndSet(false, true)) {
            Question.ask(connection, ASK, this::refreshed, () -> refreshing.set(false));
        }
    }

    /**
     * Asks another member, if what this one goes by is provisional: the larger side of a partition
     * has an agreed topology.
     */
    void elsewhere() {
        Connection connection = currentOrNull;
        if (endpoints.routes().topology().isProvisional()
                && connection != null
                && connection.isOpen()
                && nanoClock.getAsLong() - openedNanos > STAY_NANOS) {
            connection.close(
                    new GossamerException(
                            ErrorCode.NOQUORUM, connection.address() + " is of the smaller side"));
        } else {
            refresh();
        }
    }

    /** Whether the servers do not know GSM.TOPOLOGY, and so none of our verbs. */
    boolean isPlain() {
        return plain;
    }

    private void refreshed(Reply reply) {
        refreshing.set(false);
        learn(reply);
    }

    private void connect() {
        List<Address> doors = endpoints.routes().proxying();
        Address door = doors.get(Math.floorMod(turn.getAndIncrement(), doors.size()));
        tries.incrementAndGet();
        currentOrNull = loop.connect(door, settings.connection(), this);
    }

    @Override
    public void opened(Connection connection) {
        openedNanos = nanoClock.getAsLong();
        metrics.connectionOpened();
        Question.ask(connection, SUBSCRIBE, reply -> subscribed(connection, reply), () -> {});
    }

    private void subscribed(Connection connection, Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            GossamerException cause = ServerErrors.toException(failure);
            if (failure.line().startsWith("ERR unknown command")) {
                tries.set(0);
                plain = true;
                first.complete(endpoints.routes().topology());
            } else {
                connection.close(cause);
            }
            return;
        }
        tries.set(0);
        learn(reply);
    }

    private void learn(Reply reply) {
        if (reply instanceof Reply.Failure) {
            return;
        }
        try {
            Topology heard = TopologyReader.read(reply);
            endpoints.learn(heard);
            first.complete(endpoints.routes().topology());
        } catch (GossamerException e) {
            Connection connection = currentOrNull;
            if (connection != null) {
                connection.close(e);
            }
        }
    }

    @Override
    public void pushed(Connection connection, Reply.Push push) {
        if (push.items().size() == 2
                && push.items().get(0) instanceof Reply.Blob name
                && name.toUtf8().equals(PUSH)) {
            learn(push.items().get(1));
        }
    }

    @Override
    public void closed(Connection connection, GossamerException cause) {
        if (connection.wasOpen()) {
            metrics.connectionClosed();
        }
        boolean useless = cause.code() != ErrorCode.INTERNAL && !cause.retryable();
        if (useless || tries.get() >= endpoints.routes().proxying().size()) {
            // Nobody among those named: whoever waits for the start should know. Later, this is
            // without effect, and the search goes on.
            first.completeExceptionally(cause);
        }
        try {
            ScheduledFuture<?> unused =
                    timer.schedule(
                            this::connect,
                            backoff.pauseNanos(Math.max(tries.get(), 1)),
                            TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            first.completeExceptionally(e);
        }
    }

    /**
     * A member that hangs answers nothing; its connection is then closed for its silence. One of a
     * partition's smaller side is left, for the larger one may be within reach.
     */
    private void probe() {
        Connection connection = currentOrNull;
        if (endpoints.routes().topology().isProvisional()) {
            elsewhere();
        } else if (connection != null && connection.isOpen()) {
            Question.ask(connection, PROBE, reply -> {}, () -> {});
        }
    }
}
