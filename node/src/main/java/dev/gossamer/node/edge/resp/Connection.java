package dev.gossamer.node.edge.resp;

import dev.gossamer.node.edge.resp.ClientState.ReplyMode;
import dev.gossamer.node.edge.resp.Connections.Cause;
import dev.gossamer.node.edge.resp.LoopStats.Sum;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import dev.gossamer.protocol.resp.RequestDecoder;
import dev.gossamer.protocol.resp.RespProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: reads requests from the socket's buffer, runs them, and hands over their replies, one
 * buffer for all that were read together, flushed once.
 *
 * <p><b>Limits.</b> Input is not read while too many commands wait or too many replies are unread;
 * a connection that holds too much, or makes no progress, is closed.
 *
 * <p><b>Threads.</b> Its event loop, but for {@link #client}, {@link #port}, {@link #kill}, {@link
 * #settle} and {@link #finish}.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    private final RespContext context;
    private final LoopState loop;
    private final Port port;
    private final SocketChannel channel;
    private final ClientState client;
    private final RequestDecoder decoder;
    private final Replies replies;
    private final Runnable drainTask = this::drain;

    private @Nullable Call<?> openedOrNull;
    private boolean serving;
    private boolean closing;
    private boolean counted;
    private boolean drainPlanned;
    private int lastCommand = -1;
    private long startedNanos;
    private long inputNanos;
    private long progressNanos;
    private long pendingSeenBytes;
    private long chargedBytes;

    Connection(RespContext context, LoopState loop, Port port, SocketChannel channel) {
        this.context = context;
        this.loop = loop;
        this.port = port;
        this.channel = channel;
        long now = context.nanoTime();
        this.client =
                new ClientState(
                        context.connections().nextId(),
                        Addresses.text(channel.remoteAddress()),
                        Addresses.text(channel.localAddress()),
                        now);
        this.decoder = new RequestDecoder(context.settings().request());
        this.replies = new Replies(channel, loop);
        this.inputNanos = now;
        authenticated(context.settings().password().isEmpty());
    }

    RespContext context() {
        return context;
    }

    Port port() {
        return port;
    }

    ClientState client() {
        return client;
    }

    /** Its line of CLIENT LIST; from any thread, then perhaps a moment old. */
    String line() {
        int last = lastCommand;
        String name = last < 0 ? "NULL" : context.table().command(last).name();
        long now = context.nanoTime();
        return client.line(name, Math.max(0, now - inputNanos), now);
    }

    /** Who has said who he is may send more. */
    void authenticated(boolean yes) {
        client.authenticated = yes;
        decoder.anonymous(!yes);
    }

    void resp3(boolean wanted) {
        client.resp3 = wanted;
        replies.resp3(wanted);
    }

    /** Nobody will read a reply any more. */
    boolean isGone() {
        return !channel.isOpen();
    }

    /** Where the reply of the running command goes. */
    ReplyWriter out() {
        return replies.out();
    }

    // ---- the channel's events

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context.connections().add(this);
        loop.add(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        context.connections().remove(this);
        context.watch().unsubscribe(this);
        feeds().unfollow(this);
        loop.remove(this);
        replies.discard();
        context.budget().charge(-chargedBytes);
        chargedBytes = 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            loop.stats().add(Sum.INPUT_BYTES, in.readableBytes());
            inputNanos = context.nanoTime();
            startedNanos = inputNanos;
            byte[] chunk = loop.input();
            while (in.isReadable() && !closing) {
                int length = Math.min(in.readableBytes(), chunk.length);
                in.readBytes(chunk, 0, length);
                decoder.feed(chunk, 0, length);
                serve();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        channel.flush();
        afterPass();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        progressNanos = context.nanoTime();
        pendingSeenBytes = Long.MAX_VALUE;
        if (channel.isWritable()) {
            goOn();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("connection {} of {} broke", client.id, client.address, cause);
        close(Cause.BROKEN);
    }

    // ---- requests

    /** Runs what has come, as far as the limits allow. */
    private void serve() {
        serving = true;
        replies.begin();
        try {
            while (mayGoOn() && decoder.next()) {
                execute(decoder.request());
                replies.emitWhenLarge();
            }
            decoder.keep();
        } catch (RespProtocolException e) {
            loop.stats().add(Sum.PROTOCOL_ERRORS, 1);
            refuse(e.errorLine());
            endAfterReplies(Cause.PROTOCOL_ERROR);
        } finally {
            replies.end();
            serving = false;
        }
    }

    private boolean mayGoOn() {
        if (closing) {
            return false;
        }
        if (!channel.isWritable()) {
            channel.flush();
        }
        return !isBlocked();
    }

    private boolean isBlocked() {
        RespSettings settings = context.settings();
        int softMax = settings.outputBytesSoftMax();
        return !channel.isWritable()
                || replies.waiting() >= replies.waitingMax(settings.commandsInFlightMax(), softMax)
                || replies.heldBytes() > softMax;
    }

    private void execute(Request request) {
        ReplyMode mode = client.replyMode;
        if (mode == ReplyMode.ON) {
            run(request);
            return;
        }
        ReplyWriter out = replies.out();
        int size = out.size();
        run(request);
        if (client.replyMode != ReplyMode.ON && out.size() > size) {
            out.truncate(size);
        }
        if (mode == ReplyMode.SKIP && client.replyMode == ReplyMode.SKIP) {
            client.replyMode = ReplyMode.ON;
        }
    }

    private void run(Request request) {
        int index = context.table().find(request, 0);
        if (index < 0) {
            unknown(request);
            return;
        }
        lastCommand = index;
        try {
            Command command = context.table().command(index);
            admit(command, request);
            command.action().run(this, request);
        } catch (Refusal e) {
            drop();
            refuse(e.line());
        } catch (RuntimeException e) {
            drop();
            log.error("command {} failed", context.table().command(index).name(), e);
            refuse(Refusal.line(ErrorCode.INTERNAL, "the command failed; the log says why"));
        }
        afterRun(index);
    }

    private void drop() {
        if (openedOrNull != null) {
            openedOrNull.abandon();
            openedOrNull = null;
        }
    }

    private void afterRun(int index) {
        long started = startedNanos;
        startedNanos = context.nanoTime();
        Call<?> call = openedOrNull;
        openedOrNull = null;
        if (call != null && !call.isFinished()) {
            boolean muted = client.replyMode != ReplyMode.ON;
            call.defer(replies.defer(muted), index, started);
        } else {
            served(index, startedNanos - started);
        }
    }

    private void served(int index, long nanos) {
        loop.stats().served(index, nanos);
        context.served().seen(index);
    }

    private void admit(Command command, Request request) {
        if (!command.takes(request.count())) {
            throw Refusal.arity(command.name());
        }
        if (!client.authenticated && !command.has("no_auth")) {
            throw new Refusal("NOAUTH Authentication required.");
        }
        Sizes.check(command, request, context.settings());
        if (port == Port.CLUSTERED && command.keys().first() > 0) {
            loop.redirects().check(command, request, client.readOnly);
        }
    }

    private void unknown(Request request) {
        if (!client.authenticated) {
            refuse("NOAUTH Authentication required.");
        } else {
            refuse(Unknown.line(request));
        }
    }

    void refuse(String line) {
        loop.stats().add(Sum.ERRORS, 1);
        replies.out().error(line);
    }

    // ---- replies that come later

    /** The running command waits for {@code call}. */
    void opened(Call<?> call) {
        openedOrNull = call;
    }

    /** A command that waited has written its reply. */
    void completed(Replies.Part part, int index, long sinceNanos) {
        served(index, context.nanoTime() - sinceNanos);
        replies.complete(part);
        if (replies.headIsComplete()) {
            planDrain();
        } else if (replies.heldBytes() - chargedBytes >= BufferBudget.STEP_BYTES) {
            charge();
        }
    }

    /** Once per turn of the loop, after all its events: many completions make one buffer. */
    private void planDrain() {
        if (!drainPlanned) {
            drainPlanned = true;
            channel.eventLoop().execute(drainTask);
        }
    }

    private void drain() {
        drainPlanned = false;
        replies.drain();
        channel.flush();
        goOn();
        if (closing && replies.isEmpty()) {
            endAfterReplies();
        }
    }

    /** Ends a call when a future does, on this connection's loop. */
    <T> void settle(CompletableFuture<T> future, Call<T> call) {
        var _ =
                future.whenComplete((answer, problem) -> {
                    if (channel.eventLoop().inEventLoop()) {
                        Futures.settle(call, answer, problem);
                    } else {
                        channel.eventLoop().execute(() -> Futures.settle(call, answer, problem));
                    }
                });
    }

    /** Sends what is no reply, after the replies that are ready. */
    void push(Consumer<ReplyWriter> message) {
        if (!closing && client.resp3) {
            message.accept(replies.out());
            if (replies.headIsComplete()) {
                planDrain();
            }
        }
    }

    /** Whether the client reads what it is pushed, as far as can be seen. */
    boolean mayPush() {
        return !closing && channel.isWritable() && replies.unsentBytes() < Feed.HELD_BYTES_MAX;
    }

    Feeds feeds() {
        return loop.feeds();
    }

    SocketChannel channel() {
        return channel;
    }

    // ---- limits

    private void goOn() {
        if (!serving && !closing) {
            if (decoder.unreadBytes() > 0) {
                startedNanos = context.nanoTime();
                serve();
                channel.flush();
            }
            afterPass();
        }
    }

    private void afterPass() {
        boolean read = !closing && !isBlocked();
        if (channel.config().isAutoRead() != read) {
            channel.config().setAutoRead(read);
        }
        charge();
    }

    private long pendingBytes() {
        return channel.isWritable() ? 0 : channel.bytesBeforeWritable();
    }

    private void charge() {
        if (!channel.isOpen()) {
            return; // A closed channel holds nothing, though it says that it is full.
        }
        long unread = pendingBytes() + replies.heldBytes();
        if (unread > context.settings().outputBytesHardMax()) {
            close(Cause.OUTPUT_LIMIT);
            return;
        }
        long delta = unread + decoder.keptBytes() - chargedBytes;
        if (Math.abs(delta) >= BufferBudget.STEP_BYTES) {
            chargedBytes += delta;
            if (!context.budget().charge(delta) && delta > 0) {
                close(Cause.BUFFERS_FULL);
            }
        }
    }

    /** Closes the connection when its client has not got on for too long. */
    void tick() {
        long now = context.nanoTime();
        long patience = context.settings().patience().toNanos();
        long idleMax = context.settings().idleMax().toNanos();
        long pending = pendingBytes();
        if (pending > 0 && pending < pendingSeenBytes) {
            pendingSeenBytes = pending;
            progressNanos = now;
        }
        boolean halfSent = decoder.unreadBytes() > 0 && !isBlocked();
        if (pending > 0 && now - progressNanos > patience) {
            close(Cause.STALLED);
        } else if (halfSent && now - inputNanos > patience) {
            refuseHalfSent();
        } else if (idleMax > 0 && replies.isEmpty() && now - inputNanos > idleMax) {
            close(Cause.IDLE);
        } else {
            charge();
        }
    }

    private void refuseHalfSent() {
        replies.begin();
        refuse(
                "ERR Protocol error: request not finished within "
                        + context.settings().patience().toMillis()
                        + " ms");
        replies.end();
        endAfterReplies(Cause.STALLED);
    }

    // ---- the end

    /** Closes at once. */
    private void close(Cause cause) {
        if (channel.isOpen()) {
            closing = true;
            count(cause);
            var _ = channel.close();
        }
    }

    /** Closes when all replies have been sent; reads nothing more. */
    void endAfterReplies(Cause cause) {
        count(cause);
        endAfterReplies();
    }

    /** A connection ends once, for the first cause. */
    private void count(Cause cause) {
        if (!counted) {
            counted = true;
            context.connections().closed(cause);
        }
    }

    void endAfterReplies() {
        closing = true;
        channel.config().setAutoRead(false);
        if (replies.isEmpty() && !serving) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            planDrain();
        }
    }

    /** Closes from any thread, because someone asked for it. */
    void kill() {
        channel.eventLoop().execute(() -> close(Cause.KILLED));
    }

    /** Ends after the commands that run, from any thread. */
    void finish() {
        channel.eventLoop().execute(this::endAfterReplies);
    }
}
