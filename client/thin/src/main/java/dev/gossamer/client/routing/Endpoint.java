package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.connection.ConnectionListener;
import dev.gossamer.client.connection.ConnectionSettings;
import dev.gossamer.client.connection.IoLoop;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One port of one member: a few connections, opened when first needed, and the memory of how it
 * failed last.
 *
 * <p>An endpoint that has failed is opened again in the background after a pause, and given no
 * requests until it is open: they go where somebody answers.
 */
final class Endpoint implements ConnectionListener {
    private final Address address;
    private final IoLoop loop;
    private final ConnectionSettings settings;
    private final ClientMetrics metrics;
    private final Backoff backoff;
    private final LongSupplier nanoClock;
    private final Consumer<Reply.Push> pushes;
    private final AtomicReferenceArray<@Nullable Connection> connections;

    /** Guards opening, so that each place has one connection; nothing blocks under it. */
    private final ReentrantLock opening = new ReentrantLock();

    /** Written on the I/O thread. */
    private volatile int failures;

    private volatile long downUntilNanos;
    private volatile @Nullable GossamerException lastFailureOrNull;
    private volatile boolean retired;

    Endpoint(
            Address address,
            IoLoop loop,
            ConnectionSettings settings,
            int connections,
            ClientMetrics metrics,
            Backoff backoff,
            LongSupplier nanoClock,
            Consumer<Reply.Push> pushes) {
        this.address = address;
        this.loop = loop;
        this.settings = settings;
        this.metrics = metrics;
        this.backoff = backoff;
        this.nanoClock = nanoClock;
        this.pushes = pushes;
        this.connections = new AtomicReferenceArray<>(connections);
    }

    Address address() {
        return address;
    }

    /** Why it was lost last, or null. */
    @Nullable GossamerException lastFailureOrNull() {
        return lastFailureOrNull;
    }

    /**
     * A connection to offer a request to, or null while there is none.
     *
     * @param affinity requests of equal affinity share a connection, and thereby keep their order
     */
    @Nullable Connection connectionOrNull(int affinity) {
        int place = Math.floorMod(affinity, connections.length());
        Connection connection = connections.get(place);
        if (connection != null && connection.isOpen()) {
            return connection;
        }
        if (connection == null || connection.isClosed()) {
            connection = openedOrNull(place);
        }
        return failures == 0 && connection != null ? connection : anyOpenOrNull();
    }

    private @Nullable Connection openedOrNull(int place) {
        opening.lock();
        try {
            Connection present = connections.get(place);
            if (present != null && !present.isClosed()) {
                return present;
            }
            if (retired || (failures > 0 && nanoClock.getAsLong() - downUntilNanos < 0)) {
                return null;
            }
            Connection fresh = loop.connect(address, settings, this);
            connections.set(place, fresh);
            return fresh;
        } finally {
            opening.unlock();
        }
    }

    private @Nullable Connection anyOpenOrNull() {
        for (int i = 0; i < connections.length(); i++) {
            Connection connection = connections.get(i);
            if (connection != null && connection.isOpen()) {
                return connection;
            }
        }
        return null;
    }

    boolean isOpen() {
        return anyOpenOrNull() != null;
    }

    long inFlightBytes() {
        long sum = 0;
        for (int i = 0; i < connections.length(); i++) {
            Connection connection = connections.get(i);
            sum += connection == null ? 0 : connection.inFlightBytes();
        }
        return sum;
    }

    long inFlightRequests() {
        long sum = 0;
        for (int i = 0; i < connections.length(); i++) {
            Connection connection = connections.get(i);
            sum += connection == null ? 0 : connection.inFlightRequests();
        }
        return sum;
    }

    /** Opens nothing any more; {@link #close} ends what is left. */
    void retire() {
        retired = true;
    }

    void close() {
        retire();
        GossamerException cause =
                new GossamerException(ErrorCode.UNREACHABLE, address + " has left the mesh");
        for (int i = 0; i < connections.length(); i++) {
            Connection connection = connections.get(i);
            if (connection != null) {
                connection.close(cause);
            }
        }
    }

    @Override
    public void opened(Connection connection) {
        failures = 0;
        lastFailureOrNull = null;
        metrics.connectionOpened();
    }

    @Override
    public void closed(Connection connection, GossamerException cause) {
        lastFailureOrNull = cause;
        int count = failures + 1;
        downUntilNanos = nanoClock.getAsLong() + backoff.pauseNanos(count);
        failures = count;
        if (connection.wasOpen()) {
            metrics.connectionClosed();
        }
    }

    @Override
    public void pushed(Connection connection, Reply.Push push) {
        pushes.accept(push);
    }
}
