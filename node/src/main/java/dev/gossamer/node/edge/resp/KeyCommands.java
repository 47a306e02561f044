package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.resp.Request;
import java.util.List;

/** Keys as such: whether they exist, and their end. */
final class KeyCommands {
    private KeyCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "exists",
                        -2,
                        "readonly fast",
                        Keys.ALL,
                        doc("1.0.0", "O(N)", "Determines whether one or more keys exist."),
                        KeyCommands::exists),
                command(
                        "touch",
                        -2,
                        "readonly fast",
                        Keys.ALL,
                        doc(
                                "3.2.1",
                                "O(N)",
                                "Counts as a use of the keys; returns how many exist."),
                        KeyCommands::exists),
                command(
                        "del",
                        -2,
                        "write",
                        Keys.ALL,
                        doc("1.0.0", "O(N)", "Deletes one or more keys."),
                        KeyCommands::delete),
                command(
                        "unlink",
                        -2,
                        "write fast",
                        Keys.ALL,
                        doc("4.0.0", "O(N)", "Deletes one or more keys."),
                        KeyCommands::delete),
                command(
                        "type",
                        2,
                        "readonly fast",
                        Keys.ONE,
                        doc("1.0.0", "O(1)", "Determines the type of value stored at a key."),
                        KeyCommands::type));
    }

    static Doc doc(String since, String complexity, String summary) {
        return new Doc("generic", since, complexity, summary);
    }

    private static void exists(Connection connection, Request request) {
        int count = request.count() - 1;
        Gather<Mesh.Read> gather =
                new Gather<>(
                        connection,
                        count,
                        (reads, out) ->
                                out.integer(reads.stream().filter(r -> r.entry() != null).count()));
        for (int i = 0; i < count; i++) {
            connection
                    .context()
                    .mesh()
                    .read(
                            request.bytes(i + 1),
                            FreshnessCommands.of(connection, request.bytes(i + 1)),
                            gather.next());
        }
    }

    private static void delete(Connection connection, Request request) {
        if (request.count() == 2) {
            remove(connection, request, 1, new WriteCall(connection, StringCommands.ONE_OR_ZERO));
            return;
        }
        int count = request.count() - 1;
        Gather<Outcome> gather =
                new Gather<>(
                        connection,
                        count,
                        (outcomes, out) ->
                                Outcomes.all(
                                        outcomes, out, o -> o.integer(Outcomes.applied(outcomes))));
        for (int i = 0; i < count; i++) {
            remove(connection, request, i + 1, gather.next());
        }
    }

    private static void remove(
            Connection connection, Request request, int i, Mesh.Callback<Outcome> callback) {
        Operation operation =
                new Operation.Remove(request.bytes(i), Operation.Condition.ALWAYS, false);
        connection.context().mesh().write(operation, callback);
    }

    private static void type(Connection connection, Request request) {
        connection
                .context()
                .mesh()
                .read(
                        request.bytes(1),
                        FreshnessCommands.of(connection, request.bytes(1)),
                        new ReadCall(
                                connection,
                                (entry, out) -> out.simple(entry == null ? "none" : "string")));
    }
}
