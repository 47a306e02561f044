package dev.gossamer.membership;

import dev.gossamer.protocol.MemberId;

/**
 * Who is here, and a way to tell them something small. Entries do not travel this way.
 *
 * <p><b>Threads.</b> All methods may be called by any thread, event loops too: none of them waits
 * for the network but {@link #start} and {@link #close}. The listener is called by one thread at a
 * time.
 */
public interface Membership extends AutoCloseable {

    /** Hears of views and messages, one at a time; must return soon. */
    interface Listener {
        /**
         * A new view. Its members' addresses and zones are known: a member without them is not in
         * the view yet.
         */
        void onView(MeshView view);

        /**
         * A message from another member, in no particular order, perhaps before the view that
         * brings its sender.
         */
        void onMessage(MemberId from, byte[] payload);
    }

    /** Joins the mesh or founds it; returns when the first view has been delivered. */
    void start(Listener listener);

    /**
     * Queues a message, best effort: it may be lost, doubled or overtaken.
     *
     * @return false when the peer is unknown or its queue is full, and the message was dropped
     */
    boolean send(MemberId to, byte[] payload);

    /** Leaves the mesh: the others get their new view at once. */
    @Override
    void close();
}
