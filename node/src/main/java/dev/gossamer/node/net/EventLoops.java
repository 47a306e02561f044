package dev.gossamer.node.net;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The threads that serve sockets, and the kind of transport they run on. One group serves the RESP
 * ports and the member links, so that a forwarded request and its answer stay on one thread.
 */
public final class EventLoops implements AutoCloseable {

    /** How the loops wait for their sockets, best first. */
    public enum Kind {
        IO_URING,
        EPOLL,
        NIO
    }

    private final Kind kind;
    private final String why;
    private final int threads;
    private final MultiThreadIoEventLoopGroup group;

    private EventLoops(Kind kind, String why, int threads) {
        this.kind = kind;
        this.why = why;
        this.threads = threads;
        this.group =
                new MultiThreadIoEventLoopGroup(
                        threads, new DefaultThreadFactory("gossamer-loop"), handlerOf(kind));
    }

    /**
     * Starts the loops on the best transport that works here, or on the one that is asked for.
     *
     * @throws IllegalStateException when the one that is asked for does not work here
     */
    public static EventLoops start(Optional<Kind> wanted, int threads) {
        if (wanted.isPresent()) {
            Kind kind = wanted.get();
            if (!available(kind)) {
                throw new IllegalStateException(
                        "transport " + kind + " does not work on this machine: " + obstacle(kind));
            }
            return new EventLoops(kind, "forced by configuration", threads);
        }
        if (available(Kind.IO_URING)) {
            return new EventLoops(Kind.IO_URING, "the kernel allows it", threads);
        }
        if (available(Kind.EPOLL)) {
            return new EventLoops(Kind.EPOLL, "io_uring: " + obstacle(Kind.IO_URING), threads);
        }
        return new EventLoops(Kind.NIO, "epoll: " + obstacle(Kind.EPOLL), threads);
    }

    private static boolean available(Kind kind) {
        return switch (kind) {
            case IO_URING -> IoUring.isAvailable();
            case EPOLL -> Epoll.isAvailable();
            case NIO -> true;
        };
    }

    private static String obstacle(Kind kind) {
        Throwable cause =
                switch (kind) {
                    case IO_URING -> IoUring.unavailabilityCause();
                    case EPOLL -> Epoll.unavailabilityCause();
                    case NIO -> null;
                };
        return cause == null ? "available" : String.valueOf(cause.getMessage());
    }

    private static IoHandlerFactory handlerOf(Kind kind) {
        return switch (kind) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    public MultiThreadIoEventLoopGroup group() {
        return group;
    }

    public int threads() {
        return threads;
    }

    public Kind kind() {
        return kind;
    }

    /** Why this kind was chosen, in words for a log line. */
    public String why() {
        return why;
    }

    public Class<? extends ServerSocketChannel> serverChannelType() {
        return switch (kind) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    public Class<? extends SocketChannel> channelType() {
        return switch (kind) {
            case IO_URING -> IoUringSocketChannel.class;
            case EPOLL -> EpollSocketChannel.class;
            case NIO -> NioSocketChannel.class;
        };
    }

    /** Ends the loops after what is running; waits at most two seconds. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
