package dev.gossamer.node.mesh.link;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Member;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way from one event loop to one peer: at most one connection, opened when it is first needed
 * and again, after a jittered pause, when it was lost. Requests go out in the order of {@link
 * #send}; what a lost connection leaves unanswered fails in that order too.
 *
 * <p><b>Threads.</b> Everything runs on the loop.
 *
 * <p><b>Bounds.</b> The bytes of unanswered requests, and those that the peer has not taken; over
 * it a request fails with {@link ErrorCode#BUSY} at once. A peer that has said nothing while a
 * request of its grew too old is taken for stalled: the connection is cut.
 */
final class Link {
    private enum State {
        IDLE,
        CONNECTING,
        OPEN
    }

    /** A request that waits for its answer. */
    private final class Pending extends DeadlineWheel.Deadline {
        final int id;
        final Request request;
        final long epoch;
        final int weightBytes;
        final long sinceNanos;
        final ReplyHandler handler;
        boolean sent;

        Pending(int id, Request request, long epoch, long sinceNanos, ReplyHandler handler) {
            this.id = id;
            this.request = request;
            this.epoch = epoch;
            this.weightBytes = request.weightBytes();
            this.sinceNanos = sinceNanos;
            this.handler = handler;
        }

        @Override
        protected void expired() {
            late(this);
        }
    }

    private final LoopLinks home;
    private final Member peer;
    private final IntObjectHashMap<Pending> pending = new IntObjectHashMap<>();

    /** Not yet written, for the connection is being opened; they stand in {@link #pending} too. */
    private final Deque<Pending> unsent = new ArrayDeque<>();

    private State state = State.IDLE;
    private @Nullable Channel channel;
    private @Nullable FrameSink sink;
    private int nextId;
    private long queuedBytes;
    private long heardAtNanos;
    private int failures;
    private long notBeforeNanos;
    private String lastTrouble = "";

    Link(LoopLinks home, Member peer) {
        this.home = home;
        this.peer = peer;
    }

    Member peer() {
        return peer;
    }

    void send(Request request, long epoch, long deadlineNanos, ReplyHandler handler) {
        long now = home.nanoTime();
        int weight = request.weightBytes();
        if (isFull(weight)) {
            handler.lost(ErrorCode.BUSY, false, "the link to " + peer.name() + " is full");
            return;
        }
        if (state == State.IDLE && now < notBeforeNanos) {
            handler.lost(ErrorCode.UNREACHABLE, false, peer.name() + ": " + lastTrouble);
            return;
        }
        Pending waiting = new Pending(nextId++, request, epoch, now, handler);
        pending.put(waiting.id, waiting);
        queued(weight);
        home.wheel().add(waiting, deadlineNanos);
        if (state == State.OPEN) {
            write(waiting);
        } else {
            unsent.add(waiting);
            connect();
        }
    }

    /** What was given up and is still in the socket's buffer takes room too. */
    private boolean isFull(int weight) {
        int bytesMax = home.settings().queueBytesMax();
        FrameSink out = sink;
        return queuedBytes + weight > bytesMax || (out != null && out.unwrittenBytes() > bytesMax);
    }

    private void write(Pending waiting) {
        FrameSink out = sink;
        if (out == null) {
            return;
        }
        try {
            out.append(
                    waiting.weightBytes,
                    home.settings().frameBytesMax(),
                    body -> encode(body, waiting));
            waiting.sent = true;
        } catch (MalformedFrameException e) {
            remove(waiting);
            waiting.handler.lost(ErrorCode.TOOLARGE, false, String.valueOf(e.getMessage()));
        }
    }

    private static void encode(ByteBuf body, Pending waiting) {
        body.writeInt(waiting.id).writeLong(waiting.epoch);
        MessageCodec.writeRequest(body, waiting.request);
    }

    private void connect() {
        if (state == State.IDLE) {
            state = State.CONNECTING;
            home.connect(this);
        }
    }

    /** The peer has proved itself. */
    void opened(Channel opened) {
        channel = opened;
        sink = new FrameSink(opened);
        state = State.OPEN;
        failures = 0;
        heardAtNanos = home.nanoTime();
        for (Pending first = unsent.poll(); first != null; first = unsent.poll()) {
            if (pending.containsKey(first.id)) {
                write(first);
            }
        }
    }

    void answered(int id, Reply reply) {
        heardAtNanos = home.nanoTime();
        Pending waiting = pending.get(id);
        if (waiting != null) {
            remove(waiting);
            waiting.handler.replied(reply);
        }
    }

    /** The connection, or the attempt at one, is over. */
    void closed(String why) {
        state = State.IDLE;
        channel = null;
        if (sink != null) {
            sink.discard();
            sink = null;
        }
        unsent.clear();
        lastTrouble = why;
        failures++;
        notBeforeNanos = home.nanoTime() + home.backoffNanos(failures);
        for (Pending orphan : inOrder()) {
            remove(orphan);
            orphan.handler.lost(ErrorCode.UNREACHABLE, orphan.sent, peer.name() + ": " + why);
        }
    }

    private List<Pending> inOrder() {
        List<Pending> all = new ArrayList<>(pending.values());
        int base = nextId;
        all.sort(Comparator.comparingInt(waiting -> waiting.id - base));
        return all;
    }

    private void late(Pending waiting) {
        boolean stalled = waiting.sent && heardAtNanos - waiting.sinceNanos < 0;
        remove(waiting);
        waiting.handler.lost(
                ErrorCode.TIMEOUT, waiting.sent, peer.name() + " did not answer in time");
        if (stalled) {
            cut();
        }
    }

    /** Ends the connection; {@link #closed} follows. */
    void cut() {
        if (channel != null) {
            var _ = channel.close();
        }
    }

    private void remove(Pending waiting) {
        waiting.cancel();
        pending.remove(waiting.id);
        queued(-waiting.weightBytes);
    }

    private void queued(int bytes) {
        queuedBytes += bytes;
        home.queued(bytes);
    }
}
