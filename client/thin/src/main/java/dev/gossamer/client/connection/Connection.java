package dev.gossamer.client.connection;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import dev.gossamer.protocol.resp.ReplyDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One pipelined connection: requests go out in the order in which they were taken, replies come
 * back in that order.
 *
 * <p><b>Writing.</b> Whoever adds a request while nobody writes becomes the writer: it writes what
 * has gathered, looks again, and goes on until nothing is left, so that under load one system call
 * carries many requests (combining). {@link #writers} counts what was added since the writer last
 * looked; moving it from 0 is taking the writer's role, and everything marked <i>writer</i> belongs
 * to the role. The role passes to the I/O thread while the connection opens, when the socket is
 * full, and when a caller has written enough for others. The channel is in non-blocking mode, so
 * that a write neither waits nor dies of the caller's interruption.
 *
 * <p><b>Reading.</b> Only the I/O thread; everything marked <i>loop</i> is its own.
 *
 * <p><b>Limits.</b> What was taken and not answered is bounded by {@link Room}.
 */
public final class Connection {
    private static final int WRITE_BUFFER_BYTES = 64 << 10;

    /** After so many writes a caller leaves the role to the I/O thread, for it has a life too. */
    private static final int WRITES_IN_A_ROW_MAX = 16;

    private final IoLoop loop;
    private final Address address;
    private final ConnectionSettings settings;
    private final ConnectionListener listener;
    private final Room room;
    private final ConcurrentLinkedQueue<Exchange> outgoing = new ConcurrentLinkedQueue<>();

    /** Added by the writer, taken by the loop. */
    private final ConcurrentLinkedQueue<Exchange> awaiting = new ConcurrentLinkedQueue<>();

    /** Starts at one: the loop is the writer until the connection is open. */
    private final AtomicInteger writers = new AtomicInteger(1);

    /** Writer. */
    private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(WRITE_BUFFER_BYTES);

    /** Writer: the request that did not fit as a whole, and how much of it did. */
    private @Nullable Exchange partialOrNull;

    private int partialOffset;

    private final ReplyDecoder decoder;
    private volatile @Nullable GossamerException closedOrNull;
    private volatile boolean open;

    /** It is to be closed, and may not be yet. */
    private volatile boolean ending;

    /** Loop. */
    private @Nullable SocketChannel channelOrNull;

    private @Nullable SelectionKey keyOrNull;
    private long lastByteNanos;
    private final long startedNanos;

    Connection(
            IoLoop loop,
            Address address,
            ConnectionSettings settings,
            ConnectionListener listener) {
        this.loop = loop;
        this.address = address;
        this.settings = settings;
        this.listener = listener;
        this.room = new Room(settings.inFlightBytesMax(), settings.inFlightRequestsMax());
        this.decoder = new ReplyDecoder(settings.replyLimits());
        this.startedNanos = loop.nowNanos();
        this.lastByteNanos = startedNanos;
    }

    public Address address() {
        return address;
    }

    /** Whether it has been opened and not closed. */
    public boolean isOpen() {
        return open && !isClosed();
    }

    /** Whether it ever was open. */
    public boolean wasOpen() {
        return open;
    }

    public boolean isClosed() {
        return ending || closedOrNull != null;
    }

    /** Request bytes that were taken and not given back. */
    public long inFlightBytes() {
        return room.bytes();
    }

    public int inFlightRequests() {
        return room.requests();
    }

    /** Who writes a request that finds nobody writing. */
    public enum Writing {
        /** The caller, at once: fastest for one that waits for the answer. */
        BY_CALLER,
        /** The I/O thread, with whatever gathers until it comes to it. */
        BY_LOOP
    }

    /** What became of an offer. */
    public enum Admission {
        TAKEN,
        /** No room; nothing was sent. */
        FULL,
        /** The connection is gone; nothing was sent. */
        CLOSED
    }

    /** Takes a request, unless there is no room or no connection. */
    public Admission offer(Exchange exchange, Writing writing) {
        if (isClosed()) {
            return Admission.CLOSED;
        }
        if (!room.tryTake(exchange.cost())) {
            return Admission.FULL;
        }
        exchange.taken(loop.nowNanos());
        outgoing.add(exchange);
        if (writers.getAndIncrement() == 0) {
            if (writing == Writing.BY_CALLER && !loop.isLoopThread()) {
                write(WRITES_IN_A_ROW_MAX);
            } else {
                loop.flushLater(this);
            }
        }
        if (isClosed() && outgoing.remove(exchange)) {
            release(exchange);
            return Admission.CLOSED;
        }
        return Admission.TAKEN;
    }

    /** Gives back the room of an exchange that kept it in {@link Exchange#replied}. */
    public void release(Exchange exchange) {
        room.giveBack(exchange.cost());
    }

    /**
     * Ends the connection; what is unanswered fails. From this moment on nothing is taken, and no
     * reply counts, for it may be another request's.
     */
    public void close(GossamerException cause) {
        ending = true;
        loop.execute(() -> closeOnLoop(cause));
    }

    /** Writer: writes until nothing is left, or passes the role on. */
    void write(int writesMax) {
        int seen = writers.get();
        int writes = 0;
        while (true) {
            try {
                while (fillBuffer()) {
                    if (writes++ >= writesMax || !writeBuffer()) {
                        loop.execute(this::awaitWritable);
                        return;
                    }
                }
            } catch (IOException e) {
                // The role is kept: nobody writes to a connection that is about to be closed.
                close(lost(e));
                return;
            }
            seen = writers.addAndGet(-seen);
            if (seen == 0) {
                return;
            }
        }
    }

    /** Writer: moves what has gathered into the buffer; whether anything stands in it. */
    private boolean fillBuffer() {
        while (writeBuffer.hasRemaining()) {
            Exchange next = partialOrNull;
            if (next == null) {
                next = outgoing.poll();
                if (next == null) {
                    break;
                }
                next.markSent();
                awaiting.add(next);
                partialOffset = 0;
            }
            byte[] request = next.request();
            int step = Math.min(writeBuffer.remaining(), request.length - partialOffset);
            writeBuffer.put(request, partialOffset, step);
            partialOffset += step;
            partialOrNull = partialOffset < request.length ? next : null;
        }
        return writeBuffer.position() > 0;
    }

    /** Writer: whether the socket took everything. */
    private boolean writeBuffer() throws IOException {
        SocketChannel channel = channelOrNull;
        if (channel == null) {
            throw new IOException("not connected");
        }
        writeBuffer.flip();
        try {
            channel.write(writeBuffer);
        } finally {
            writeBuffer.compact();
        }
        return writeBuffer.position() == 0;
    }

    /** Loop: has become the writer, and waits for the socket. */
    private void awaitWritable() {
        if (closedOrNull != null) {
            failWhatIsLeft();
            return;
        }
        SelectionKey key = keyOrNull;
        if (key != null && key.isValid()) {
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    /** Loop: attaches the channel, which is connecting or connected. */
    void attach(SocketChannel channel, SelectionKey key) throws IOException {
        channelOrNull = channel;
        keyOrNull = key;
        if (channel.isConnected()) {
            connected();
        }
    }

    /** Loop: the key was selected. */
    void ready(ByteBuffer readBuffer) {
        SelectionKey key = keyOrNull;
        if (key == null || !key.isValid()) {
            return;
        }
        try {
            if (key.isConnectable() && channel().finishConnect()) {
                connected();
            }
            if (key.isValid() && key.isReadable()) {
                read(readBuffer);
            }
            if (key.isValid() && key.isWritable()) {
                key.interestOps(SelectionKey.OP_READ);
                write(Integer.MAX_VALUE);
            }
        } catch (IOException e) {
            closeOnLoop(lost(e));
        } catch (GossamerException e) {
            closeOnLoop(e);
        } catch (RuntimeException e) {
            closeOnLoop(new GossamerException(ErrorCode.INTERNAL, "defect on " + this, e));
        }
    }

    private SocketChannel channel() throws IOException {
        SocketChannel channel = channelOrNull;
        if (channel == null) {
            throw new IOException("not connected");
        }
        return channel;
    }

    private void connected() throws IOException {
        SelectionKey key = keyOrNull;
        if (key != null) {
            key.interestOps(SelectionKey.OP_READ);
        }
        Exchange hello = new Hello(settings.credentials(), this);
        hello.taken(loop.nowNanos());
        hello.markSent();
        awaiting.add(hello);
        // A fresh socket's buffer takes a greeting whole; what it leaves is a broken connection.
        writeBuffer.put(hello.request());
        if (!writeBuffer()) {
            throw new IOException("the socket did not take the greeting");
        }
    }

    /** Loop: the server has answered HELLO; what gathered meanwhile goes out. */
    void greeted() {
        open = true;
        listener.opened(this);
        write(Integer.MAX_VALUE);
    }

    private void read(ByteBuffer buffer) throws IOException {
        // A second read only when the first filled the buffer: most would find nothing.
        do {
            buffer.clear();
            int count = channel().read(buffer);
            if (count < 0) {
                throw new IOException("the server closed the connection");
            }
            lastByteNanos = loop.nowNanos();
            buffer.flip();
            decoder.feed(buffer, this::received);
        } while (buffer.limit() == buffer.capacity() && closedOrNull == null);
    }

    private void received(Reply reply) {
        if (isClosed()) {
            return;
        }
        if (reply instanceof Reply.Push push) {
            listener.pushed(this, push);
            return;
        }
        Exchange exchange = awaiting.poll();
        if (exchange == null) {
            throw new GossamerException(
                    ErrorCode.INTERNAL, address + " answered what nobody had asked");
        }
        if (exchange.replied(this, reply) && !(exchange instanceof Hello)) {
            release(exchange);
        }
    }

    /** Loop: looks after deadlines. */
    void tick(long nowNanos) {
        if (!open && nowNanos - startedNanos > settings.connectTimeout().toNanos()) {
            closeOnLoop(
                    new GossamerException(
                            ErrorCode.UNREACHABLE,
                            address + " did not answer within " + settings.connectTimeout()));
            return;
        }
        Exchange oldest = awaiting.peek();
        if (oldest != null) {
            long silentSince = Math.max(lastByteNanos, oldest.takenNanos());
            if (nowNanos - silentSince > settings.silenceMax().toNanos()) {
                closeOnLoop(
                        new GossamerException(
                                ErrorCode.UNREACHABLE,
                                address + " was silent for " + settings.silenceMax()));
                return;
            }
        }
        awaiting.forEach(exchange -> exchange.waited(nowNanos));
        outgoing.forEach(exchange -> exchange.waited(nowNanos));
    }

    /** Loop. */
    void closeOnLoop(GossamerException cause) {
        if (closedOrNull != null) {
            failWhatIsLeft();
            return;
        }
        closedOrNull = cause;
        loop.forget(this, channelOrNull);
        listener.closed(this, cause);
        failWhatIsLeft();
    }

    /**
     * Fails everything that waits. A writer that is still busy may add one more afterwards; it then
     * meets the closed channel and asks to close again, which comes here.
     */
    private void failWhatIsLeft() {
        GossamerException cause = closedOrNull;
        if (cause == null) {
            return;
        }
        for (Exchange next = outgoing.poll(); next != null; next = outgoing.poll()) {
            release(next);
            next.failed(cause, false);
        }
        for (Exchange next = awaiting.poll(); next != null; next = awaiting.poll()) {
            if (!(next instanceof Hello)) {
                release(next);
            }
            next.failed(cause, next.wasSent());
        }
    }

    private GossamerException lost(IOException e) {
        return new GossamerException(
                ErrorCode.UNREACHABLE, "connection to " + address + " lost: " + e.getMessage(), e);
    }

    @Override
    public String toString() {
        return "connection to " + address;
    }
}
