package dev.gossamer.client.routing;

import dev.gossamer.client.connection.Connection;
import dev.gossamer.protocol.resp.Reply;

/** Looks at every reply to one request that is no error, before its caller does. */
public interface ReplyCheck {
    /** Takes every reply. */
    ReplyCheck NONE =
            new ReplyCheck() {
                @Override
                public boolean accepts(Reply reply) {
                    return true;
                }

                @Override
                public byte[] insist() {
                    throw new IllegalStateException("every reply was accepted");
                }
            };

    /**
     * Whether the reply is the answer; otherwise the request is sent again, as {@link #insist}
     * says. Called on the I/O thread, also for replies that come too late.
     *
     * @throws dev.gossamer.protocol.GossamerException with INTERNAL when it is no reply to the
     *     request
     */
    boolean accepts(Reply reply);

    /**
     * The same, for checks that must know which connection the reply came over.
     *
     * @param from the connection
     */
    default boolean accepts(Reply reply, Connection from) {
        return accepts(reply);
    }

    /** What to send after a reply that was not accepted: a request of the same meaning. */
    byte[] insist();
}
