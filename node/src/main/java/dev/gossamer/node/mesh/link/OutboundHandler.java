package dev.gossamer.node.mesh.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connecting side of a connection: greets, then hands replies to its {@link Link}. */
final class OutboundHandler extends FrameHandler {
    private static final Logger log = LoggerFactory.getLogger(OutboundHandler.class);

    private final LoopLinks home;
    private final Link link;
    private final Handshake.Hello hello;
    private String why = "the connection was closed";
    private boolean challenged;
    private boolean open;
    private @Nullable ChannelHandlerContext context;

    /** Cuts a peer that takes too long over its greeting. */
    private final DeadlineWheel.Deadline patience =
            new DeadlineWheel.Deadline() {
                @Override
                protected void expired() {
                    why = "no greeting in time";
                    if (context != null) {
                        var _ = context.close();
                    }
                }
            };

    OutboundHandler(LoopLinks home, Link link) {
        this.home = home;
        this.link = link;
        this.hello = home.handshake().hello(home.self(), home.epoch(), Handshake.newNonce());
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        home.wheel().add(patience, home.nanoTime() + home.settings().connectTimeout().toNanos());
        InboundHandler.send(active, hello.encode());
    }

    @Override
    boolean frame(ChannelHandlerContext from, ByteBuf frame) {
        if (open) {
            link.answered(frame.readInt(), MessageCodec.readReply(frame));
            return true;
        }
        int kind = frame.readUnsignedByte();
        switch (kind) {
            case Handshake.CHALLENGE -> challenged(from, Handshake.Challenge.read(frame));
            case Handshake.WELCOME -> welcomed(from);
            case Handshake.REFUSED -> refused(from, Wire.readText(frame));
            default -> throw Wire.unknown("handshake message", kind);
        }
        return true;
    }

    private void challenged(ChannelHandlerContext from, Handshake.Challenge challenge) {
        byte[] expected =
                home.handshake().proof("server", hello, challenge.member(), challenge.nonce());
        if (!challenge.member().equals(link.peer().id())) {
            refused(from, "another member answers there: " + challenge.member());
        } else if (!Handshake.same(expected, challenge.proof())) {
            refused(from, "it does not know the mesh's password");
        } else {
            challenged = true;
            byte[] proof =
                    home.handshake().proof("client", hello, challenge.member(), challenge.nonce());
            InboundHandler.send(from, Handshake.proofFrame(proof));
        }
    }

    private void welcomed(ChannelHandlerContext from) {
        if (!challenged) {
            throw new MalformedFrameException("a welcome without a challenge");
        }
        patience.cancel();
        open = true;
        acceptFramesUpTo(home.settings().frameBytesMax());
        link.opened(from.channel());
    }

    private void refused(ChannelHandlerContext from, String reason) {
        why = "refused: " + reason;
        if (home.firstTimeFor(link.peer().id() + why)) {
            log.warn("no link to {} at {}: {}", link.peer().name(), link.peer().host(), why);
        }
        var _ = from.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        from.fireChannelInactive();
        patience.cancel();
        link.closed(why);
    }
}
