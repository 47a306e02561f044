package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.net.EventLoops;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two RESP ports of a node: the proxying one, which answers for the whole mesh, and the
 * clustered one, which says MOVED as Redis Cluster does. Both serve on the node's event loops.
 *
 * <p><b>Threads.</b> {@link #start} and {@link #close} are called once each, by one thread that is
 * no event loop.
 */
public final class RespServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RespServer.class);
    private static final byte[] TOO_MANY =
            "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int BACKLOG = 1024;
    private static final int READ_BYTES_MIN = 512;
    private static final int READ_BYTES_INITIAL = 4096;
    private static final int READ_BYTES_MAX = 64 * 1024;
    private static final long GRACE_SECONDS = 2;

    private final EventLoops loops;
    private final RespContext context;
    private final Map<EventLoop, LoopState> states = new HashMap<>();
    private final List<ScheduledFuture<?>> ticks = new ArrayList<>();
    private final List<Channel> listening = new ArrayList<>();

    /**
     * @param nanoClock nanoseconds, monotonic
     * @param version of Gossamer, for INFO
     */
    public RespServer(
            EventLoops loops,
            Mesh mesh,
            RespSettings settings,
            MeterRegistry registry,
            InstantSource clock,
            LongSupplier nanoClock,
            String version) {
        this.loops = loops;
        CommandTable table = Commands.table();
        Served served = new Served(registry, table);
        Connections connections = new Connections(settings.clientsMax());
        BufferBudget budget = new BufferBudget(settings.buffersBytesMax());
        served.register(connections, budget);
        this.context =
                new RespContext(
                        settings,
                        mesh,
                        table,
                        connections,
                        budget,
                        served,
                        new TopologyWatch(mesh),
                        new RespContext.About(
                                version,
                                loops.kind() + " (" + loops.why() + ")",
                                nanoClock.getAsLong()),
                        clock,
                        nanoClock);
    }

    /**
     * Listens on both ports.
     *
     * @throws IllegalStateException naming the port that could not be had; then nothing listens
     */
    public void start() {
        for (EventExecutor executor : loops.group()) {
            EventLoop loop = (EventLoop) executor;
            LoopState state = new LoopState(loop, context);
            states.put(loop, state);
            context.served().add(state.stats(), state.feeds());
            ticks.add(loop.scheduleAtFixedRate(state::tick, 1, 1, TimeUnit.SECONDS));
        }
        bind(Port.PROXYING, context.settings().redisPort());
        bind(Port.CLUSTERED, context.settings().clusteredPort());
    }

    private void bind(Port port, int number) {
        InetSocketAddress address = new InetSocketAddress(context.settings().host(), number);
        ChannelFuture bound = bootstrap(port).bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new IllegalStateException(
                    "the "
                            + port.tag()
                            + " Redis port "
                            + number
                            + " on "
                            + context.settings().host()
                            + " cannot be opened: is something else listening there?",
                    bound.cause());
        }
        listening.add(bound.channel());
    }

    private ServerBootstrap bootstrap(Port port) {
        int soft = context.settings().outputBytesSoftMax();
        return new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannelType())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(soft / 2, soft))
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(
                                READ_BYTES_MIN, READ_BYTES_INITIAL, READ_BYTES_MAX))
                .childHandler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel channel) {
                                accept(port, channel);
                            }
                        });
    }

    private void accept(Port port, SocketChannel channel) {
        LoopState state = states.get(channel.eventLoop());
        if (state == null || !context.connections().admit()) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        channel.pipeline().addLast(new Connection(context, state, port, channel));
    }

    /** The proxying port, once started. */
    public int redisPort() {
        return portOf(0);
    }

    /** The clustered port, once started. */
    public int clusteredPort() {
        return portOf(1);
    }

    private int portOf(int i) {
        return ((InetSocketAddress) listening.get(i).localAddress()).getPort();
    }

    /** How many clients are connected. */
    public int connections() {
        return context.connections().count();
    }

    /** Stops listening, lets the running commands end, and closes all connections. */
    @Override
    public void close() {
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        context.watch().close();
        List<Connection> open = List.copyOf(context.connections().all());
        open.forEach(Connection::finish);
        long deadline = context.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
        for (Connection connection : open) {
            long left = Math.max(1, deadline - context.nanoTime());
            if (!connection
                    .channel()
                    .closeFuture()
                    .awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) {
                log.debug("client {} did not end in time", connection.client().id);
                connection.channel().close().awaitUninterruptibly(left, TimeUnit.NANOSECONDS);
            }
        }
        ticks.forEach(tick -> tick.cancel(false));
    }
}
