package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** Who speaks, and how: authentication, protocol version, and the end. */
final class ConnectionCommands {
    /** What clients compare to find out what they may send. */
    static final String REDIS_VERSION = "7.4.0";

    private static final String USER = "default";
    private static final String WRONG_PASSWORD =
            "WRONGPASS invalid username-password pair or user is disabled.";

    private ConnectionCommands() {}

    /** Who speaks. */
    static List<Command> handshake() {
        return List.of(
                command(
                        "ping",
                        -1,
                        "fast",
                        Keys.NONE,
                        doc("1.0.0", "Returns the server's liveliness response."),
                        ConnectionCommands::ping),
                command(
                        "echo",
                        2,
                        "loading stale fast",
                        Keys.NONE,
                        doc("1.0.0", "Returns the given string."),
                        (c, r) -> c.out().bulk(r.array(), r.offset(1), r.length(1))),
                command(
                        "hello",
                        -1,
                        "noscript loading stale fast no_auth",
                        Keys.NONE,
                        doc("6.0.0", "Handshakes with the server."),
                        ConnectionCommands::hello),
                command(
                        "auth",
                        -2,
                        "noscript loading stale fast no_auth",
                        Keys.NONE,
                        doc("1.0.0", "Authenticates the connection."),
                        ConnectionCommands::auth),
                command(
                        "select",
                        2,
                        "loading stale fast",
                        Keys.NONE,
                        doc("1.0.0", "Changes the selected database: there is only 0."),
                        ConnectionCommands::select));
    }

    /** How the conversation goes on and ends. */
    static List<Command> session() {
        return List.of(
                command(
                        "quit",
                        -1,
                        "noscript loading stale fast no_auth",
                        Keys.NONE,
                        doc("1.0.0", "Closes the connection."),
                        ConnectionCommands::quit),
                command(
                        "reset",
                        1,
                        "noscript loading stale fast no_auth",
                        Keys.NONE,
                        doc("6.2.0", "Resets the connection."),
                        ConnectionCommands::reset),
                command(
                        "readonly",
                        1,
                        "loading stale fast",
                        Keys.NONE,
                        new Doc("cluster", "3.0.0", "O(1)", "Allows reads from backups."),
                        (c, r) -> readOnly(c, true)),
                command(
                        "readwrite",
                        1,
                        "loading stale fast",
                        Keys.NONE,
                        new Doc("cluster", "3.0.0", "O(1)", "Sends reads to primaries again."),
                        (c, r) -> readOnly(c, false)),
                // A browser that was tricked into talking to this port says one of these first.
                command(
                        "post",
                        -1,
                        "no_auth",
                        Keys.NONE,
                        doc("1.0.0", "Closes the connection: this is no HTTP port."),
                        ConnectionCommands::hangUp),
                command(
                        "host:",
                        -1,
                        "no_auth",
                        Keys.NONE,
                        doc("1.0.0", "Closes the connection: this is no HTTP port."),
                        ConnectionCommands::hangUp));
    }

    private static Doc doc(String since, String summary) {
        return new Doc("connection", since, "O(1)", summary);
    }

    private static void ping(Connection connection, Request request) {
        if (request.count() > 2) {
            throw Refusal.arity("ping");
        }
        if (request.count() == 1) {
            connection.out().simple("PONG");
        } else {
            connection.out().bulk(request.array(), request.offset(1), request.length(1));
        }
    }

    private static void select(Connection connection, Request request) {
        if (request.integer(1).isEmpty()) {
            throw new Refusal("ERR value is not an integer or out of range");
        }
        if (request.integer(1).getAsLong() != 0) {
            throw new Refusal("ERR DB index is out of range");
        }
        connection.out().ok();
    }

    private static void quit(Connection connection, Request request) {
        connection.out().ok();
        connection.endAfterReplies();
    }

    private static void hangUp(Connection connection, Request request) {
        connection.endAfterReplies(Connections.Cause.PROTOCOL_ERROR);
    }

    private static void reset(Connection connection, Request request) {
        boolean open = connection.context().settings().password().isEmpty();
        connection.client().reset(open);
        connection.context().watch().unsubscribe(connection);
        connection.feeds().unfollow(connection);
        connection.authenticated(open);
        connection.resp3(false);
        connection.out().simple("RESET");
    }

    private static void readOnly(Connection connection, boolean wanted) {
        connection.client().readOnly = wanted;
        connection.out().ok();
    }

    private static void auth(Connection connection, Request request) {
        if (request.count() > 3) {
            throw Refusal.syntax();
        }
        boolean alone = request.count() == 2;
        if (alone && connection.context().settings().password().isEmpty()) {
            throw new Refusal(
                    "ERR AUTH <password> called without any password configured for the default"
                            + " user. Are you sure your configuration is correct?");
        }
        authenticate(connection, request, alone ? -1 : 1, alone ? 1 : 2);
        connection.out().ok();
    }

    /** Throws unless the user, when one is named, and the password are right. */
    private static void authenticate(
            Connection connection, Request request, int userAt, int passwordAt) {
        Optional<String> password = connection.context().settings().password();
        boolean user = userAt < 0 || request.text(userAt).equals(USER);
        boolean right =
                password.isEmpty()
                        || MessageDigest.isEqual(
                                password.get().getBytes(StandardCharsets.UTF_8),
                                request.copy(passwordAt));
        if (!user || !right) {
            throw new Refusal(WRONG_PASSWORD);
        }
        connection.authenticated(true);
    }

    private static void hello(Connection connection, Request request) {
        boolean resp3 = connection.client().resp3;
        if (request.count() > 1) {
            long version =
                    request.integer(1)
                            .orElseThrow(() ->
                                    new Refusal(
                                            "ERR Protocol version is not an integer or out"
                                                    + " of range"));
            if (version != 2 && version != 3) {
                throw new Refusal("NOPROTO unsupported protocol version");
            }
            resp3 = version == 3;
        }
        String name = helloOptions(connection, request);
        if (!connection.client().authenticated) {
            throw new Refusal(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise"
                            + " the HELLO <proto> AUTH <user> <pass> option can be used to"
                            + " authenticate the client and select the RESP protocol version at"
                            + " the same time");
        }
        connection.client().name = name;
        connection.resp3(resp3);
        introduce(connection, connection.out());
    }

    private static String helloOptions(Connection connection, Request request) {
        String name = connection.client().name;
        int i = 2;
        while (i < request.count()) {
            if (request.is(i, "AUTH") && i + 2 < request.count()) {
                authenticate(connection, request, i + 1, i + 2);
                i += 3;
            } else if (request.is(i, "SETNAME") && i + 1 < request.count()) {
                name = ClientCommands.checkedName(request, i + 1);
                i += 2;
            } else {
                throw new Refusal("ERR Syntax error in HELLO option '" + request.text(i) + "'");
            }
        }
        return name;
    }

    private static void introduce(Connection connection, ReplyWriter out) {
        out.map(7);
        out.text("server");
        out.text("redis");
        out.text("version");
        out.text(REDIS_VERSION);
        out.text("proto");
        out.integer(out.isResp3() ? 3 : 2);
        out.text("id");
        out.integer(connection.client().id);
        out.text("mode");
        out.text(connection.port() == Port.CLUSTERED ? "cluster" : "standalone");
        out.text("role");
        out.text("master");
        out.text("modules");
        out.array(0);
    }
}
