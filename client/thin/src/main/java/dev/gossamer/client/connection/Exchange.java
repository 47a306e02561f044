package dev.gossamer.client.connection;

import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;

/**
 * One request and what becomes of it. Given to one connection at a time; exactly one of {@link
 * #replied} and {@link #failed} is then called, on the I/O thread, and must not block.
 */
public abstract class Exchange {
    /** Replaced between attempts only, which are handed on through queues. */
    private byte[] request;

    private final int cost;

    /** Written by the connection's writer before the first byte leaves, read after it ended. */
    private volatile boolean sent;

    /** When the connection took it; of the connection's writer and its I/O thread. */
    private volatile long takenNanos;

    /**
     * @param request its bytes on the wire; not changed afterwards
     */
    protected Exchange(byte[] request) {
        this.request = request;
        this.cost = request.length + 64;
    }

    /**
     * Sends other bytes from the next attempt on; about as many. Only while no connection has it.
     */
    protected final void replaceRequest(byte[] other) {
        request = other;
    }

    /**
     * The server's answer; an error line is one too.
     *
     * @return whether the room that the request took is free again; if not, {@link
     *     Connection#release} must be called later
     */
    protected abstract boolean replied(Connection connection, Reply reply);

    /**
     * No answer will come.
     *
     * @param sent whether the server may have seen the request
     */
    protected abstract void failed(GossamerException cause, boolean sent);

    /**
     * Called from time to time while no answer has come.
     *
     * @param nowNanos the client's clock
     */
    protected void waited(long nowNanos) {}

    final byte[] request() {
        return request;
    }

    /** What the request counts against the connection's limit. */
    final int cost() {
        return cost;
    }

    final void taken(long nowNanos) {
        sent = false;
        takenNanos = nowNanos;
    }

    final long takenNanos() {
        return takenNanos;
    }

    final void markSent() {
        sent = true;
    }

    final boolean wasSent() {
        return sent;
    }
}
