package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.connection.ConnectionListener;
import dev.gossamer.client.connection.IoLoop;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.Reply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ports in use, and the topology that names them. Safe for many threads; readers never wait.
 *
 * <p><b>Limits.</b> Ports that a new topology does not name are closed, after a second for their
 * last requests.
 */
final class Endpoints {
    private static final long RECONNECT_FIRST_NANOS = 20_000_000;
    private static final long RECONNECT_LONGEST_NANOS = 2_000_000_000;

    /**
     * How long a port that no member has any more may still answer: a member that leaves in peace
     * answers sooner, and what waits for a dead one should be sent to another.
     */
    private static final long RETIRED_NANOS_MAX = 1_000_000_000;

    private final RoutingSettings settings;
    private final IoLoop loop;
    private final ScheduledExecutorService timer;
    private final ClientMetrics metrics;
    private final Backoff backoff;
    private final LongSupplier nanoClock;
    private final Map<Address, Endpoint> endpoints = new ConcurrentHashMap<>();

    /** Of one connection each, for requests whose answers are kept. */
    private final Map<Address, Endpoint> feeds = new ConcurrentHashMap<>();

    private final ConnectionListener feedListener;
    private final AtomicReference<RouteTable> routes;
    private final Runnable beganAnew;
    private final List<Consumer<Reply.Push>> listeners = new CopyOnWriteArrayList<>();

    private final ConnectionListener pushes =
            new ConnectionListener() {
                @Override
                public void opened(Connection connection) {}

                @Override
                public void closed(Connection connection, GossamerException cause) {}

                @Override
                public void pushed(Connection connection, Reply.Push push) {
                    listeners.forEach(listener -> listener.accept(push));
                }
            };

    Endpoints(
            RoutingSettings settings,
            IoLoop loop,
            ScheduledExecutorService timer,
            ClientMetrics metrics,
            LongSupplier nanoClock,
            RandomGenerator random,
            ConnectionListener feedListener,
            Runnable beganAnew) {
        this.settings = settings;
        this.loop = loop;
        this.timer = timer;
        this.metrics = metrics;
        this.backoff = new Backoff(RECONNECT_FIRST_NANOS, RECONNECT_LONGEST_NANOS, random);
        this.nanoClock = nanoClock;
        this.feedListener = feedListener;
        this.beganAnew = beganAnew;
        this.routes = new AtomicReference<>(new RouteTable(Topology.none(1), settings.seeds()));
    }

    RouteTable routes() {
        return routes.get();
    }

    Endpoint of(Address address) {
        Endpoint known = endpoints.get(address);
        return known != null ? known : endpoints.computeIfAbsent(address, this::create);
    }

    private Endpoint create(Address address) {
        return create(address, settings.connectionsPerNode(), pushes);
    }

    private Endpoint create(Address address, int connections, ConnectionListener listener) {
        return new Endpoint(
                address,
                loop,
                settings.connection(),
                connections,
                metrics,
                backoff,
                nanoClock,
                listener);
    }

    /** The connection that a member's news come over, or null while it is not open. */
    @Nullable Connection feedOrNull(Address address) {
        Endpoint feed = feeds.computeIfAbsent(address, port -> create(port, 1, feedListener));
        Connection connection = feed.connectionOrNull(0);
        return connection != null && connection.isOpen() ? connection : null;
    }

    /** Hears of what members say unasked, but of topologies; on the I/O thread, at once. */
    void onPush(Consumer<Reply.Push> listener) {
        listeners.add(listener);
    }

    /**
     * Goes by {@code heard} if it is later than what is known.
     *
     * <p>Epochs begin anew when a whole mesh is started anew without its disks: its processes are
     * all younger, or no connection to what was known is left.
     *
     * <p>A provisional topology names one side of a partition only. The other side's ports stay in
     * use beside it, for that side may be the larger one.
     */
    void learn(Topology heard) {
        boolean nothingToLose =
                endpoints.values().stream().noneMatch(endpoint -> endpoint.isOpen());
        RouteTable before = routes.get();
        boolean forgotten = hasForgotten(before.topology(), heard);
        boolean news =
                heard.epoch() > before.topology().epoch()
                        || forgotten
                        || (nothingToLose && !heard.equals(before.topology()));
        List<Address> others = heard.isProvisional() ? before.proxying() : settings.seeds();
        if (!news) {
            return;
        }
        if (forgotten) {
            // First, so that whoever sees the new topology begins with nothing of the old.
            beganAnew.run();
        }
        if (routes.compareAndSet(before, new RouteTable(heard, others))) {
            metrics.topologyLearned(heard.epoch());
            retireUnnamed();
        }
    }

    /**
     * Whether epochs have begun anew: every process started after all of those before had, and they
     * remember none of their epochs.
     */
    private static boolean hasForgotten(Topology before, Topology heard) {
        long lastStart =
                before.members().stream()
                        .mapToLong(Member::incarnation)
                        .max()
                        .orElse(Long.MAX_VALUE);
        return Epoch.number(heard.epoch()) < Epoch.number(before.epoch())
                && heard.members().stream().allMatch(member -> member.incarnation() > lastStart);
    }

    private void retireUnnamed() {
        retireUnnamed(endpoints);
        retireUnnamed(feeds);
    }

    private void retireUnnamed(Map<Address, Endpoint> known) {
        RouteTable now = routes.get();
        known.forEach((address, endpoint) -> {
            if (!now.names(address) && known.remove(address, endpoint)) {
                endpoint.retire();
                closeLater(endpoint);
            }
        });
    }

    private void closeLater(Endpoint endpoint) {
        try {
            ScheduledFuture<?> unused =
                    timer.schedule(
                            endpoint::close,
                            Math.min(settings.requestTimeout().toNanos(), RETIRED_NANOS_MAX),
                            TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The client closes, and the I/O loop with it, which closes every connection.
            endpoint.close();
        }
    }

    /** Why nobody can be asked. */
    GossamerException whyNone() {
        GossamerException some = null;
        for (Address door : routes.get().proxying()) {
            GossamerException last = of(door).lastFailureOrNull();
            if (last != null && (some == null || some.retryable())) {
                some = last;
            }
        }
        return some != null
                ? some
                : new GossamerException(ErrorCode.UNREACHABLE, "no member can be reached yet");
    }

    long inFlightBytes() {
        return all().mapToLong(Endpoint::inFlightBytes).sum();
    }

    long inFlightRequests() {
        return all().mapToLong(Endpoint::inFlightRequests).sum();
    }

    private Stream<Endpoint> all() {
        return Stream.concat(endpoints.values().stream(), feeds.values().stream());
    }
}
