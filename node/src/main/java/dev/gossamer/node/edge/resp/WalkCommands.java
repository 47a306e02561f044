package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** All keys: of the mesh on the proxying port, of this node's slots on the clustered one. */
final class WalkCommands {
    private static final int COUNT_DEFAULT = 10;
    private static final int COUNT_MAX = 10_000;
    private static final int KEYS_PAGE = 1000;

    private WalkCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "scan",
                        -2,
                        "readonly",
                        Keys.NONE,
                        KeyCommands.doc("2.8.0", "O(1) a call", "Iterates over the key names."),
                        WalkCommands::scan),
                command(
                        "keys",
                        2,
                        "readonly",
                        Keys.NONE,
                        KeyCommands.doc("1.0.0", "O(N)", "Returns all keys that match a pattern."),
                        WalkCommands::keys),
                command(
                        "randomkey",
                        1,
                        "readonly",
                        Keys.NONE,
                        KeyCommands.doc("1.0.0", "O(1)", "Returns some key of the mesh."),
                        WalkCommands::randomKey),
                command(
                        "dbsize",
                        1,
                        "readonly fast",
                        Keys.NONE,
                        new Doc("server", "1.0.0", "O(1)", "Returns the number of keys."),
                        WalkCommands::dbSize),
                command(
                        "flushall",
                        -1,
                        "write",
                        Keys.NONE,
                        new Doc("server", "1.0.0", "O(N)", "Removes all keys."),
                        WalkCommands::flush),
                command(
                        "flushdb",
                        -1,
                        "write",
                        Keys.NONE,
                        new Doc("server", "1.0.0", "O(N)", "Removes all keys."),
                        WalkCommands::flush));
    }

    private static void scan(Connection connection, Request request) {
        long cursor = cursor(request.text(1));
        ScanOptions options = ScanOptions.parse(request, 2);
        FutureCall.await(
                connection,
                connection.context().mesh().scan(cursor, options.count, connection.port().scope()),
                (page, out) -> page(page, options, out));
    }

    private static long cursor(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new Refusal("ERR invalid cursor");
        }
    }

    private static void page(Mesh.ScanPage page, ScanOptions options, ReplyWriter out) {
        List<Bytes> keys = page.keys().stream().filter(options::wants).toList();
        out.array(2);
        out.text(Long.toUnsignedString(page.cursor()));
        out.array(keys.size());
        keys.forEach(out::bulk);
    }

    /** MATCH, COUNT and TYPE. */
    private static final class ScanOptions {
        private Glob glob = new Glob(new byte[] {'*'});
        private int count = COUNT_DEFAULT;
        private boolean strings = true;

        static ScanOptions parse(Request request, int from) {
            ScanOptions options = new ScanOptions();
            for (int i = from; i < request.count(); i += 2) {
                options.take(request, i, Arguments.valueOf(request, i));
            }
            return options;
        }

        private void take(Request request, int i, int value) {
            if (request.is(i, "MATCH")) {
                glob = new Glob(request.copy(value));
            } else if (request.is(i, "COUNT")) {
                long wanted = Arguments.integer(request, value);
                if (wanted < 1) {
                    throw Refusal.syntax();
                }
                count = (int) Math.min(wanted, COUNT_MAX);
            } else if (request.is(i, "TYPE")) {
                strings = request.is(value, "STRING");
            } else {
                throw Refusal.syntax();
            }
        }

        boolean wants(Bytes key) {
            return strings && (glob.matchesAll() || glob.matches(key.array()));
        }
    }

    private static void keys(Connection connection, Request request) {
        Glob glob = new Glob(request.copy(1));
        FutureCall.await(
                connection,
                new KeyWalk(connection, glob).from(0),
                (keys, out) -> {
                    out.array(keys.size());
                    keys.forEach(out::bulk);
                });
    }

    /** Goes through all pages; ends with an error when more is found than one reply may be. */
    private static final class KeyWalk {
        private final Connection connection;
        private final Glob glob;
        private final List<Bytes> found = new ArrayList<>();
        private long bytes;

        KeyWalk(Connection connection, Glob glob) {
            this.connection = connection;
            this.glob = glob;
        }

        CompletableFuture<List<Bytes>> from(long cursor) {
            Mesh mesh = connection.context().mesh();
            return mesh.scan(cursor, KEYS_PAGE, connection.port().scope())
                    .thenComposeAsync(this::take, connection.channel().eventLoop());
        }

        private CompletableFuture<List<Bytes>> take(Mesh.ScanPage page) {
            for (Bytes key : page.keys()) {
                if (glob.matches(key.array())) {
                    found.add(key);
                    bytes += key.length();
                }
            }
            int bytesMax = connection.context().settings().outputBytesHardMax();
            if (bytes > bytesMax) {
                throw new GossamerException(
                        ErrorCode.TOOLARGE,
                        "the keys have more than " + bytesMax + " bytes; use SCAN");
            }
            return page.cursor() == 0
                    ? CompletableFuture.completedFuture(found)
                    : from(page.cursor());
        }
    }

    private static void randomKey(Connection connection, Request request) {
        FutureCall.await(
                connection,
                connection.context().mesh().randomKey().thenApply(Optional::ofNullable),
                (key, out) -> key.ifPresentOrElse(out::bulk, out::nothing));
    }

    private static void dbSize(Connection connection, Request request) {
        FutureCall.await(
                connection,
                connection.context().mesh().size(connection.port().scope()),
                (size, out) -> out.integer(size));
    }

    private static void flush(Connection connection, Request request) {
        boolean mode = request.count() == 2 && (request.is(1, "ASYNC") || request.is(1, "SYNC"));
        if (request.count() != 1 && !mode) {
            throw Refusal.syntax();
        }
        FutureCall.await(
                connection,
                connection
                        .context()
                        .mesh()
                        .flush(connection.port().scope(), connection.client().caller()),
                (done, out) -> out.ok());
    }
}
