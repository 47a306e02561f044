package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.Condition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whole values: GET and SET, alone and in numbers. */
final class StringCommands {

    static final WriteCall.Form OK_OR_NIL =
            WriteCall.Form.of((applied, out) -> out.ok(), (entry, out) -> out.nothing());
    static final WriteCall.Form ONE_OR_ZERO =
            WriteCall.Form.of((applied, out) -> out.integer(1), (entry, out) -> out.integer(0));
    static final WriteCall.Form PREVIOUS =
            WriteCall.Form.of(
                    (applied, out) -> value(applied.previous(), out), StringCommands::value);

    private StringCommands() {}

    /** One key, no condition but existence. */
    static List<Command> plain() {
        return List.of(
                command(
                        "get",
                        2,
                        "readonly fast",
                        Keys.ONE,
                        doc("1.0.0", "O(1)", "Returns the string value of a key."),
                        StringCommands::get),
                command(
                        "set",
                        -3,
                        "write denyoom",
                        Keys.ONE,
                        doc("1.0.0", "O(1)", "Sets the string value of a key, ignoring its type."),
                        StringCommands::set),
                command(
                        "setnx",
                        3,
                        "write denyoom fast",
                        Keys.ONE,
                        doc("1.0.0", "O(1)", "Sets the value of a key only if it doesn't exist."),
                        StringCommands::setNx),
                command(
                        "setex",
                        4,
                        "write denyoom",
                        Keys.ONE,
                        doc("2.0.0", "O(1)", "Sets the value and expiration time of a key."),
                        (c, r) -> setFor(c, r, ExpiryOption.EX, "setex")),
                command(
                        "psetex",
                        4,
                        "write denyoom",
                        Keys.ONE,
                        doc("2.6.0", "O(1)", "Sets value and expiration in milliseconds of a key."),
                        (c, r) -> setFor(c, r, ExpiryOption.PX, "psetex")));
    }

    /** Reading and changing at once, and several keys. */
    static List<Command> compound() {
        return List.of(
                command(
                        "getset",
                        3,
                        "write denyoom fast",
                        Keys.ONE,
                        doc("1.0.0", "O(1)", "Returns the old value after setting a new one."),
                        StringCommands::getSet),
                command(
                        "getdel",
                        2,
                        "write fast",
                        Keys.ONE,
                        doc("6.2.0", "O(1)", "Returns the value of a key after deleting it."),
                        StringCommands::getDel),
                command(
                        "getex",
                        -2,
                        "write fast",
                        Keys.ONE,
                        doc("6.2.0", "O(1)", "Returns a value after setting its expiration."),
                        StringCommands::getEx),
                command(
                        "mget",
                        -2,
                        "readonly fast",
                        Keys.ALL,
                        doc("1.0.0", "O(N)", "Returns the string values of one or more keys."),
                        StringCommands::mGet),
                command(
                        "mset",
                        -3,
                        "write denyoom",
                        Keys.PAIRS,
                        doc("1.0.1", "O(N)", "Sets the string values of one or more keys."),
                        StringCommands::mSet),
                command(
                        "msetnx",
                        -3,
                        "write denyoom",
                        Keys.PAIRS,
                        doc("1.0.1", "O(N)", "Sets several keys of one slot if none exists."),
                        StringCommands::mSetNx));
    }

    static Doc doc(String since, String complexity, String summary) {
        return new Doc("string", since, complexity, summary);
    }

    static void value(@Nullable Entry entry, ReplyWriter out) {
        if (entry == null) {
            out.nothing();
        } else {
            out.bulk(entry.value());
        }
    }

    private static void get(Connection connection, Request request) {
        connection
                .context()
                .mesh()
                .read(
                        request.bytes(1),
                        FreshnessCommands.of(connection, request.bytes(1)),
                        new ValueCall(connection));
    }

    private static void set(Connection connection, Request request) {
        if (request.count() == 3) {
            put(connection, request, 2, Expiry.CACHE_DEFAULT, Condition.ALWAYS, OK_OR_NIL);
            return;
        }
        SetOptions options = SetOptions.parse(request, 3, connection.context().nowMillis());
        WriteCall.Form form = options.get ? PREVIOUS : OK_OR_NIL;
        put(connection, request, 2, options.expiry, options.condition, form);
    }

