package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Operation.ExpireCondition;
import dev.gossamer.node.cache.Operation.Expiry;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.resp.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When keys expire. */
final class ExpiryCommands {
    private static final int ABSENT = -2;
    private static final int NEVER = -1;

    private ExpiryCommands() {}

    static List<Command> all() {
        return List.of(
                expire("expire", "1.0.0", ExpiryOption.EX, "in seconds"),
                expire("pexpire", "2.6.0", ExpiryOption.PX, "in milliseconds"),
                expire("expireat", "1.2.0", ExpiryOption.EXAT, "to a Unix timestamp"),
                expire("pexpireat", "2.6.0", ExpiryOption.PXAT, "to Unix milliseconds"),
                time("ttl", "1.0.0", "the seconds left to a key", ExpiryCommands::secondsLeft),
                time("pttl", "2.6.0", "the milliseconds left to a key", (at, now) -> at - now),
                time(
                        "expiretime",
                        "7.0.0",
                        "a key's expiration in Unix seconds",
                        (at, now) -> (at + 500) / 1000),
                time(
                        "pexpiretime",
                        "7.0.0",
                        "a key's expiration in Unix milliseconds",
                        (at, now) -> at),
                command(
                        "persist",
                        2,
                        "write fast",
                        Keys.ONE,
                        KeyCommands.doc("2.2.0", "O(1)", "Removes the expiration time of a key."),
                        ExpiryCommands::persist));
    }

    private interface Form {
        long of(long expiresAtMillis, long nowMillis);
    }

    private static long secondsLeft(long expiresAtMillis, long nowMillis) {
        return (expiresAtMillis - nowMillis + 500) / 1000;
    }

    private static Command expire(String name, String since, ExpiryOption option, String how) {
        return command(
                name,
                -3,
                "write fast",
                Keys.ONE,
                KeyCommands.doc(since, "O(1)", "Sets the expiration of a key " + how + "."),
                (connection, request) -> expire(connection, request, option, name));
    }

    private static Command time(String name, String since, String what, Form form) {
        return command(
                name,
                2,
                "readonly fast",
                Keys.ONE,
                KeyCommands.doc(since, "O(1)", "Returns " + what + "."),
                (connection, request) -> time(connection, request, form));
    }

    private static void time(Connection connection, Request request, Form form) {
        RespContext context = connection.context();
        context.mesh()
                .read(
                        request.bytes(1),
                        FreshnessCommands.of(connection, request.bytes(1)),
                        new ReadCall(
                                connection,
                                (entry, out) ->
                                        out.integer(time(entry, form, context.nowMillis()))));
    }

    private static long time(@Nullable Entry entry, Form form, long nowMillis) {
        if (entry == null) {
            return ABSENT;
        }
        return entry.expiresAtMillis() == Entry.NEVER
                ? NEVER
                : Math.max(0, form.of(entry.expiresAtMillis(), nowMillis));
    }

    private static void persist(Connection connection, Request request) {
        connection
                .context()
                .mesh()
                .write(
                        new Operation.Expire(
                                request.bytes(1), Expiry.NONE, ExpireCondition.IF_SOME, false),
                        new WriteCall(connection, StringCommands.ONE_OR_ZERO));
    }

    private static void expire(
            Connection connection, Request request, ExpiryOption option, String name) {
        Bytes key = request.bytes(1);
        Expiry expiry = option.any(request, 2, name, connection.context().nowMillis());
        Conditions conditions = Conditions.parse(request, 3);
        Operation operation = new Operation.Expire(key, expiry, conditions.one(), false);
        WriteCall call = new WriteCall(connection, StringCommands.ONE_OR_ZERO);
        Mesh mesh = connection.context().mesh();
        if (conditions.isExistingAndEarlier()) {
            mesh.read(key, Freshness.LATEST, new IfItExpires(mesh, operation, call));
        } else {
            mesh.write(operation, call);
        }
    }

    /** The options of EXPIRE and its kin. */
    private record Conditions(boolean nx, boolean xx, boolean gt, boolean lt) {

        static Conditions parse(Request request, int from) {
            boolean[] seen = new boolean[4];
            for (int i = from; i < request.count(); i++) {
                seen[index(request, i)] = true;
            }
            if (seen[0] && (seen[1] || seen[2] || seen[3])) {
                throw new Refusal(
                        "ERR NX and XX, GT or LT options at the same time are not compatible");
            }
            if (seen[2] && seen[3]) {
                throw new Refusal("ERR GT and LT options at the same time are not compatible");
            }
            return new Conditions(seen[0], seen[1], seen[2], seen[3]);
        }

        private static int index(Request request, int i) {
            String[] words = {"NX", "XX", "GT", "LT"};
            for (int word = 0; word < words.length; word++) {
                if (request.is(i, words[word])) {
                    return word;
                }
            }
            throw new Refusal("ERR Unsupported option " + request.text(i));
        }

        /** LT takes keys that never expire, too, unless XX is said with it. */
        boolean isExistingAndEarlier() {
            return xx && lt;
        }

        ExpireCondition one() {
            if (nx) {
                return ExpireCondition.IF_NONE;
            }
            if (gt) {
                return ExpireCondition.IF_LATER;
            }
            if (lt) {
                return ExpireCondition.IF_EARLIER;
            }
            return xx ? ExpireCondition.IF_SOME : ExpireCondition.ALWAYS;
        }
    }

    /** XX with LT, in two steps: the write is made when the key was seen to have an expiration. */
    private record IfItExpires(Mesh mesh, Operation operation, Mesh.Callback<Outcome> callback)
            implements Mesh.Callback<Mesh.Read> {
        @Override
        public void done(Mesh.Read read) {
            Entry entry = read.entry();
            if (entry == null || entry.expiresAtMillis() == Entry.NEVER) {
                callback.done(new Outcome.Unchanged(null));
            } else {
                mesh.write(operation, callback);
            }
        }

        @Override
        public void failed(ErrorCode code, String message) {
            callback.failed(code, message);
        }
    }
}
