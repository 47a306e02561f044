package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Version;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gossamer's own verbs: versions, freshness and topology. */
final class GsmCommands {
    private static final String VERSION = "version";
    private static final String EXPIRES_AT = "expires_at";

    private static final WriteCall.Form SET_META =
            WriteCall.Form.of(
                    (applied, out) -> stored(true, applied.version(), out),
                    (standing, out) ->
                            stored(false, standing == null ? null : standing.version(), out));

    private GsmCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "gsm.get",
                        -2,
                        "readonly fast",
                        Keys.ONE,
                        doc("Returns a value as fresh as is asked for, with META all about it."),
                        GsmCommands::get),
                command(
                        "gsm.set",
                        -3,
                        "write denyoom",
                        Keys.ONE,
                        doc("Sets a value, on the condition that its version is the one given."),
                        GsmCommands::set),
                command(
                        "gsm.del",
                        -2,
                        "write fast",
                        Keys.ONE,
                        doc("Deletes a key, on the condition that its version is the one given."),
                        GsmCommands::delete),
                command(
                        "gsm.topology",
                        -1,
                        "readonly",
                        Keys.NONE,
                        doc("Returns members and slots, and with SUBSCRIBE every change."),
                        GsmCommands::topology));
    }

    private static Doc doc(String summary) {
        return new Doc("gossamer", "1.0.0", "O(1)", summary);
    }

    private static void get(Connection connection, Request request) {
        SessionOptions session = new SessionOptions();
        Bytes key = request.bytes(1);
        Freshness freshness = FreshnessCommands.of(connection, key);
        boolean meta = false;
        boolean near = false;
        int i = 2;
        while (i < request.count()) {
            int next = session.takeOfRead(request, i);
            if (next > i) {
                i = next;
            } else if (request.is(i, "META")) {
                meta = true;
                i++;
            } else if (request.is(i, "NEAR")) {
                near = true;
                i++;
            } else if (request.is(i, "FRESH")) {
                int value = Arguments.valueOf(request, i);
                freshness = FreshnessCommands.at(request, value);
                i = value + (freshness instanceof Freshness.Within ? 2 : 1);
            } else {
                throw Refusal.syntax();
            }
        }
        Mesh mesh = connection.context().mesh();
        session.check(mesh);
        if (near) {
            NearCommands.read(connection, key, freshness, session);
        } else {
            mesh.read(key, freshness, new ReadOf(connection, key, meta, session));
        }
    }

    /** Reads one key for GSM.GET. */
    private static final class ReadOf extends Call<Mesh.Read> {
        private final Mesh mesh;
        private final Bytes key;
        private final boolean meta;
        private final SessionOptions session;

        ReadOf(Connection connection, Bytes key, boolean meta, SessionOptions session) {
            super(connection);
            this.mesh = connection.context().mesh();
            this.key = key;
            this.meta = meta;
            this.session = session;
        }

        @Override
        void reply(Mesh.Read read, ReplyWriter out) {
            session.begin(out);
            if (meta) {
                meta(read, out);
            } else {
                StringCommands.value(read.entry(), out);
            }
            session.end(mesh, key, read.entry(), out);
        }
    }

    /** The value and where it came from. */
    private static void meta(Mesh.Read read, ReplyWriter out) {
        Entry entry = read.entry();
        if (entry == null) {
            out.nothing();
            return;
        }
        out.map(6);
        metaFields(entry, read, out);
    }

    /** Six pairs of a map. */
    static void metaFields(Entry entry, Mesh.Read read, ReplyWriter out) {
        out.text("value");
        out.bulk(entry.value());
        out.text(VERSION);
        out.text(entry.version().toString());
        out.text("tier");
        out.text(read.tier().name());
        out.text("origin");
        out.text(read.origin().id().toString());
        out.text(EXPIRES_AT);
        expiry(entry, out);
        out.text("age_ms");
        out.integer(Math.ceilDiv(read.ageNanos(), 1_000_000));
    }

    private static void expiry(Entry entry, ReplyWriter out) {
        if (entry.expiresAtMillis() == Entry.NEVER) {
            out.nothing();
        } else {
            out.integer(entry.expiresAtMillis());
        }
    }

    private static void set(Connection connection, Request request) {
        GsmSetOptions options = GsmSetOptions.parse(request, 3, connection.context().nowMillis());
        Bytes key = request.bytes(1);
        Operation operation =
                new Operation.Put(
                        key,
                        request.copy(2),
                        options.expiry,
                        options.condition,
                        options.meta,
                        options.tags.of(connection.context().mesh(), key));
        options.session.write(
                connection, operation, options.meta ? SET_META : StringCommands.OK_OR_NIL);
    }

    private static void stored(boolean stored, @Nullable Version version, ReplyWriter out) {
        out.map(2);
        out.text("stored");
        out.bool(stored);
        out.text(VERSION);
        if (version == null) {
            out.nothing();
        } else {
            out.text(version.toString());
        }
    }

    private static void delete(Connection connection, Request request) {
        SessionOptions session = new SessionOptions();
        Condition condition = Condition.ALWAYS;
        int i = 2;
        while (i < request.count()) {
            int next = session.takeOfWrite(request, i);
            if (next > i) {
                i = next;
            } else if (request.is(i, "VERSION") && condition.equals(Condition.ALWAYS)) {
                condition =
                        new Condition.IfVersion(version(request, Arguments.valueOf(request, i)));
                i += 2;
            } else {
                throw Refusal.syntax();
            }
        }
        session.write(
                connection,
                new Operation.Remove(request.bytes(1), condition, false),
                StringCommands.ONE_OR_ZERO);
    }

    static Version version(Request request, int i) {
        try {
            return Version.parse(request.text(i));
        } catch (IllegalArgumentException e) {
            throw new Refusal("ERR " + e.getMessage());
        }
    }

    private static void topology(Connection connection, Request request) {
        if (request.count() > 2 || (request.count() == 2 && !request.is(1, "SUBSCRIBE"))) {
            throw Refusal.syntax();
        }
        if (request.count() == 2) {
            if (!connection.client().resp3) {
                throw new Refusal("ERR GSM.TOPOLOGY SUBSCRIBE needs RESP3; say HELLO 3 first");
            }
            connection.context().watch().subscribe(connection);
        }
        TopologyReply.write(connection.context().mesh().topology(), connection.out());
    }
}
