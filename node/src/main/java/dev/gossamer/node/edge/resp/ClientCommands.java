package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.ClientState.ReplyMode;
import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.protocol.resp.Request;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** CLIENT: what connections are called, and which there are. */
final class ClientCommands {
    private static final String LIBRARY_NAME = "lib-name";

    private ClientCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "client",
                        -2,
                        "noscript loading stale",
                        Keys.NONE,
                        new Doc(
                                "connection",
                                "2.4.0",
                                "Depends on subcommand.",
                                "A container for client connection commands."),
                        ClientCommands::run));
    }

    private static void run(Connection connection, Request request) {
        String word = request.text(1).toUpperCase(Locale.ROOT);
        switch (word) {
            case "ID" -> {
                exactly(request, 2, word);
                connection.out().integer(connection.client().id);
            }
            case "GETNAME" -> getName(connection, request);
            case "SETNAME" -> {
                exactly(request, 3, word);
                connection.client().name = checkedName(request, 2);
                connection.out().ok();
            }
            case "SETINFO" -> setInfo(connection, request);
            case "INFO" -> {
                exactly(request, 2, word);
                connection.out().verbatim("txt", connection.line() + "\n");
            }
            case "LIST" -> list(connection, request);
            case "KILL" -> kill(connection, request);
            case "NO-EVICT" -> connection.client().noEvict = onOrOff(connection, request);
            case "NO-TOUCH" -> connection.client().noTouch = onOrOff(connection, request);
            case "REPLY" -> reply(connection, request);
            case "HELP" ->
                    Help.write(
                            connection.out(),
                            "CLIENT",
                            "ID",
                            "GETNAME",
                            "SETNAME <name>",
                            "SETINFO <option> <value>",
                            "INFO",
                            "LIST [options]",
                            "KILL <option>",
                            "NO-EVICT ON|OFF",
                            "NO-TOUCH ON|OFF",
                            "REPLY ON|OFF|SKIP");
            default -> throw Refusal.subcommand("CLIENT", request.text(1));
        }
    }

    private static void exactly(Request request, int count, String word) {
        if (request.count() != count) {
            throw Refusal.arity("client|" + word);
        }
    }

    private static void getName(Connection connection, Request request) {
        exactly(request, 2, "getname");
        String name = connection.client().name;
        if (name.isEmpty()) {
            connection.out().nothing();
        } else {
            connection.out().text(name);
        }
    }

    /** Only printable characters without blanks, for CLIENT LIST is split at blanks. */
    static String checkedName(Request request, int i) {
        if (!isPlain(request.text(i))) {
            throw new Refusal(
                    "ERR Client names cannot contain spaces, newlines or special characters.");
        }
        return request.text(i);
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c >= '!' && c <= '~');
    }

    private static void setInfo(Connection connection, Request request) {
        exactly(request, 4, "setinfo");
        String option = request.text(2).toLowerCase(Locale.ROOT);
        String value = request.text(3);
        boolean isName = option.equals(LIBRARY_NAME);
        if (!isName && !option.equals("lib-ver")) {
            throw new Refusal("ERR Unrecognized option '" + request.text(2) + "'");
        }
        if (!isPlain(value)) {
            throw new Refusal(
                    "ERR " + option + " cannot contain spaces, newlines or special characters.");
        }
        if (isName) {
            connection.client().libraryName = value;
        } else {
            connection.client().libraryVersion = value;
        }
        connection.out().ok();
    }

    private static boolean onOrOff(Connection connection, Request request) {
        if (request.count() != 3) {
            throw Refusal.arity("client|" + request.text(1));
        }
        boolean on = request.is(2, "ON");
        if (!on && !request.is(2, "OFF")) {
            throw Refusal.syntax();
        }
        connection.out().ok();
        return on;
    }

    private static void reply(Connection connection, Request request) {
        exactly(request, 3, "reply");
        ClientState client = connection.client();
        if (request.is(2, "ON")) {
            client.replyMode = ReplyMode.ON;
            connection.out().ok();
        } else if (request.is(2, "OFF")) {
            client.replyMode = ReplyMode.OFF;
        } else if (request.is(2, "SKIP")) {
            client.replyMode = client.replyMode == ReplyMode.OFF ? ReplyMode.OFF : ReplyMode.SKIP;
        } else {
            throw Refusal.syntax();
        }
    }

    private static void list(Connection connection, Request request) {
        Predicate<Connection> wanted = c -> true;
        if (request.count() > 2) {
            wanted = listFilter(request);
        }
        String lines =
                connection.context().connections().all().stream()
                        .filter(wanted)
                        .sorted(Comparator.comparingLong(c -> c.client().id))
                        .map(c -> c.line() + "\n")
                        .collect(Collectors.joining());
        connection.out().verbatim("txt", lines);
    }

    private static Predicate<Connection> listFilter(Request request) {
        if (request.is(2, "TYPE") && request.count() == 4) {
            return typeFilter(request, 3);
        }
        if (request.is(2, "ID") && request.count() > 3) {
            Set<Long> ids = new HashSet<>();
            for (int i = 3; i < request.count(); i++) {
                ids.add(clientId(request, i));
            }
            return c -> ids.contains(c.client().id);
        }
        throw Refusal.syntax();
    }

    private static Predicate<Connection> typeFilter(Request request, int i) {
        return switch (request.text(i).toUpperCase(Locale.ROOT)) {
            case "NORMAL" -> c -> true;
            case "MASTER", "SLAVE", "REPLICA", "PUBSUB" -> c -> false;
            default -> throw new Refusal("ERR Unknown client type '" + request.text(i) + "'");
        };
    }

    private static long clientId(Request request, int i) {
        long id = request.integer(i).orElse(-1);
        if (id < 1) {
            throw new Refusal("ERR client-id should be greater than 0");
        }
        return id;
    }

    private static void kill(Connection connection, Request request) {
        if (request.count() == 3) {
            killAddress(connection, request.text(2));
            return;
        }
        KillFilter filter = new KillFilter();
        for (int i = 2; i < request.count(); i += 2) {
            filter.take(connection, request, i, Arguments.valueOf(request, i));
        }
        List<Connection> doomed =
                connection.context().connections().all().stream()
                        .filter(filter.wanted)
                        .filter(c -> !filter.skipMe || c != connection)
                        .toList();
        connection.out().integer(doomed.size());
        doomed.forEach(c -> end(connection, c));
    }

    private static void killAddress(Connection connection, String address) {
        Connection doomed =
                connection.context().connections().all().stream()
                        .filter(c -> c.client().address.equals(address))
                        .findFirst()
                        .orElseThrow(() -> new Refusal("ERR No such client"));
        connection.out().ok();
        end(connection, doomed);
    }

    private static void end(Connection connection, Connection doomed) {
        if (doomed == connection) {
            connection.endAfterReplies(Connections.Cause.KILLED);
        } else {
            doomed.kill();
        }
    }

    /** All that is asked for must hold. */
    private static final class KillFilter {
        private Predicate<Connection> wanted = c -> true;
        private boolean skipMe = true;

        private void take(Connection connection, Request request, int i, int value) {
            String text = request.text(value);
            switch (request.text(i).toUpperCase(Locale.ROOT)) {
                case "ID" -> {
                    long id = clientId(request, value);
                    wanted = wanted.and(c -> c.client().id == id);
                }
                case "ADDR" -> wanted = wanted.and(c -> c.client().address.equals(text));
                case "LADDR" -> wanted = wanted.and(c -> c.client().localAddress.equals(text));
                case "TYPE" -> wanted = wanted.and(typeFilter(request, value));
                case "USER" -> {
                    if (!text.equals("default")) {
                        throw new Refusal("ERR No such user '" + text + "'");
                    }
                }
                case "MAXAGE" -> {
                    long seconds = Arguments.integer(request, value);
                    long now = connection.context().nanoTime();
                    wanted =
                            wanted.and(
                                    c -> (now - c.client().sinceNanos) / 1_000_000_000 >= seconds);
                }
                case "SKIPME" -> skipMe = yesOrNo(request, value);
                default -> throw Refusal.syntax();
            }
        }

        private static boolean yesOrNo(Request request, int i) {
            if (request.is(i, "YES")) {
                return true;
            }
            if (request.is(i, "NO")) {
                return false;
            }
            throw Refusal.syntax();
        }
    }
}
