package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.ReplyWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayDeque;

/**
 * The replies of one connection, in the order of its commands. As long as every command is answered
 * at once, replies go into the loop's one writer and leave it as one buffer per pass. Behind a
 * command that waits they are kept apart, as parts of a queue.
 *
 * <p><b>Threads.</b> The connection's event loop only.
 */
final class Replies {
    private static final int EMIT_BYTES = 64 * 1024;
    private static final int WRITER_KEPT_BYTES_MAX = 256 * 1024;
    private static final int PART_BYTES_INITIAL = 64;

    /** How many commands may wait before the size of any of their replies is known. */
    private static final int WAITING_AT_FIRST = 32;

    private final Channel channel;
    private final ReplyWriter shared;
    private final LoopStats stats;
    private final ArrayDeque<Part> parts = new ArrayDeque<>();
    private boolean inPass;
    private boolean resp3;
    private int waiting;
    private long heldBytes;

    /** The largest reply that came late, forgotten little by little; 0 before the first. */
    private int largestBytes;

    /** A stretch of replies: of one command that waits, or of those that followed one. */
    static final class Part {
        private final ReplyWriter writer = new ReplyWriter(PART_BYTES_INITIAL);
        private final boolean ofCall;
        private boolean complete;
        private boolean muted;

        private Part(boolean ofCall, boolean resp3) {
            this.ofCall = ofCall;
            this.complete = !ofCall;
            writer.resp3(resp3);
        }

        ReplyWriter writer() {
            return writer;
        }
    }

    /** The loop's writer is this connection's between {@link #begin} and {@link #end}. */
    Replies(Channel channel, LoopState loop) {
        this.channel = channel;
        this.shared = loop.output();
        this.stats = loop.stats();
    }

    void begin() {
        inPass = true;
        shared.resp3(resp3);
    }

    /** Hands what was written to the channel, without flushing it. */
    void end() {
        emit();
        inPass = false;
    }

    void resp3(boolean wanted) {
        resp3 = wanted;
        out().resp3(wanted);
    }

    boolean isResp3() {
        return resp3;
    }

    /** Where the next reply goes. */
    ReplyWriter out() {
        Part tail = parts.peekLast();
        if (tail == null && inPass) {
            return shared;
        }
        if (tail == null || tail.ofCall) {
            tail = new Part(false, resp3);
            parts.add(tail);
        }
        tail.writer.resp3(resp3);
        return tail.writer;
    }

    /** Keeps a place for the reply of a command that waits. */
    Part defer(boolean muted) {
        closeTail();
        Part part = new Part(true, resp3);
        part.muted = muted;
        parts.add(part);
        waiting++;
        return part;
    }

    private void closeTail() {
        Part tail = parts.peekLast();
        if (tail != null && !tail.ofCall) {
            heldBytes += tail.writer.size();
        }
    }

    void complete(Part part) {
        part.complete = true;
        waiting--;
        if (part.muted) {
            part.writer.truncate(0);
        }
        int size = part.writer.size();
        heldBytes += size;
        largestBytes = Math.max(Math.max(size, 1), largestBytes - largestBytes / 16);
    }

    /** How many commands wait. */
    int waiting() {
        return waiting;
    }

    /**
     * How many commands may wait at once. What they will be answered is not known, but lately it
     * was so much; many that each bring a large value would fill the memory together.
     */
    int waitingMax(int commandsMax, int bytesMax) {
        int fitting = largestBytes == 0 ? WAITING_AT_FIRST : Math.max(1, bytesMax / largestBytes);
        return Math.min(commandsMax, fitting);
    }

    /** Bytes of replies that wait for an earlier one. */
    long heldBytes() {
        Part tail = parts.peekLast();
        return tail == null || tail.ofCall ? heldBytes : heldBytes + tail.writer.size();
    }

    /** Bytes of replies that were not handed to the channel yet. */
    long unsentBytes() {
        return heldBytes() + (inPass ? shared.size() : 0);
    }

    /** Nobody will read them. */
    void discard() {
        parts.clear();
        heldBytes = 0;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    boolean headIsComplete() {
        Part head = parts.peekFirst();
        return head != null && head.complete;
    }

    /** Hands over all that no longer waits for an earlier reply, without flushing it. */
    void drain() {
        begin();
        while (headIsComplete()) {
            boolean last = parts.size() == 1;
            Part head = parts.remove();
            shared.raw(head.writer.array(), 0, head.writer.size());
            if (head.ofCall || !last) {
                heldBytes -= head.writer.size();
            }
            emitWhenLarge();
        }
        end();
    }

    /** Called after each command, so that the loop's writer stays small. */
    void emitWhenLarge() {
        if (shared.size() >= EMIT_BYTES) {
            emit();
        }
    }

    private void emit() {
        int size = shared.size();
        if (size > 0) {
            stats.add(LoopStats.Sum.OUTPUT_BYTES, size);
            ByteBuf buffer = channel.alloc().directBuffer(size);
            buffer.writeBytes(shared.array(), 0, size);
            shared.clear(WRITER_KEPT_BYTES_MAX);
            var _ = channel.write(buffer, channel.voidPromise());
        }
    }
}
