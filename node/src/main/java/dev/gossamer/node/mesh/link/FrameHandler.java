package dev.gossamer.node.mesh.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what arrives into frames: a 32-bit length, then as many bytes. A length out of bounds closes
 * the connection before a byte of it is buffered.
 */
abstract class FrameHandler extends ByteToMessageDecoder {
    private static final Logger log = LoggerFactory.getLogger(FrameHandler.class);
    private int frameBytesMax = Handshake.FRAME_BYTES_MAX;

    /** From the end of the handshake on. */
    final void acceptFramesUpTo(int bytesMax) {
        frameBytesMax = bytesMax;
    }

    /**
     * @param frame one whole frame, valid during the call
     * @return false to be offered this frame again when more has been read
     */
    abstract boolean frame(ChannelHandlerContext context, ByteBuf frame);

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < Integer.BYTES) {
            return;
        }
        int start = in.readerIndex();
        int length = in.getInt(start);
        if (length < 1 || length > frameBytesMax) {
            throw new MalformedFrameException(
                    "a frame of " + length + " bytes, outside [1, " + frameBytesMax + "]");
        }
        int end = Integer.BYTES + length;
        if (in.readableBytes() >= end && frame(context, in.slice(start + Integer.BYTES, length))) {
            in.readerIndex(start + end);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("link {} failed: {}", context.channel(), cause.toString());
        } else {
            log.warn("link {} closed: {}", context.channel(), cause.toString(), cause);
        }
        var _ = context.close();
    }
}
