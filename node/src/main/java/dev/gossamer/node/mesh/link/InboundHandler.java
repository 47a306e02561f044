package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.MemberId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening side of a connection: checks the greeting, then serves requests in the order they
 * came.
 *
 * <p>A request of a later epoch than this member's stops the reading of its connection until this
 * member has caught up, so that the order holds. A peer that sends faster than it is served, or
 * asks for more than it has taken yet, is read no further; one that takes nothing any more is cut.
 */
final class InboundHandler extends FrameHandler {
    private static final int REQUEST_OVERHEAD_BYTES = 64;

    /**
     * How many times {@link LinkSettings#connectTimeout} a peer may take nothing of its answers.
     */
    private static final int STALLED_LOOKS = 3;

    private static final Logger log = LoggerFactory.getLogger(InboundHandler.class);

    private final Links links;
    private final RequestHandler handler;
    private Handshake.@Nullable Hello hello;
    private byte @Nullable [] nonce;
    private boolean open;

    /** The peer, once it has proved itself. */
    private Caller asker = Caller.UNKNOWN;

    /** Counts among those that have to prove themselves. */
    private boolean greeting;

    private @Nullable FrameSink sink;
    private @Nullable ScheduledFuture<?> patience;

    /** Set once, before the connection is known to {@link Links}. */
    private volatile @Nullable ChannelHandlerContext context;

    private long unservedBytes;

    /** Runs while the peer leaves too much unread. */
    private @Nullable ScheduledFuture<?> stallWatch;

    /** A frame was read that cannot be served yet; the socket is not read meanwhile. */
    private boolean waiting;

    InboundHandler(Links links, RequestHandler handler) {
        this.links = links;
        this.handler = handler;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        if (!links.mayGreet()) {
            links.refused(Links.Refusal.LIMIT);
            var _ = active.close();
            return;
        }
        greeting = true;
        sink = new FrameSink(active.channel());
        patience =
                active.executor()
                        .schedule(
                                () -> tooSlow(active),
                                links.settings().connectTimeout().toNanos(),
                                TimeUnit.NANOSECONDS);
    }

    private void tooSlow(ChannelHandlerContext in) {
        links.refused(Links.Refusal.SLOW);
        var _ = in.close();
    }

    @Override
    boolean frame(ChannelHandlerContext from, ByteBuf frame) {
        if (open) {
            return request(from, frame);
        }
        int kind = frame.readUnsignedByte();
        switch (kind) {
            case Handshake.HELLO -> greeted(from, Handshake.Hello.read(frame));
            case Handshake.PROOF -> proved(from, Wire.readBytes(frame));
            default -> throw Wire.unknown("handshake message", kind);
        }
        return true;
    }

    private void greeted(ChannelHandlerContext from, Handshake.Hello heard) {
        String objection = links.handshake().objection(heard);
        if (!objection.isEmpty()) {
            refuse(from, objection);
            return;
        }
        byte[] mine = Handshake.newNonce();
        MemberId self = links.self();
        hello = heard;
        nonce = mine;
        byte[] proof = links.handshake().proof("server", heard, self, mine);
        send(from, new Handshake.Challenge(self, mine, proof).encode());
    }

