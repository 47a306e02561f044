package dev.gossamer.client.connection;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import dev.gossamer.protocol.resp.RequestEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The first request of every connection: RESP3, and who asks. */
final class Hello extends Exchange {
    private final Connection connection;

    Hello(Optional<Credentials> credentials, Connection connection) {
        super(request(credentials));
        this.connection = connection;
    }

    private static byte[] request(Optional<Credentials> credentials) {
        return credentials
                .map(who ->
                        RequestEncoder.encode(
                                bytes("HELLO"),
                                bytes("3"),
                                bytes("AUTH"),
                                bytes(who.user()),
                                bytes(who.password())))
                .orElseGet(() -> RequestEncoder.encode(bytes("HELLO"), bytes("3")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected boolean replied(Connection from, Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            connection.closeOnLoop(ServerErrors.toException(failure));
        } else if (reply instanceof Reply.Pairs) {
            connection.greeted();
        } else {
            connection.closeOnLoop(
                    new GossamerException(
                            ErrorCode.NOPROTO,
                            connection.address() + " does not speak RESP version 3"));
        }
        return true;
    }

    @Override
    protected void failed(GossamerException cause, boolean sent) {
        // The connection tells its listener.
    }
}