    private static void put(
            Connection connection,
            Request request,
            int valueAt,
            Expiry expiry,
            Condition condition,
            WriteCall.Form form) {
        Operation operation =
                new Operation.Put(
                        request.bytes(1),
                        request.copy(valueAt),
                        expiry,
                        condition,
                        form.equals(PREVIOUS));
        connection.context().mesh().write(operation, new WriteCall(connection, form));
    }

    private static void setNx(Connection connection, Request request) {
        put(connection, request, 2, Expiry.CACHE_DEFAULT, Condition.IF_ABSENT, ONE_OR_ZERO);
    }

    private static void setFor(
            Connection connection, Request request, ExpiryOption option, String name) {
        Expiry expiry = option.positive(request, 2, name, connection.context().nowMillis());
        put(connection, request, 3, expiry, Condition.ALWAYS, OK_OR_NIL);
    }

    private static void getSet(Connection connection, Request request) {
        put(connection, request, 2, Expiry.CACHE_DEFAULT, Condition.ALWAYS, PREVIOUS);
    }

    private static void getDel(Connection connection, Request request) {
        connection
                .context()
                .mesh()
                .write(
                        new Operation.Remove(request.bytes(1), Condition.ALWAYS, true),
                        new WriteCall(connection, PREVIOUS));
    }

    private static void getEx(Connection connection, Request request) {
        if (request.count() == 2) {
            get(connection, request);
            return;
        }
        connection
                .context()
                .mesh()
                .write(
                        new Operation.Expire(
                                request.bytes(1),
                                getExExpiry(connection, request),
                                Operation.ExpireCondition.ALWAYS,
                                true),
                        new WriteCall(connection, PREVIOUS));
    }

    private static Expiry getExExpiry(Connection connection, Request request) {
        if (request.is(2, "PERSIST") && request.count() == 3) {
            return Expiry.NONE;
        }
        ExpiryOption option = SetOptions.expiryOption(request, 2);
        if (request.count() != 4) {
            throw Refusal.syntax();
        }
        return option.positive(request, 3, "getex", connection.context().nowMillis());
    }

    private static void mGet(Connection connection, Request request) {
        int count = request.count() - 1;
        long bytesMax = connection.context().settings().outputBytesHardMax();
        Gather<Mesh.Read> gather =
                new Gather<>(connection, count, (reads, out) -> values(reads, bytesMax, out));
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

    private static void values(List<Mesh.Read> reads, long bytesMax, ReplyWriter out) {
        long bytes = 0;
        for (Mesh.Read read : reads) {
            Entry entry = read.entry();
            bytes += entry == null ? 0 : entry.valueLength();
        }
        if (bytes > bytesMax) {
            out.error("TOOLARGE the values have " + bytes + " bytes, more than " + bytesMax);
            return;
        }
        out.array(reads.size());
        reads.forEach(read -> value(read.entry(), out));
    }

    private static void mSet(Connection connection, Request request) {
        List<Operation.Pair> pairs = pairs(request, "mset");
        Gather<Outcome> gather =
                new Gather<>(
                        connection,
                        pairs.size(),
                        (outcomes, out) -> Outcomes.all(outcomes, out, ReplyWriter::ok));
        for (int i = 0; i < pairs.size(); i++) {
            Operation.Pair pair = pairs.get(i);
            connection
                    .context()
                    .mesh()
                    .write(
                            new Operation.Put(
                                    pair.key(),
                                    pair.value(),
                                    Expiry.CACHE_DEFAULT,
                                    Condition.ALWAYS,
                                    false),
                            gather.next());
        }
    }

    private static List<Operation.Pair> pairs(Request request, String name) {
        if (request.count() % 2 == 0) {
            throw Refusal.arity(name);
        }
        List<Operation.Pair> pairs = new ArrayList<>(request.count() / 2);
        for (int i = 1; i < request.count(); i += 2) {
            pairs.add(new Operation.Pair(request.bytes(i), request.copy(i + 1)));
        }
        return pairs;
    }

    /** Atomic only within a slot, so that keys of several slots are refused on both ports. */
    private static void mSetNx(Connection connection, Request request) {
        List<Operation.Pair> pairs = pairs(request, "msetnx");
        int slot = pairs.getFirst().key().slotIndex();
        for (Operation.Pair pair : pairs) {
            if (pair.key().slotIndex() != slot) {
                throw Redirects.crossSlot();
            }
        }
        connection
                .context()
                .mesh()
                .write(new Operation.PutAllIfAbsent(pairs), new WriteCall(connection, ONE_OR_ZERO));
    }
}
