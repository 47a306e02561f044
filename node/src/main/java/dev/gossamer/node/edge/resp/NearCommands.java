package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.FollowedLog;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What clients with near copies of their own ask (C4): reads that say what they were current as of,
 * the feed of invalidations that voids them, and the proof that nothing is missing.
 */
final class NearCommands {
    private NearCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "gsm.follow",
                        -1,
                        "readonly",
                        Keys.NONE,
                        doc("Feeds the connection this node's invalidations, from where it was."),
                        NearCommands::follow),
                command(
                        "gsm.watermark",
                        1,
                        "readonly fast",
                        Keys.NONE,
                        doc("Returns up to where the feed has come, and whether that is proved."),
                        NearCommands::watermark));
    }

    private static Doc doc(String summary) {
        return new Doc("gossamer", "1.0.0", "O(1)", summary);
    }

    private static void follow(Connection connection, Request request) {
        int count = request.count();
        boolean wellFormed = count == 1 || count == 3 || (count == 5 && request.is(3, "SLOTS"));
        if (!wellFormed) {
            throw Refusal.syntax();
        }
        if (!connection.client().resp3) {
            throw new Refusal("ERR GSM.FOLLOW needs RESP3; say HELLO 3 first");
        }
        Optional<FollowedLog.Position> from =
                count == 1 ? Optional.empty() : Optional.of(position(request));
        BitSet slots = count == 5 ? slots(request) : new BitSet();
        FollowedLog.Position begin = connection.feeds().follow(connection, from, slots).position();
        ReplyWriter out = connection.out();
        out.array(3);
        out.text(connection.context().mesh().self().id().toString());
        out.integer(begin.incarnation());
        out.integer(begin.sequence());
    }

    private static FollowedLog.Position position(Request request) {
        long incarnation = Arguments.integer(request, 1);
        long sequence = Arguments.integer(request, 2);
        if (sequence < 0) {
            throw new Refusal("ERR sequence is negative");
        }
        return new FollowedLog.Position(incarnation, sequence);
    }

    private static BitSet slots(Request request) {
        if (request.length(4) != Feed.BITMAP_BYTES) {
            throw new Refusal("ERR SLOTS takes a bitmap of " + Feed.BITMAP_BYTES + " bytes");
        }
        return BitSet.valueOf(request.copy(4));
    }

    private static void watermark(Connection connection, Request request) {
        Feed feed = connection.feeds().feedOrNull(connection);
        if (feed == null) {
            throw new Refusal("ERR nothing is followed; say GSM.FOLLOW first");
        }
        Mesh mesh = connection.context().mesh();
        // In this order: the authority, then the end of the log, which pump looks at.
        long epoch = mesh.epoch();
        boolean proven = mesh.log().isProven();
        boolean complete = feed.pump();
        FollowedLog.Position upTo = feed.position();
        ReplyWriter out = connection.out();
        out.array(4);
        out.integer(upTo.incarnation());
        out.integer(upTo.sequence());
        out.integer(epoch);
        out.bool(proven && complete);
    }

    /** Reads one key for GSM.GET … NEAR. */
    static void read(Connection connection, Bytes key, Freshness asked, SessionOptions session) {
        Mesh mesh = connection.context().mesh();
        Feed feed = connection.feeds().feedOrNull(connection);
        int slot = key.slotIndex();
        if (feed == null) {
            mesh.read(key, asked, new NearRead(connection, key, session, null));
            return;
        }
        // In this order: what is wanted, how far the log is, whose the slot is, and the value. So
        // whatever becomes of value or slot after its turn is told, and to this client.
        feed.want(slot);
        FollowedLog log = mesh.log();
        FollowedLog.Position position = log.position();
        if (!log.serves(slot) || !log.isProven()) {
            mesh.read(key, asked, new NearRead(connection, key, session, null));
            return;
        }
        // What is at hand may be a write that could still be lost, and is no copy to keep.
        Freshness kept = asked instanceof Freshness.Any ? Freshness.LATEST : asked;
        mesh.read(key, kept, new NearRead(connection, key, session, position));
    }

    /** The value, all about it, and what its reader must know to keep it. */
    private static final class NearRead extends Call<Mesh.Read> {
        private final Mesh mesh;
        private final Bytes key;
        private final SessionOptions session;
        private final FollowedLog.@Nullable Position positionOrNull;
        private final long nowMillis;

        NearRead(
                Connection connection,
                Bytes key,
                SessionOptions session,
                FollowedLog.@Nullable Position positionOrNull) {
            super(connection);
            this.mesh = connection.context().mesh();
            this.key = key;
            this.session = session;
            this.positionOrNull = positionOrNull;
            this.nowMillis = connection.context().nowMillis();
        }

        @Override
        void reply(Mesh.Read read, ReplyWriter out) {
            session.begin(out);
            Entry entry = read.entry();
            if (entry == null) {
                out.nothing();
            } else {
                out.map(9);
                GsmCommands.metaFields(entry, read, out);
                timeToLive(entry, out);
                position(read, entry, out);
            }
            session.end(mesh, key, entry, out);
        }

        /**
         * As of the read's beginning, which came after its sending: a copy whose time counts from
         * there never outlives the entry.
         */
        private void timeToLive(Entry entry, ReplyWriter out) {
            out.text("ttl");
            if (entry.expiresAtMillis() == Entry.NEVER) {
                out.nothing();
            } else {
                out.integer(Math.max(0, entry.expiresAtMillis() - nowMillis));
            }
        }

        /** Only of what this node itself owns, and what depends on no tag but its cache. */
        private void position(Mesh.Read read, Entry entry, ReplyWriter out) {
            boolean own =
                    read.tier() == Mesh.Tier.L1
                            && read.origin().id().equals(mesh.self().id())
                            && entry.tags().length == 0;
            FollowedLog.Position position = own ? positionOrNull : null;
            out.text("incarnation");
            if (position == null) {
                out.nothing();
            } else {
                out.integer(position.incarnation());
            }
            out.text("sequence");
            if (position == null) {
                out.nothing();
            } else {
                out.integer(position.sequence());
            }
        }
    }
}
