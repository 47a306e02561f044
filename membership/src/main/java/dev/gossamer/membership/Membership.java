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
    /** The largest message that {@link #send} takes. */
    int PAYLOAD_BYTES_MAX = 1 << 20;

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

        /**
         * This process has left the mesh for good: another one with the same member id was there
         * before. The node must stop; the reason is for a person.
         */
        default void onExpelled(String reason) {}
    }

    /**
     * Joins the mesh or founds it; returns when the first view has been delivered.
     *
     * @throws dev.gossamer.protocol.GossamerException when that does not come about in time, or the
     *     mesh refuses this member; the message says why and what to do
     */
    void start(Listener listener);

    /**
     * Queues a message, best effort: it may be lost, doubled or overtaken.
     *
     * @param payload at most {@link #PAYLOAD_BYTES_MAX} bytes; not to be changed afterwards
     * @return false when the peer is unknown or its queue is full, and the message was dropped
     */
    boolean send(MemberId to, byte[] payload);

    /** Leaves the mesh: the others get their new view at once. */
    @Override
    void close();
}
