package dev.gossamer.node.mesh.link;

import dev.gossamer.node.net.EventLoops;
import dev.gossamer.protocol.MemberId;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All connections of this member with the others: the listening socket, and per event loop one
 * connection to each peer, so that a request that was read on a loop goes out and its answer comes
 * back on that loop.
 *
 * <p><b>Threads.</b> Any thread; {@link LoopLinks} belong to their loops.
 */
public final class Links implements Lanes {
    private static final int MATTERS_MAX = 256;

    /** Why a connection was closed before its peer had proved itself. */
    enum Refusal {
        LIMIT,
        SLOW,
        STRANGER
    }

    private final LinkSettings settings;
    private final Handshake handshake;
    private final MemberId self;
    private final EventLoops loops;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final List<LoopLinks> perLoop = new ArrayList<>();
    private final List<Lane> all;
    private final FastThreadLocal<LoopLinks> here = new FastThreadLocal<>();
    private final Set<InboundHandler> inbound = ConcurrentHashMap.newKeySet();
    private final Set<String> mattersLogged = ConcurrentHashMap.newKeySet();
    private final LongAdder queuedBytes = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final AtomicInteger greeting = new AtomicInteger();
    private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);
    private volatile @Nullable Channel listening;
    private volatile @Nullable RequestHandler handler;

    /**
     * @param random for the jitter of reconnects; guarded here, so any generator will do
     */
    public Links(
            LinkSettings settings,
            MemberId self,
            EventLoops loops,
            MeterRegistry meters,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.settings = settings;
        this.handshake = new Handshake(settings);
        this.self = self;
        this.loops = loops;
        this.nanoClock = nanoClock;
        this.random = random;
        for (EventExecutor loop : loops.group()) {
            perLoop.add(new LoopLinks(this, (EventLoop) loop));
        }
        all = List.copyOf(perLoop);
        Gauge.builder("gossamer.link.queue.bytes", queuedBytes, LongAdder::sum)
                .description("Bytes of requests to other members that wait for their answers")
                .baseUnit("bytes")
                .register(meters);
        FunctionCounter.builder("gossamer.link.requests", requests, LongAdder::sum)
                .description("Requests from other members")
                .register(meters);
        for (Refusal cause : Refusal.values()) {
            LongAdder count = new LongAdder();
            refused.put(cause, count);
            FunctionCounter.builder("gossamer.link.refused", count, LongAdder::sum)
                    .description("Connections closed before they had proved themselves")
                    .tag("cause", cause.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
    }

    /** Binds the listening socket and makes every loop know its links. */
    @Override
    public void start(int port, RequestHandler serving) throws IOException {
        handler = serving;
        for (LoopLinks each : perLoop) {
            each.loop().submit(() -> here.set(each)).syncUninterruptibly();
        }
        var binding =
                new ServerBootstrap()
                        .group(loops.group())
                        .channel(loops.serverChannelType())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        channel.pipeline()
                                                .addLast(new InboundHandler(Links.this, serving));
                                    }
                                })
                        .bind(new InetSocketAddress(settings.bindHost(), port))
                        .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException(
                    "cannot listen for members on " + settings.bindHost() + ":" + port,
                    binding.cause());
        }
        listening = binding.channel();
    }

    @Override
    public List<Lane> all() {
        return all;
    }

    @Override
    public Lane here() {
        LoopLinks lane = here.getIfExists();
        if (lane == null) {
            throw new IllegalStateException(
                    "thread "
                            + Thread.currentThread().getName()
                            + " is no event loop of this node");
        }
        return lane;
    }

    @Override
    public void wakeInbound() {
        inbound.forEach(InboundHandler::wake);
    }

    @Override
    public void close() {
        Channel socket = listening;
        if (socket != null) {
            socket.close().awaitUninterruptibly();
        }
        inbound.forEach(InboundHandler::close);
        for (LoopLinks each : perLoop) {
            each.loop().submit(each::close).awaitUninterruptibly(1000);
        }
    }

    LinkSettings settings() {
        return settings;
    }

    Handshake handshake() {
        return handshake;
    }

    MemberId self() {
        return self;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    Class<? extends SocketChannel> channelType() {
        return loops.channelType();
    }

    long epoch() {
        RequestHandler serving = handler;
        return serving == null ? 0 : serving.servedEpoch();
    }

    /**
     * A connection is about to prove itself.
     *
     * @return false when too many are at it; {@link #greeted} is to be called otherwise
     */
    boolean mayGreet() {
        if (greeting.incrementAndGet() <= settings.greetingsMax()) {
            return true;
        }
        greeting.decrementAndGet();
        return false;
    }

    /** A connection has proved itself, or will not any more. */
    void greeted() {
        greeting.decrementAndGet();
    }

    void refused(Refusal cause) {
        LongAdder count = refused.get(cause);
        if (count != null) {
            count.increment();
        }
    }

    void opened(InboundHandler connection) {
        inbound.add(connection);
    }

    void ended(InboundHandler connection) {
        inbound.remove(connection);
    }

    void queued(int bytes) {
        queuedBytes.add(bytes);
    }

    void countRequest() {
        requests.increment();
    }

    long jitterNanos(long nanosMax) {
        synchronized (random) {
            return random.nextLong(nanosMax + 1);
        }
    }

    /** Whether this was not said before, so that a stranger who keeps knocking fills no log. */
    boolean firstTimeFor(String matter) {
        return mattersLogged.size() < MATTERS_MAX && mattersLogged.add(matter);
    }
}
