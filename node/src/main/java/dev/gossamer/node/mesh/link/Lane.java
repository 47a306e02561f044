package dev.gossamer.node.mesh.link;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Topology;
import java.util.concurrent.Executor;

/**
 * One thread of this member's data path and its ways to the peers: an event loop with its links, or
 * a simulated one. Whatever decides something in the mesh knows only this, so that the same code
 * runs in virtual time.
 *
 * <p><b>Threads.</b> {@link #execute} by any; everything else on the lane.
 */
public interface Lane extends Executor {

    /** Runs {@code work} on this lane, after what was handed over before; never at once. */
    @Override
    void execute(Runnable work);

    /** The deadlines of this lane. */
    DeadlineWheel wheel();

    /**
     * Sends a request; the handler hears on this lane, perhaps before this returns. Requests to one
     * peer are served there in the order of sending.
     *
     * @param deadlineNanos of the injected clock; the handler has heard by then, or a little later
     */
    void send(Member peer, Request request, long epoch, long deadlineNanos, ReplyHandler handler);

    /** Cuts the links to whoever is no member any more: what waits on them fails at once. */
    void keepOnly(Topology topology);
}
