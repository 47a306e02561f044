package dev.gossamer.node.mesh.link;

import dev.gossamer.node.cache.Caller;

/** Serves what other members ask. Called on the event loop of the asker's connection. */
public interface RequestHandler {

    /** Takes the answer to one request, exactly once, from any thread. */
    interface Responder {
        void reply(Reply reply);

        /** Who asks. */
        default Caller asker() {
            return Caller.UNKNOWN;
        }
    }

    /**
     * The epoch that this member serves requests under. A request of a later epoch waits on its
     * connection until {@link Links#wakeInbound} is called.
     */
    long servedEpoch();

    /** Must not block; may answer later. */
    void handle(Request request, long epoch, Responder responder);
}
