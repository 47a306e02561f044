package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** COMMAND: what the ports understand, told from the same table that serves it. */
final class CommandCommands {
    private static final List<String> INTERNAL_FLAGS = List.of("no_auth");

    private CommandCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "command",
                        -1,
                        "loading stale",
                        Keys.NONE,
                        new Doc(
                                "server",
                                "2.8.13",
                                "O(N)",
                                "Returns detailed information about all commands."),
                        CommandCommands::run));
    }

    private static void run(Connection connection, Request request) {
        ReplyWriter out = connection.out();
        List<Command> all = connection.context().table().commands();
        if (request.count() == 1) {
            out.array(all.size());
            all.forEach(command -> info(command, out));
            return;
        }
        switch (request.text(1).toUpperCase(Locale.ROOT)) {
            case "COUNT" -> out.integer(all.size());
            case "INFO" -> infos(connection, request, out);
            case "DOCS" -> docs(connection, request, out);
            case "LIST" -> list(request, all, out);
            case "GETKEYS" -> getKeys(connection, request, out);
            case "HELP" ->
                    Help.write(
                            out,
                            "COMMAND",
                            "COUNT",
                            "DOCS [<command-name> ...]",
                            "GETKEYS <full-command>",
                            "INFO [<command-name> ...]",
                            "LIST [FILTERBY ...]");
            default -> throw Refusal.subcommand("COMMAND", request.text(1));
        }
    }

    private static List<Optional<Command>> named(Connection connection, Request request) {
        CommandTable table = connection.context().table();
        List<Optional<Command>> found = new ArrayList<>();
        if (request.count() == 2) {
            table.commands().forEach(command -> found.add(Optional.of(command)));
        }
        for (int i = 2; i < request.count(); i++) {
            found.add(table.find(request.text(i)));
        }
        return found;
    }

    private static void infos(Connection connection, Request request, ReplyWriter out) {
        List<Optional<Command>> commands = named(connection, request);
        out.array(commands.size());
        for (Optional<Command> command : commands) {
            command.ifPresentOrElse(known -> info(known, out), out::nothing);
        }
    }

    private static void info(Command command, ReplyWriter out) {
        out.array(10);
        out.text(command.name());
        out.integer(command.arity());
        simples(flags(command), out);
        out.integer(command.keys().first());
        out.integer(command.keys().last());
        out.integer(command.keys().step());
        simples(categories(command), out);
        out.array(0);
        keySpecs(command, out);
        out.array(0);
    }

    private static List<String> flags(Command command) {
        return command.flags().stream().filter(f -> !INTERNAL_FLAGS.contains(f)).toList();
    }

    private static Set<String> categories(Command command) {
        Set<String> categories = new TreeSet<>();
        categories.add(command.has("fast") ? "@fast" : "@slow");
        if (command.has("write")) {
            categories.add("@write");
        }
        if (command.has("readonly")) {
            categories.add("@read");
        }
        switch (command.doc().group()) {
            case "string" -> categories.add("@string");
            case "generic" -> categories.add("@keyspace");
            case "connection" -> categories.add("@connection");
            default -> categories.add("@admin");
        }
        return categories;
    }

    private static void simples(Iterable<String> words, ReplyWriter out) {
        List<String> all = new ArrayList<>();
        words.forEach(all::add);
        out.set(all.size());
        all.forEach(out::simple);
    }

    private static void keySpecs(Command command, ReplyWriter out) {
        Keys keys = command.keys();
        if (keys.first() == 0) {
            out.array(0);
            return;
        }
        out.array(1);
        out.map(3);
        out.text("flags");
        simples(List.of(command.has("write") ? "RW" : "RO", "ACCESS"), out);
        out.text("begin_search");
        spec("index", out, "index", keys.first());
        out.text("find_keys");
        int last = keys.last() < 0 ? keys.last() : keys.last() - keys.first();
        spec("range", out, "lastkey", last, "keystep", keys.step(), "limit", 0);
    }

    private static void spec(String type, ReplyWriter out, Object... fields) {
        out.map(2);
        out.text("type");
        out.text(type);
        out.text("spec");
        out.map(fields.length / 2);
        for (int i = 0; i < fields.length; i += 2) {
            out.text(fields[i].toString());
            out.integer((Integer) fields[i + 1]);
        }
    }

    private static void docs(Connection connection, Request request, ReplyWriter out) {
        List<Command> commands =
                named(connection, request).stream().flatMap(Optional::stream).toList();
        out.map(commands.size());
        for (Command command : commands) {
            out.text(command.name());
            out.map(4);
            out.text("summary");
            out.text(command.doc().summary());
            out.text("since");
            out.text(command.doc().since());
            out.text("group");
            out.text(command.doc().group());
            out.text("complexity");
            out.text(command.doc().complexity());
        }
    }

    private static void list(Request request, List<Command> all, ReplyWriter out) {
        List<Command> found = all;
        if (request.count() > 2) {
            if (request.count() != 5 || !request.is(2, "FILTERBY")) {
                throw Refusal.syntax();
            }
            found = all.stream().filter(command -> wanted(command, request)).toList();
        }
        out.array(found.size());
        found.forEach(command -> out.text(command.name()));
    }

    private static boolean wanted(Command command, Request request) {
        return switch (request.text(3).toUpperCase(Locale.ROOT)) {
            case "MODULE" -> request.is(4, "GSM") && command.name().startsWith("gsm.");
            case "ACLCAT" ->
                    categories(command).contains("@" + request.text(4).toLowerCase(Locale.ROOT));
            case "PATTERN" ->
                    new Glob(request.copy(4))
                            .matches(command.name().getBytes(StandardCharsets.US_ASCII));
            default -> throw Refusal.syntax();
        };
    }

    private static void getKeys(Connection connection, Request request, ReplyWriter out) {
        if (request.count() < 4) {
            throw Refusal.arity("command|getkeys");
        }
        CommandTable table = connection.context().table();
        int index = table.find(request, 2);
        if (index < 0) {
            throw new Refusal("ERR Invalid command specified");
        }
        Command command = table.command(index);
        if (command.keys().first() == 0) {
            throw new Refusal("ERR The command has no key arguments");
        }
        if (!command.takes(request.count() - 2)) {
            throw new Refusal("ERR Invalid number of arguments specified for command");
        }
        List<Integer> positions = new ArrayList<>();
        int last = command.keys().last(request.count() - 2);
        for (int i = command.keys().first(); i <= last; i += command.keys().step()) {
            positions.add(i + 2);
        }
        out.array(positions.size());
        positions.forEach(i -> out.bulk(request.array(), request.offset(i), request.length(i)));
    }
}
