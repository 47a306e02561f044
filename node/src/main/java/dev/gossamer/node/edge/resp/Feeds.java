package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.FollowedLog;
import dev.gossamer.protocol.ErrorCode;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The feeds of one event loop's connections. Looks at the log every {@value #INTERVAL_MILLIS} ms
 * while there is any, so that what is invalidated in that time travels in one push, and a write
 * costs nothing for those who follow.
 *
 * <p><b>Threads.</b> That loop; {@link #count} any.
 */
final class Feeds {
    private static final long INTERVAL_MILLIS = 3;

    private final EventLoop loop;
    private final RespContext context;
    private final LoopStats stats;
    private final Map<Connection, Feed> feeds = new HashMap<>();
    private volatile int count;
    private @Nullable ScheduledFuture<?> tickOrNull;

    Feeds(EventLoop loop, RespContext context, LoopStats stats) {
        this.loop = loop;
        this.context = context;
        this.stats = stats;
    }

    /**
     * Begins to feed a client, in the place of what it followed before.
     *
     * @throws Refusal when the connections' budget has no room
     */
    Feed follow(Connection connection, Optional<FollowedLog.Position> from, BitSet interest) {
        unfollow(connection);
        if (!context.budget().charge(Feed.BYTES)) {
            context.budget().charge(-Feed.BYTES);
            throw new Refusal(
                    Refusal.line(ErrorCode.BUSY, "the connections' buffers are full; try again"));
        }
        Feed feed = new Feed(connection, context.mesh().log(), stats, from, interest);
        feeds.put(connection, feed);
        count = feeds.size();
        if (tickOrNull == null) {
            tickOrNull =
                    loop.scheduleAtFixedRate(
                            this::pump, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
        return feed;
    }

    void unfollow(Connection connection) {
        if (feeds.remove(connection) == null) {
            return;
        }
        context.budget().charge(-Feed.BYTES);
        count = feeds.size();
        ScheduledFuture<?> tick = tickOrNull;
        if (feeds.isEmpty() && tick != null) {
            tick.cancel(false);
            tickOrNull = null;
        }
    }

    /** What a client follows, or null. */
    @Nullable Feed feedOrNull(Connection connection) {
        return feeds.get(connection);
    }

    /** How many clients are fed. */
    int count() {
        return count;
    }

    private void pump() {
        for (Feed feed : List.copyOf(feeds.values())) {
            var _ = feed.pump();
        }
    }
}
