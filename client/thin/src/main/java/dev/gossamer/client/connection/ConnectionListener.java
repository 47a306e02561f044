package dev.gossamer.client.connection;

import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;

/** Hears of one connection's life, on the I/O thread; must not block. */
public interface ConnectionListener {
    /** Nobody listens. */
    ConnectionListener NONE =
            new ConnectionListener() {
                @Override
                public void opened(Connection connection) {}

                @Override
                public void closed(Connection connection, GossamerException cause) {}

                @Override
                public void pushed(Connection connection, Reply.Push push) {}
            };

    /** It is connected and authenticated. */
    void opened(Connection connection);

    /** It is gone, or never came to be. Called once. */
    void closed(Connection connection, GossamerException cause);

    /** The server said something that answers no request. */
    void pushed(Connection connection, Reply.Push push);
}
