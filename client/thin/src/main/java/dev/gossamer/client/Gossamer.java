package dev.gossamer.client;

import dev.gossamer.client.codec.Codec;
import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.ConnectionListener;
import dev.gossamer.client.connection.ConnectionSettings;
import dev.gossamer.client.connection.IoLoop;
import dev.gossamer.client.near.Feeds;
import dev.gossamer.client.routing.Dispatcher;
import dev.gossamer.client.routing.RoutingSettings;
import dev.gossamer.client.session.Session;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.Reply;
import dev.gossamer.protocol.resp.ReplyLimits;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client of one mesh: make one per program, share it, close it at the end.
 *
 * <p>It learns the mesh's topology from the addresses it is given, sends every request to the
 * member that is primary of its key, and follows the mesh as members come and go.
 *
 * <pre>{@code
 * try (Gossamer gossamer = Gossamer.connect("gossamer://127.0.0.1:7379")) {
 *     Cache<String, String> users = gossamer.cache("users", Codec.utf8(), Codec.utf8());
 *     users.put("42", "Ada", Duration.ofMinutes(5));
 *     Optional<String> ada = users.get("42");
 * }
 * }</pre>
 *
 * <p><b>Session.</b> One client is one session (C3): what a call of any of its threads or caches
 * has been answered, or has written, no call that begins afterwards goes back behind, whichever
 * member answers it. Another client is another session, even in the same program. {@link #execute}
 * takes no part in it.
 *
 * <p><b>Threads.</b> Safe for any number. Its own are daemons named {@code gossamer-client-…}: one
 * for I/O, one timer, one for host names, and a few that run callbacks; {@link #close} ends them.
 *
 * <p>This class is the one place in the client that reads a clock and seeds a generator.
 */
public final class Gossamer implements AutoCloseable {
    private final ClientThreads threads;
    private final IoLoop loop;
    private final Dispatcher dispatcher;
    private final Session session;

    /** Null without a near cache. */
    private final @Nullable Feeds feedsOrNull;

    private final Engine engine;
    private final Leasing leasing;

    private Gossamer(ClientSettings settings) {
        this.threads = ClientThreads.start(settings.completionExecutor());
        this.loop = IoLoop.start("gossamer-client-io", System::nanoTime, threads.resolver());
        SplittableRandom random = new SplittableRandom();
        this.session = new Session(settings.sessionBytesMax(), random.split());
        this.feedsOrNull = settings.nearBytesMax() > 0 ? feeds(settings) : null;
        this.dispatcher =
                new Dispatcher(
                        routing(settings),
                        loop,
                        threads.timer(),
                        threads.completions(),
                        settings.metrics(),
                        System::nanoTime,
                        random,
                        feedsOrNull == null ? ConnectionListener.NONE : feedsOrNull,
                        this::forget);
        this.engine =
                new Engine(
                        dispatcher,
                        new CacheCommands(session, dispatcher::isPlain, feedsOrNull),
                        new Loads(),
                        new Bulk(
                                dispatcher,
                                Math.max(1, settings.inFlightRequestsMax() / 8),
                                settings.inFlightBytesMax() / 8),
                        threads.completions(),
                        threads.timer(),
                        settings.loadTimeout(),
                        feedsOrNull == null ? null : feedsOrNull.cache());
        LeaseWaits waits = new LeaseWaits();
        dispatcher.onPush(waits::pushed);
        this.leasing =
                new Leasing(
                        engine,
                        waits,
                        dispatcher::isPlain,
                        System::nanoTime,
                        new SplittableRandom());
    }

    private Feeds feeds(ClientSettings settings) {
        return new Feeds(
                settings.nearBytesMax(),
                this::openFeed,
                loop::execute,
                threads.completions(),
                threads.timer(),
                settings.metrics(),
                System::nanoTime);
    }

    private boolean openFeed(Address address) {
        return dispatcher.openFeed(address);
    }

    /** The mesh began anew. */
    private void forget() {
        session.forget();
        if (feedsOrNull != null) {
            feedsOrNull.forget();
        }
    }

    private static RoutingSettings routing(ClientSettings settings) {
        return new RoutingSettings(
                settings.addresses(),
                settings.requestTimeout(),
                settings.connectionsPerNode(),
                settings.retriesMax(),
                new ConnectionSettings(
                        settings.credentials(),
                        settings.connectTimeout(),
                        settings.requestTimeout().multipliedBy(2),
                        settings.inFlightBytesMax(),
                        settings.inFlightRequestsMax(),
                        new ReplyLimits(
                                settings.replyBytesMax(),
                                ReplyLimits.DEFAULT.lineBytesMax(),
                                ReplyLimits.DEFAULT.depthMax())));
    }

    /**
     * Connects with the default settings.
     *
     * @param uri {@code gossamer://[[user]:password@]host[:port][,host[:port]…]}, proxying Redis
     *     ports of some members
     * @throws IllegalArgumentException when {@code uri} is not of that form
     * @throws GossamerException UNREACHABLE when none of them answers, NOAUTH or WRONGPASS when
     *     they do not let this client in
     */
    public static Gossamer connect(String uri) {
        return builder().uri(uri).connect();
    }

    /** Connects; returns once the topology is known. */
    public static Gossamer connect(ClientSettings settings) {
        Gossamer gossamer = new Gossamer(settings);
        boolean started = false;
        try {
            gossamer.awaitTopology(settings);
            started = true;
            return gossamer;
        } finally {
            if (!started) {
                gossamer.close();
            }
        }
    }

    /** Settings by name, the others by default. */
    public static ClientBuilder builder() {
        return new ClientBuilder();
    }

    private void awaitTopology(ClientSettings settings) {
        CompletableFuture<Topology> first = dispatcher.start();
        Duration patience = settings.connectTimeout().multipliedBy(settings.addresses().size() + 1);
        try {
            first.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new GossamerException(
                    ErrorCode.UNREACHABLE,
                    "none of " + settings.addresses() + " answered within " + patience,
                    e);
        } catch (InterruptedException | ExecutionException e) {
            throw Engine.failure(e);
        }
    }

    /**
     * A named cache. Its keys get the prefix {@code name:}, so that the settings of the mesh's
     * cache of that name apply; {@code default} has no prefix.
     */
    public <K, V> Cache<K, V> cache(String name, Codec<K> keys, Codec<V> values) {
        return new RemoteCache<>(
                engine, leasing, KeySpace.of(name, keys), values, Freshness.DEFAULT);
    }

    /**
     * Sends any command to some member's proxying port, which answers for the whole mesh. Sent
     * again after a broken connection only if it is known to change nothing.
     *
     * @param words its name and arguments
     * @throws GossamerException when the answer is an error, and as {@link Cache} says
     * @throws IllegalArgumentException for a command that changes its connection (AUTH, CLIENT …)
     */
    public Reply execute(List<Bytes> words) {
        return dispatcher.ask(RawCommands.request(words), reply -> reply);
    }

    /** {@link #execute} for callers that don't wait. */
    public CompletableFuture<Reply> executeAsync(List<Bytes> words) {
        return dispatcher.send(RawCommands.request(words), reply -> reply);
    }

    /** The topology that this client goes by now; never blocks. */
    public Topology topology() {
        return dispatcher.topology();
    }

    /** Fails what is unanswered, closes all connections and ends all threads. */
    @Override
    public void close() {
        threads.endTimer();
        loop.close();
        threads.close();
    }
}
