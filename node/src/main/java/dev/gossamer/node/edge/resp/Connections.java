package dev.gossamer.node.edge.resp;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The connections of both ports: counted, listed, and no more of them than allowed. Any thread. */
final class Connections {

    /** Why a connection was closed by this side. */
    enum Cause {
        PROTOCOL_ERROR,
        OUTPUT_LIMIT,
        STALLED,
        IDLE,
        BUFFERS_FULL,
        KILLED,
        TOO_MANY,
        BROKEN
    }

    private final Map<Long, Connection> byId = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final Map<Port, AtomicInteger> open = new EnumMap<>(Port.class);
    private final Map<Cause, LongAdder> closed = new EnumMap<>(Cause.class);
    private final LongAdder accepted = new LongAdder();
    private final AtomicInteger places = new AtomicInteger();
    private final int max;

    Connections(int max) {
        this.max = max;
        for (Port port : Port.values()) {
            open.put(port, new AtomicInteger());
        }
        for (Cause cause : Cause.values()) {
            closed.put(cause, new LongAdder());
        }
    }

    long nextId() {
        return ids.incrementAndGet();
    }

    /** Takes a place for one more connection, if there is any. */
    boolean admit() {
        if (places.incrementAndGet() > max) {
            places.decrementAndGet();
            closed(Cause.TOO_MANY);
            return false;
        }
        return true;
    }

    void add(Connection connection) {
        byId.put(connection.client().id, connection);
        counter(connection.port()).incrementAndGet();
        accepted.increment();
    }

    void remove(Connection connection) {
        if (byId.remove(connection.client().id, connection)) {
            counter(connection.port()).decrementAndGet();
            places.decrementAndGet();
        }
    }

    void closed(Cause cause) {
        closedCounter(cause).increment();
    }

    Collection<Connection> all() {
        return byId.values();
    }

    int count(Port port) {
        return counter(port).get();
    }

    int count() {
        return byId.size();
    }

    int max() {
        return max;
    }

    long accepted() {
        return accepted.sum();
    }

    long closedCount(Cause cause) {
        return closedCounter(cause).sum();
    }

    // The constructor has put one for every constant.
    private AtomicInteger counter(Port port) {
        return open.getOrDefault(port, places);
    }

    private LongAdder closedCounter(Cause cause) {
        return closed.getOrDefault(cause, accepted);
    }
}
