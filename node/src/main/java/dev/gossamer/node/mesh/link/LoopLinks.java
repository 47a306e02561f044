package dev.gossamer.node.mesh.link;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Topology;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The links of one event loop, one for each peer.
 *
 * <p><b>Threads.</b> Everything runs on the loop.
 */
public final class LoopLinks implements Lane {
    private static final Duration BACKOFF_MIN = Duration.ofMillis(10);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(1);

    private final Links links;
    private final EventLoop loop;
    private final DeadlineWheel wheel;
    private final Map<MemberId, Link> byPeer = new HashMap<>();
    private boolean closed;

    LoopLinks(Links links, EventLoop loop) {
        this.links = links;
        this.loop = loop;
        this.wheel = new DeadlineWheel(this::after, links.nanoClock());
    }

    private void after(long nanos, Runnable tick) {
        var _ = loop.schedule(tick, nanos, TimeUnit.NANOSECONDS);
    }

    EventLoop loop() {
        return loop;
    }

    @Override
    public void execute(Runnable work) {
        loop.execute(work);
    }

    @Override
    public DeadlineWheel wheel() {
        return wheel;
    }

    @Override
    public void send(
            Member peer, Request request, long epoch, long deadlineNanos, ReplyHandler handler) {
        if (closed) {
            handler.lost(ErrorCode.UNREACHABLE, false, "this node is closing");
            return;
        }
        linkTo(peer).send(request, epoch, deadlineNanos, handler);
    }

    private Link linkTo(Member peer) {
        Link link = byPeer.get(peer.id());
        if (link == null || !sameAddress(link.peer(), peer)) {
            if (link != null) {
                link.cut();
            }
            link = new Link(this, peer);
            byPeer.put(peer.id(), link);
        }
        return link;
    }

    private static boolean sameAddress(Member one, Member other) {
        return one.host().equals(other.host()) && one.ports().data() == other.ports().data();
    }

    @Override
    public void keepOnly(Topology topology) {
        Iterator<Link> each = byPeer.values().iterator();
        List<Link> strangers = new ArrayList<>();
        while (each.hasNext()) {
            Link link = each.next();
            if (topology.indexOf(link.peer().id()) < 0) {
                strangers.add(link);
                each.remove();
            }
        }
        strangers.forEach(Link::cut);
    }

    void close() {
        closed = true;
        List.copyOf(byPeer.values()).forEach(Link::cut);
    }

    void connect(Link link) {
        Member peer = link.peer();
        ChannelFuture opening =
                new Bootstrap()
                        .group(loop)
                        .channel(links.channelType())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) settings().connectTimeout().toMillis())
                        .handler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        channel.pipeline()
                                                .addLast(new OutboundHandler(LoopLinks.this, link));
                                    }
                                })
                        .connect(peer.host(), peer.ports().data());
        opening.addListener(done -> {
            if (!done.isSuccess()) {
                link.closed("cannot connect: " + done.cause().getMessage());
            }
        });
    }

    long backoffNanos(int failures) {
        long most =
                Math.min(
                        BACKOFF_MAX.toNanos(), BACKOFF_MIN.toNanos() << Math.min(failures - 1, 10));
        return most / 2 + links.jitterNanos(most / 2);
    }

    LinkSettings settings() {
        return links.settings();
    }

    Handshake handshake() {
        return links.handshake();
    }

    MemberId self() {
        return links.self();
    }

    long epoch() {
        return links.epoch();
    }

    long nanoTime() {
        return links.nanoClock().getAsLong();
    }

    void queued(int bytes) {
        links.queued(bytes);
    }

    boolean firstTimeFor(String matter) {
        return links.firstTimeFor(matter);
    }
}
