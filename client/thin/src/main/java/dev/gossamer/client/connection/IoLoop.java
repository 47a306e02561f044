package dev.gossamer.client.connection;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The client's I/O thread: reads all its connections, writes what callers leave to it, and looks at
 * their deadlines.
 *
 * <p><b>Threads.</b> One daemon, from {@link #start} to {@link #close}. The public methods may be
 * called by any thread.
 */
public final class IoLoop implements AutoCloseable {
    private static final int READ_BUFFER_BYTES = 256 << 10;

    /** How late a deadline may be noticed while requests are under way. */
    private static final long TICK_MILLIS = 10;

    /** The same while none is. */
    private static final long IDLE_TICK_MILLIS = 100;

    private final LongSupplier nanoClock;
    private final Executor resolver;
    private final Selector selector;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);

    /** Of the loop's thread. */
    private final Set<Connection> connections = new LinkedHashSet<>();

    private final List<Connection> toFlush = new ArrayList<>();
    private long lastTickNanos;
    private volatile boolean closing;

    /** From then on nobody runs tasks but those who bring them. */
    private volatile boolean ended;

    private IoLoop(String name, LongSupplier nanoClock, Executor resolver) {
        this.nanoClock = nanoClock;
        this.resolver = resolver;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a selector", e);
        }
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    /**
     * @param resolver looks up host names, which can block for long
     */
    public static IoLoop start(String name, LongSupplier nanoClock, Executor resolver) {
        IoLoop loop = new IoLoop(name, nanoClock, resolver);
        loop.thread.start();
        return loop;
    }

    /** Begins to open a connection; requests may be offered to it at once. */
    public Connection connect(
            Address address, ConnectionSettings settings, ConnectionListener listener) {
        Connection connection = new Connection(this, address, settings, listener);
        execute(() -> begin(connection));
        return connection;
    }

    private void begin(Connection connection) {
        if (closing) {
            connection.closeOnLoop(closed());
            return;
        }
        connections.add(connection);
        try {
            resolver.execute(() -> {
                Address address = connection.address();
                InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
                execute(() -> connect(connection, resolved));
            });
        } catch (RejectedExecutionException e) {
            connection.closeOnLoop(closed());
        }
    }

    private void connect(Connection connection, InetSocketAddress resolved) {
        if (connection.isClosed()) {
            return;
        }
        if (resolved.isUnresolved()) {
            connection.closeOnLoop(
                    unreachable("host " + resolved.getHostString() + " is unknown", null));
            return;
        }
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.connect(resolved);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, connection);
            connection.attach(channel, key);
        } catch (IOException e) {
            forget(connection, channel);
            connection.closeOnLoop(unreachable("cannot connect to " + connection.address(), e));
        }
    }

    private static GossamerException unreachable(String what, @Nullable IOException cause) {
        return cause == null
                ? new GossamerException(ErrorCode.UNREACHABLE, what)
                : new GossamerException(
                        ErrorCode.UNREACHABLE, what + ": " + cause.getMessage(), cause);
    }

    private static GossamerException closed() {
        return new GossamerException(ErrorCode.ERR, "this client is closed");
    }

    public boolean isLoopThread() {
        return Thread.currentThread().equals(thread);
    }

    /** Runs a short task on the loop's thread, after what is waiting there. */
    public void execute(Runnable task) {
        tasks.add(task);
        if (ended) {
            runTasks();
        } else {
            wakeUp();
        }
    }

    long nowNanos() {
        return nanoClock.getAsLong();
    }

    /** Has the loop write for a connection; the caller passes the writer's role to it. */
    void flushLater(Connection connection) {
        if (isLoopThread()) {
            toFlush.add(connection);
        } else {
            execute(() -> {
                if (!ended) {
                    toFlush.add(connection);
                }
            });
        }
    }

    private void wakeUp() {
        if (!isLoopThread() && awake.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Of the loop's thread. */
    void forget(Connection connection, @Nullable SocketChannel channel) {
        connections.remove(connection);
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone for us whether or not the system could say goodbye.
                connection.closeOnLoop(unreachable("closing " + connection.address(), e));
            }
        }
    }

    private void run() {
        try {
            while (!closing) {
                turn();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the selector failed", e);
        } finally {
            end();
        }
    }

    private void turn() throws IOException {
        if (tasks.isEmpty()) {
            selector.select(key -> selected(key), waitMillis());
        } else {
            selector.selectNow(key -> selected(key));
        }
        // From here on a new task needs a wake-up again; those before it are seen below.
        awake.set(false);
        runTasks();
        flush();
        tick();
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, e);
            }
        }
    }

    private void selected(SelectionKey key) {
        ((Connection) key.attachment()).ready(readBuffer);
    }

    private void flush() {
        for (int i = 0; i < toFlush.size(); i++) {
            toFlush.get(i).write(Integer.MAX_VALUE);
        }
        toFlush.clear();
    }

    private long waitMillis() {
        for (Connection connection : connections) {
            if (connection.inFlightRequests() > 0 || !connection.isOpen()) {
                return TICK_MILLIS;
            }
        }
        return IDLE_TICK_MILLIS;
    }

    private void tick() {
        long now = nowNanos();
        if (now - lastTickNanos >= TICK_MILLIS * 1_000_000) {
            lastTickNanos = now;
            List.copyOf(connections).forEach(connection -> connection.tick(now));
        }
    }

    private void end() {
        closing = true;
        List.copyOf(connections).forEach(connection -> connection.closeOnLoop(closed()));
        ended = true;
        runTasks();
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the selector does not close", e);
        }
    }

    /**
     * Fails what is unanswered, closes all connections and ends the thread; waits for it unless the
     * caller is that thread.
     */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        if (!isLoopThread()) {
            joinUninterrupted();
        }
    }

    private void joinUninterrupted() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
