package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The node: INFO, CONFIG GET and TIME. */
final class ServerCommands {
    private static final Charset ASCII = StandardCharsets.US_ASCII;

    private ServerCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "info",
                        -1,
                        "loading stale",
                        Keys.NONE,
                        doc("1.0.0", "Returns information and statistics about the server."),
                        ServerCommands::info),
                command(
                        "config",
                        -2,
                        "admin noscript loading stale",
                        Keys.NONE,
                        doc("2.0.0", "Reads what a Redis client may ask of the configuration."),
                        ServerCommands::config),
                command(
                        "time",
                        1,
                        "loading stale fast",
                        Keys.NONE,
                        doc("2.6.0", "Returns the server time."),
                        ServerCommands::time));
    }

    private static Doc doc(String since, String summary) {
        return new Doc("server", since, "O(1)", summary);
    }

    private static void info(Connection connection, Request request) {
        List<String> sections = new ArrayList<>();
        for (int i = 1; i < request.count(); i++) {
            sections.add(request.text(i).toLowerCase(Locale.ROOT));
        }
        FutureCall.await(
                connection,
                connection.context().mesh().size(connection.port().scope()),
                (keys, out) -> out.verbatim("txt", InfoText.of(connection, sections, keys)));
    }

    private static void time(Connection connection, Request request) {
        long millis = connection.context().nowMillis();
        ReplyWriter out = connection.out();
        out.array(2);
        out.text(Long.toString(millis / 1000));
        out.text(Long.toString(millis % 1000 * 1000));
    }

    private static void config(Connection connection, Request request) {
        if (request.is(1, "HELP")) {
            Help.write(connection.out(), "CONFIG", "GET <pattern>");
            return;
        }
        if (!request.is(1, "GET")) {
            throw Refusal.subcommand("CONFIG", request.text(1));
        }
        if (request.count() < 3) {
            throw Refusal.arity("config|get");
        }
        Map<String, String> found = new TreeMap<>();
        Map<String, String> all = parameters(connection);
        for (int i = 2; i < request.count(); i++) {
            Glob glob = new Glob(request.text(i).toLowerCase(Locale.ROOT).getBytes(ASCII));
            all.forEach((name, value) -> {
                if (glob.matches(name.getBytes(ASCII))) {
                    found.put(name, value);
                }
            });
        }
        ReplyWriter out = connection.out();
        out.map(found.size());
        found.forEach((name, value) -> {
            out.text(name);
            out.text(value);
        });
    }

    /** The parameters that Redis clients and tools ask for, as they hold here. */
    private static Map<String, String> parameters(Connection connection) {
        RespContext context = connection.context();
        RespSettings settings = context.settings();
        Map<String, String> all = new TreeMap<>();
        all.put("appendonly", "no");
        all.put("bind", settings.host());
        all.put("cluster-enabled", connection.port() == Port.CLUSTERED ? "yes" : "no");
        all.put("databases", "1");
        all.put("maxclients", Integer.toString(settings.clientsMax()));
        all.put("maxmemory", Long.toString(InfoText.memoryMax(context)));
        all.put("maxmemory-policy", "allkeys-lfu");
        all.put("port", Integer.toString(connection.channel().localAddress().getPort()));
        all.put("proto-max-bulk-len", Integer.toString(settings.request().bulkBytesMax()));
        all.put("save", "");
        all.put("timeout", Long.toString(settings.idleMax().toSeconds()));
        return all;
    }
}
