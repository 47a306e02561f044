package dev.gossamer.node.edge.resp;

import dev.gossamer.node.edge.resp.LoopStats.Sum;
import dev.gossamer.node.mesh.FollowedLog;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.resp.ReplyWriter;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;

/**
 * What one client hears of this node's invalidations, for its near copies: those in the slots that
 * it has read from, in order, from where it left off (C4).
 *
 * <p>The feed is a cursor in the log and a bitmap of slots, never a queue: a client that does not
 * read leaves the cursor where it is, and what the log has lost by then is told as the slots that
 * have changed since.
 *
 * <p><b>Limits.</b> {@value #BYTES} bytes a client, charged to the connections' budget; and {@value
 * #HELD_BYTES_MAX} bytes and one run of pushes among its unread replies.
 *
 * <p><b>Threads.</b> The connection's event loop.
 */
final class Feed {
    static final int BITMAP_BYTES = Slot.COUNT / Byte.SIZE;
    static final int BYTES = BITMAP_BYTES + 512;

    static final int HELD_BYTES_MAX = 64 * 1024;

    private static final String INVALIDATIONS = "gsm.invalidations";
    private static final String OVERRUN = "gsm.overrun";

    private final Connection connection;
    private final FollowedLog log;
    private final LoopStats stats;
    private final BitSet interest;
    private long incarnation;
    private long cursor;

    /**
     * @param from where the client left off; followed from the end of the log when it is not of
     *     this life of the log
     * @param interest slots that the client has copies of; taken over
     */
    Feed(
            Connection connection,
            FollowedLog log,
            LoopStats stats,
            Optional<FollowedLog.Position> from,
            BitSet interest) {
        this.connection = connection;
        this.log = log;
        this.stats = stats;
        this.interest = interest;
        FollowedLog.Position end = log.position();
        this.incarnation = end.incarnation();
        this.cursor =
                from.filter(left -> left.incarnation() == end.incarnation())
                        .map(FollowedLog.Position::sequence)
                        .filter(sequence -> sequence <= end.sequence())
                        .orElse(end.sequence());
    }

    /** Up to where everything was pushed that the client wants. */
    FollowedLog.Position position() {
        return new FollowedLog.Position(incarnation, cursor);
    }

    /**
     * From now on the client hears of this slot. To be called before the position is read that a
     * copy is sent with.
     */
    void want(int slot) {
        interest.set(slot);
    }

    /** Pushes what is new, as far as the client reads; whether that was all. */
    boolean pump() {
        while (true) {
            FollowedLog.Position end = log.position();
            if (end.incarnation() != incarnation) {
                incarnation = end.incarnation();
                cursor = 0;
            }
            if (cursor >= end.sequence()) {
                return true;
            }
            if (!connection.mayPush()) {
                return false;
            }
            step();
        }
    }

    private void step() {
        Optional<FollowedLog.Run> run = log.after(cursor);
        if (run.isEmpty()) {
            pushOverrun(log.changesSince(cursor));
        } else if (log.position().incarnation() == incarnation) {
            // Asked after the run was read: so it is of this life, too.
            push(run.get());
        }
    }

    private void push(FollowedLog.Run run) {
        int wanted = 0;
        for (int i = 0; i < run.count(); i++) {
            wanted += isWanted(run, i) ? 1 : 0;
        }
        if (wanted > 0) {
            int count = wanted;
            connection.push(out -> write(run, count, out));
            stats.add(Sum.INVALIDATIONS_PUSHED, wanted);
        }
        cursor = run.last();
    }

    /**
     * Tags are no client's business: what has one is sent without a position, and not kept; and
     * where a whole cache is invalidated, the slots are named, too.
     */
    private boolean isWanted(FollowedLog.Run run, int index) {
        return run.voids(index) != FollowedLog.Voids.TAG && interest.get(run.slot(index));
    }

    private void write(FollowedLog.Run run, int wanted, ReplyWriter out) {
        begin(INVALIDATIONS, run.last(), out);
        out.array(wanted);
        for (int i = 0; i < run.count(); i++) {
            if (isWanted(run, i)) {
                out.array(5);
                out.integer(run.first() + i);
                out.text(run.voids(i).name().toLowerCase(Locale.ROOT));
                out.integer(run.slot(i));
                out.integer(run.hash(i));
                out.text(run.version(i).toString());
            }
        }
    }

    private void pushOverrun(FollowedLog.Changes changes) {
        if (changes.upTo().incarnation() != incarnation) {
            return; // The next turn begins with the new life.
        }
        BitSet changed = changes.slots();
        changed.and(interest);
        long upTo = changes.upTo().sequence();
        connection.push(out -> {
            begin(OVERRUN, upTo, out);
            out.bulk(Arrays.copyOf(changed.toByteArray(), BITMAP_BYTES));
        });
        stats.add(Sum.FEED_OVERRUNS, 1);
        cursor = upTo;
    }

    private void begin(String kind, long upTo, ReplyWriter out) {
        out.push(4);
        out.text(kind);
        out.integer(incarnation);
        out.integer(upTo);
    }
}
