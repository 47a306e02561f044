package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.resp.ReplyWriter;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

/**
 * What the connections of one event loop share: a buffer to read from, a writer for replies, the
 * counters.
 *
 * <p><b>Threads.</b> That loop only; the counters may be read by any.
 */
final class LoopState {
    private static final int INPUT_BYTES = 64 * 1024;
    private static final int OUTPUT_BYTES = 64 * 1024;

    private final EventLoop loop;
    private final byte[] input = new byte[INPUT_BYTES];
    private final ReplyWriter output = new ReplyWriter(OUTPUT_BYTES);
    private final LoopStats stats;
    private final Redirects redirects;
    private final Set<Connection> connections = new HashSet<>();
    private final Feeds feeds;

    LoopState(EventLoop loop, RespContext context) {
        this.loop = loop;
        this.stats = new LoopStats(context.table().commands().size());
        this.redirects = new Redirects(context.mesh());
        this.feeds = new Feeds(loop, context, stats);
    }

    EventLoop loop() {
        return loop;
    }

    byte[] input() {
        return input;
    }

    ReplyWriter output() {
        return output;
    }

    LoopStats stats() {
        return stats;
    }

    Redirects redirects() {
        return redirects;
    }

    Feeds feeds() {
        return feeds;
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    /** Looks after clients that do not get on. Called about once a second. */
    void tick() {
        new ArrayList<>(connections).forEach(Connection::tick);
    }
}
