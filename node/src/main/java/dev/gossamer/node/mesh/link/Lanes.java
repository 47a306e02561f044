package dev.gossamer.node.mesh.link;

import java.io.IOException;
import java.util.List;

/**
 * All lanes of this member, and the requests that come in on them.
 *
 * <p><b>Threads.</b> Any, unless a method says otherwise.
 */
public interface Lanes extends AutoCloseable {

    /**
     * Begins to listen.
     *
     * @throws IOException when the port cannot be bound
     */
    void start(int port, RequestHandler serving) throws IOException;

    /** All lanes, always the same and in the same order. */
    List<Lane> all();

    /**
     * The lane that calls.
     *
     * @throws IllegalStateException on a thread that is no lane of this member
     */
    Lane here();

    /** Offers the requests that waited for a later epoch again. */
    void wakeInbound();

    /** Stops listening and cuts every link; waiting requests fail. */
    @Override
    void close();
}