    private void proved(ChannelHandlerContext from, byte[] proof) {
        Handshake.Hello heard = hello;
        byte[] mine = nonce;
        if (heard == null || mine == null) {
            throw new MalformedFrameException("a proof before a greeting");
        }
        if (!Handshake.same(links.handshake().proof("client", heard, links.self(), mine), proof)) {
            refuse(from, "it does not know the mesh's password");
            return;
        }
        open = true;
        asker = Caller.member(heard.member());
        calm();
        acceptFramesUpTo(links.settings().frameBytesMax());
        int half = links.settings().queueBytesMax() / 2;
        from.channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(half / 2, half));
        links.opened(this);
        send(from, Unpooled.buffer(1).writeByte(Handshake.WELCOME));
    }

    private void refuse(ChannelHandlerContext from, String why) {
        String who =
                from.channel().remoteAddress() instanceof InetSocketAddress address
                        ? address.getHostString()
                        : String.valueOf(from.channel().remoteAddress());
        if (links.firstTimeFor(who + why)) {
            log.warn("refused a link from {}: {}", who, why);
        }
        links.refused(Links.Refusal.STRANGER);
        send(from, Handshake.refusedFrame(why));
        var _ = from.close();
    }

    private boolean request(ChannelHandlerContext from, ByteBuf frame) {
        long epoch = frame.getLong(frame.readerIndex() + Integer.BYTES);
        if (epoch > handler.servedEpoch()
                || unservedBytes > links.settings().queueBytesMax()
                || !from.channel().isWritable()) {
            waiting = true;
            from.channel().config().setAutoRead(false);
            return false;
        }
        int id = frame.readInt();
        frame.skipBytes(Long.BYTES);
        int bytes = frame.readableBytes() + REQUEST_OVERHEAD_BYTES;
        Request request = MessageCodec.readRequest(frame);
        unservedBytes += bytes;
        links.countRequest();
        Channel channel = from.channel();
        handler.handle(request, epoch, new Answering(channel, id, bytes));
        return true;
    }

    private final class Answering implements RequestHandler.Responder {
        private final Channel channel;
        private final int id;
        private final int bytes;

        Answering(Channel channel, int id, int bytes) {
            this.channel = channel;
            this.id = id;
            this.bytes = bytes;
        }

        @Override
        public void reply(Reply reply) {
            answer(channel, id, bytes, reply);
        }

        @Override
        public Caller asker() {
            return asker;
        }
    }

    /**
     * Answers wait for the peer: nothing more is served meanwhile. Asking for much is no fault, so
     * who takes it, however slowly, is not cut.
     */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        FrameSink out = sink;
        if (!open || out == null) {
            return;
        }
        unwatch();
        if (changed.channel().isWritable()) {
            wake();
        } else {
            watchStall(changed, out, out.unwrittenBytes(), STALLED_LOOKS);
        }
    }

    private void watchStall(ChannelHandlerContext on, FrameSink out, long seenBytes, int looks) {
        stallWatch =
                on.executor()
                        .schedule(
                                () -> look(on, out, seenBytes, looks),
                                links.settings().connectTimeout().toNanos(),
                                TimeUnit.NANOSECONDS);
    }

    /** What was written since the last look came of requests served before; it is little. */
    private void look(ChannelHandlerContext on, FrameSink out, long seenBytes, int looks) {
        long nowBytes = out.unwrittenBytes();
        if (nowBytes < seenBytes) {
            watchStall(on, out, nowBytes, STALLED_LOOKS);
        } else if (looks > 1) {
            watchStall(on, out, seenBytes, looks - 1);
        } else {
            cutUnread(on.channel());
        }
    }

    private static void cutUnread(Channel channel) {
        log.warn("cut the link from {}: it does not read its answers", channel.remoteAddress());
        var _ = channel.close();
    }

    private void unwatch() {
        ScheduledFuture<?> running = stallWatch;
        if (running != null) {
            var _ = running.cancel(false);
            stallWatch = null;
        }
    }

    /** Offers the frame that had to wait again. Any thread. */
    void wake() {
        ChannelHandlerContext in = context;
        if (in != null) {
            in.executor().execute(() -> wakeHere(in));
        }
    }

    /** Any thread. */
    void close() {
        ChannelHandlerContext in = context;
        if (in != null) {
            var _ = in.close();
        }
    }

    private void wakeHere(ChannelHandlerContext in) {
        if (!waiting || !in.channel().isActive()) {
            return;
        }
        waiting = false;
        in.channel().config().setAutoRead(true);
        try {
            channelRead(in, Unpooled.EMPTY_BUFFER);
        } catch (Exception e) {
            exceptionCaught(in, e);
        }
    }

    private void answer(Channel channel, int id, int bytes, Reply reply) {
        if (channel.eventLoop().inEventLoop()) {
            answerHere(channel, id, bytes, reply);
        } else {
            channel.eventLoop().execute(() -> answerHere(channel, id, bytes, reply));
        }
    }

    private void answerHere(Channel channel, int id, int bytes, Reply reply) {
        unservedBytes -= bytes;
        if (waiting && unservedBytes <= links.settings().queueBytesMax() / 2) {
            wake();
        }
        FrameSink out = sink;
        if (out == null || !channel.isActive()) {
            return;
        }
        try {
            append(out, id, reply);
        } catch (MalformedFrameException e) {
            append(out, id, new Reply.Failed(ErrorCode.TOOLARGE, String.valueOf(e.getMessage())));
        }
        long unreadBytesMax =
                (long) links.settings().queueBytesMax() + links.settings().frameBytesMax();
        if (out.unwrittenBytes() > unreadBytesMax) {
            cutUnread(channel);
        }
    }

    private void append(FrameSink out, int id, Reply reply) {
        out.append(
                MessageCodec.weightBytes(reply),
                links.settings().frameBytesMax(),
                body -> MessageCodec.writeReply(body.writeInt(id), reply));
    }

    /** Sends one frame at once; for the handshake. */
    static void send(ChannelHandlerContext to, ByteBuf frame) {
        var _ = to.write(Unpooled.buffer(Integer.BYTES).writeInt(frame.readableBytes()));
        var _ = to.writeAndFlush(frame);
    }

    private void calm() {
        if (patience != null) {
            patience.cancel(false);
        }
        if (greeting) {
            greeting = false;
            links.greeted();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        calm();
        links.ended(this);
        unwatch();
        from.fireChannelInactive();
        if (sink != null) {
            sink.discard();
            sink = null;
        }
    }
}
