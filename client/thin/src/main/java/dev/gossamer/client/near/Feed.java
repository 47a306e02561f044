package dev.gossamer.client.near;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.connection.Question;
import dev.gossamer.client.connection.ServerErrors;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one member that near copies come over, with all that voids them: begins where
 * the last one broke, and asks for proof, one question at a time.
 *
 * <p><b>Threads.</b> The I/O thread; {@link #lifeOrNull} any.
 */
final class Feed {
    private final Address address;
    private final ClientMetrics metrics;
    private final LongSupplier nanoClock;
    private final OriginStream stream;
    private @Nullable Connection connectionOrNull;
    private boolean following;
    private boolean asking;

    Feed(
            Address address,
            OriginStream.Copies copies,
            ClientMetrics metrics,
            LongSupplier nanoClock) {
        this.address = address;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
        this.stream = new OriginStream(copies);
    }

    Address address() {
        return address;
    }

    boolean isConnected() {
        return connectionOrNull != null;
    }

    /** The stream, if it is this connection's and has begun; null otherwise. */
    @Nullable OriginStream streamOrNull(Connection connection) {
        return following && connection.equals(connectionOrNull) ? stream : null;
    }

    /** The life that its copies are of, or null. */
    @Nullable Life lifeOrNull() {
        return stream.lifeOrNull();
    }

    void opened(Connection connection) {
        connectionOrNull = connection;
        following = false;
        asking = false;
        Life life = stream.lifeOrNull();
        byte[] request =
                life == null
                        ? News.followFromNow()
                        : News.followFrom(life.incarnation(), stream.heard(), stream.interest());
        Question.ask(connection, request, reply -> followed(connection, reply), () -> {});
    }

    private void followed(Connection connection, Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            GossamerException cause = ServerErrors.toException(failure);
            if (cause.retryable()) {
                connection.close(cause);
            }
            // A member that cannot feed its clients: reads go over this connection all the same.
            return;
        }
        guarded(
                connection,
                () -> {
                    News.Followed told = News.followed(reply);
                    boolean resumed =
                            stream.followed(
                                    told.origin(),
                                    told.incarnation(),
                                    told.sequence(),
                                    nanoClock.getAsLong());
                    following = true;
                    if (resumed) {
                        metrics.nearResumed();
                    }
                });
    }

    void closed(Connection connection) {
        if (connection.equals(connectionOrNull)) {
            connectionOrNull = null;
            following = false;
            asking = false;
        }
    }

    void pushed(Connection connection, Reply.Push push) {
        if (streamOrNull(connection) == null) {
            return;
        }
        guarded(
                connection,
                () -> {
                    int lost = News.tell(push, stream, nanoClock.getAsLong());
                    if (lost > 0) {
                        metrics.nearOverrun(lost);
                    }
                });
    }

    /** Asks whether all was told, unless that is asked already. */
    void ask() {
        Connection connection = connectionOrNull;
        if (connection == null || !following || asking) {
            return;
        }
        asking = true;
        // Before it is sent: what the member says of its present is later than this.
        long asked = nanoClock.getAsLong();
        Question.ask(
                connection,
                News.WATERMARK,
                reply -> answered(connection, reply, asked),
                () -> asking = false);
    }

    private void answered(Connection connection, Reply reply, long askedNanos) {
        if (!connection.equals(connectionOrNull)) {
            return;
        }
        asking = false;
        guarded(
                connection,
                () -> {
                    News.Watermark told = News.watermark(reply);
                    stream.watermark(
                            told.incarnation(),
                            told.sequence(),
                            told.proven(),
                            askedNanos,
                            nanoClock.getAsLong());
                });
    }

    /** Gives up all copies of this member; what it tells from now on belongs to a new beginning. */
    void end() {
        stream.end();
        following = false;
        Connection connection = connectionOrNull;
        if (connection != null) {
            connection.close(new GossamerException(ErrorCode.UNREACHABLE, this + " begins anew"));
        }
    }

    /** News that make no sense void everything that they could have been about. */
    private void guarded(Connection connection, Runnable step) {
        try {
            step.run();
        } catch (GossamerException e) {
            connection.close(e);
            end();
        } catch (IllegalStateException e) {
            connection.close(new GossamerException(ErrorCode.INTERNAL, "defect on " + this, e));
            end();
        }
    }

    @Override
    public String toString() {
        return "feed of " + address;
    }
}
