package dev.gossamer.node.mesh.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the frames of one pass of the event loop into one write and one flush, however many there
 * are. Runs on the channel's loop.
 */
final class FrameSink {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Channel channel;
    private final Runnable flush = this::flush;
    private @Nullable ByteBuf chunk;
    private boolean scheduled;

    FrameSink(Channel channel) {
        this.channel = channel;
    }

    /**
     * Appends one frame.
     *
     * @param bytesExpected about how many bytes {@code body} writes
     * @return the frame's length with its prefix
     * @throws MalformedFrameException when the body is larger than {@code frameBytesMax}; nothing
     *     is sent of it
     */
    int append(int bytesExpected, int frameBytesMax, Consumer<ByteBuf> body) {
        ByteBuf out = room(bytesExpected);
        int start = out.writerIndex();
        out.writeInt(0);
        body.accept(out);
        int length = out.writerIndex() - start - Integer.BYTES;
        if (length > frameBytesMax) {
            out.writerIndex(start);
            throw new MalformedFrameException(
                    "a message of " + length + " bytes is larger than a frame may be");
        }
        out.setInt(start, length);
        if (!scheduled) {
            scheduled = true;
            channel.eventLoop().execute(flush);
        }
        return length + Integer.BYTES;
    }

    private ByteBuf room(int bytesExpected) {
        ByteBuf open = chunk;
        if (open != null && open.writableBytes() < bytesExpected) {
            var _ = channel.write(open, channel.voidPromise());
            open = null;
        }
        if (open == null) {
            open = channel.alloc().directBuffer(Math.max(firstChunkBytes(), bytesExpected));
            chunk = open;
        }
        return open;
    }

    /** Small for a lone message, large when this pass has filled one already. */
    private int firstChunkBytes() {
        return scheduled ? CHUNK_BYTES : 2048;
    }

    private void flush() {
        scheduled = false;
        ByteBuf open = chunk;
        chunk = null;
        if (open != null) {
            var _ = channel.writeAndFlush(open, channel.voidPromise());
        } else {
            channel.flush();
        }
    }

    /** Bytes that the peer has not taken yet, as far as this side knows. */
    long unwrittenBytes() {
        var buffer = channel.unsafe().outboundBuffer();
        return (buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress())
                + (chunk == null ? 0 : chunk.readableBytes());
    }

    void discard() {
        ByteBuf open = chunk;
        chunk = null;
        if (open != null) {
            open.release();
        }
    }
}
