package dev.gossamer.client.near;

import dev.gossamer.client.connection.Address;
import dev.gossamer.client.connection.Connection;
import dev.gossamer.client.connection.ConnectionListener;
import dev.gossamer.client.metrics.ClientMetrics;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.Reply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The feeds of all members that this client has copies of, and the near cache that they keep true.
 *
 * <p>While there are copies, each member is asked for proof as often as the readers' bounds need
 * it, over the connection that its news come over; a connection that broke is opened again, and
 * goes on where it was. Without copies nothing is asked.
 *
 * <p><b>Limits.</b> One connection and one question under way per member, about 200 KiB each: what
 * was voided of late, and the slots. A member that the topology names no more is forgotten.
 *
 * <p><b>Threads.</b> The listener's methods on the I/O thread; the rest as each says.
 */
public final class Feeds implements ConnectionListener {

    /** Opens the connection to a member's feed. */
    public interface Opener {
        /**
         * Opens it in the background, unless it is open or was lost just now. Any thread.
         *
         * @return whether the topology names the address
         */
        boolean open(Address address);
    }

    private final NearCache cache;
    private final Opener opener;
    private final Executor io;
    private final ScheduledExecutorService timer;
    private final ClientMetrics metrics;
    private final LongSupplier nanoClock;

    /** Written on the I/O thread. */
    private final Map<Address, Feed> feeds = new ConcurrentHashMap<>();

    private boolean ticking;

    /**
     * @param bytesMax what the copies may take
     * @param io runs a task on the I/O thread
     * @param housekeeper runs small tasks of the cache
     * @param timer its owner ends it
     */
    public Feeds(
            long bytesMax,
            Opener opener,
            Executor io,
            Executor housekeeper,
            ScheduledExecutorService timer,
            ClientMetrics metrics,
            LongSupplier nanoClock) {
        this.cache =
                new NearCache(bytesMax, housekeeper, metrics, nanoClock, !Unchecked.watermarks());
        this.opener = opener;
        this.io = io;
        this.timer = timer;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
        metrics.watchNear(cache::bytes, this::watermarkAgeNanos);
    }

    public NearCache cache() {
        return cache;
    }

    @Override
    public void opened(Connection connection) {
        feeds.computeIfAbsent(
                        connection.address(),
                        address -> new Feed(address, cache, metrics, nanoClock))
                .opened(connection);
    }

    @Override
    public void closed(Connection connection, GossamerException cause) {
        Feed feed = feeds.get(connection.address());
        if (feed != null) {
            feed.closed(connection);
        }
    }

    @Override
    public void pushed(Connection connection, Reply.Push push) {
        Feed feed = feeds.get(connection.address());
        if (feed != null) {
            feed.pushed(connection, push);
        }
    }

    /** A copy has come over a connection: it is kept if it may be. On the I/O thread. */
    public void keep(Connection connection, Asked asked, Copy copy) {
        Feed feed = feeds.get(connection.address());
        OriginStream stream = feed == null ? null : feed.streamOrNull(connection);
        if (stream == null) {
            cache.answered(asked.key(), copy.version());
            return;
        }
        cache.keep(stream, asked, copy);
        if (!ticking && !cache.isEmpty()) {
            ticking = true;
            tick();
        }
    }

    /** Forgets everything: the mesh began anew. On the I/O thread. */
    public void forget() {
        feeds.values().forEach(Feed::end);
        cache.clear();
    }

    /** On the I/O thread. */
    private void tick() {
        if (cache.isEmpty()) {
            ticking = false;
            return;
        }
        for (Feed feed : List.copyOf(feeds.values())) {
            tick(feed);
        }
        try {
            ScheduledFuture<?> unused =
                    timer.schedule(
                            () -> io.execute(this::tick),
                            cache.intervalNanos(),
                            TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            ticking = false; // The client closes.
        }
    }

    private void tick(Feed feed) {
        if (feed.isConnected()) {
            feed.ask();
        } else if (!opener.open(feed.address())) {
            feed.end();
            feeds.remove(feed.address());
        }
    }

    /** How long ago the proof of the member was that has been silent for longest; 0 for none. */
    private long watermarkAgeNanos() {
        long now = nanoClock.getAsLong();
        long oldest = 0;
        for (Feed feed : feeds.values()) {
            Life life = feed.lifeOrNull();
            if (life != null && life.wasProven()) {
                oldest = Math.max(oldest, now - life.provenNanos());
            }
        }
        return oldest;
    }
}
