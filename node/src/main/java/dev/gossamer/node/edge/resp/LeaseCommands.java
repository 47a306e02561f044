package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.protocol.resp.Request;
import java.util.List;

/** The verbs by which one caller loads a missing key for all (C6, C7). */
final class LeaseCommands {
    private LeaseCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "gsm.lease.get",
                        -2,
                        "write fast",
                        Keys.ONE,
                        doc("Returns a value, or a lease to load it, or that somebody loads it."),
                        LeaseCommands::get),
                command(
                        "gsm.lease.set",
                        -4,
                        "write denyoom",
                        Keys.ONE,
                        doc("Sets what was loaded under a lease, unless it was overtaken."),
                        LeaseCommands::set),
                command(
                        "gsm.lease.drop",
                        -3,
                        "write fast",
                        Keys.ONE,
                        doc("Ends a lease without a value, perhaps for there is none."),
                        LeaseCommands::drop));
    }

    private static Doc doc(String summary) {
        return new Doc("gossamer", "1.0.0", "O(1)", summary);
    }

    private static void get(Connection connection, Request request) {
        LeaseOptions options = LeaseOptions.parse(request, 2);
        options.session.check(connection.context().mesh());
        new LeaseCall(connection, request.bytes(1), options).ask();
    }

    private static void set(Connection connection, Request request) {
        SessionOptions session = new SessionOptions();
        TagOptions tags = new TagOptions();
        Expiry expiry = Expiry.CACHE_DEFAULT;
        int i = 4;
        while (i < request.count()) {
            int next = session.takeOfWrite(request, i);
            next = next > i ? next : tags.take(request, i);
            if (next == i) {
                int value = Arguments.valueOf(request, i);
                if (!expiry.equals(Expiry.CACHE_DEFAULT)) {
                    throw Refusal.syntax();
                }
                expiry =
                        SetOptions.expiryOption(request, i)
                                .positive(
                                        request,
                                        value,
                                        "gsm.lease.set",
                                        connection.context().nowMillis());
                next = value + 1;
            }
            i = next;
        }
        session.write(
                connection,
                new Operation.Fill(
                        request.bytes(1),
                        request.copy(3),
                        expiry,
                        GsmCommands.version(request, 2),
                        tags.of(connection.context().mesh(), request.bytes(1))),
                StringCommands.OK_OR_NIL);
    }

    private static void drop(Connection connection, Request request) {
        SessionOptions session = new SessionOptions();
        long absentMillis = 0;
        int i = 3;
        while (i < request.count()) {
            int next = session.takeOfWrite(request, i);
            if (next == i) {
                if (!request.is(i, "ABSENT")) {
                    throw Refusal.syntax();
                }
                absentMillis = LeaseOptions.millis(request, i);
                next = i + 2;
            }
            i = next;
        }
        session.write(
                connection,
                new Operation.EndLease(
                        request.bytes(1), GsmCommands.version(request, 2), absentMillis),
                StringCommands.ONE_OR_ZERO);
    }
}
