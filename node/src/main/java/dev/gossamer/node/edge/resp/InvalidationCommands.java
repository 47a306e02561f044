package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Invalidation;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.util.List;

/** GSM.INVALIDATE: many entries at once, by what they depend on. */
final class InvalidationCommands {
    private InvalidationCommands() {}

    static List<Command> all() {
        return List.of(
                Command.command(
                        "gsm.invalidate",
                        -3,
                        "write",
                        Keys.NONE,
                        new Doc(
                                "gossamer",
                                "1.0.0",
                                "O(members) for TAG and CACHE, O(1) for KEY, O(keys of the mesh)"
                                        + " for PREFIX",
                                "Makes entries count as absent: by tag, cache, prefix or key."),
                        InvalidationCommands::invalidate));
    }

    private static void invalidate(Connection connection, Request request) {
        Invalidation what = parse(request);
        FutureCall.await(
                connection,
                connection.context().mesh().invalidate(what, connection.client().caller()),
                InvalidationCommands::done);
    }

    private static Invalidation parse(Request request) {
        if (request.is(1, "TAG")) {
            return tag(request);
        }
        if (request.count() != 3) {
            throw Refusal.syntax();
        }
        if (request.is(1, "CACHE")) {
            return new Invalidation.Cache(request.text(2));
        }
        if (request.is(1, "PREFIX")) {
            return new Invalidation.Prefix(request.bytes(2));
        }
        if (request.is(1, "KEY")) {
            return new Invalidation.Key(request.bytes(2));
        }
        throw Refusal.syntax();
    }

    private static Invalidation tag(Request request) {
        if (request.count() == 3) {
            return new Invalidation.Tag(CacheSettings.DEFAULT_NAME, request.bytes(2));
        }
        if (request.count() == 5 && request.is(3, "CACHE")) {
            return new Invalidation.Tag(request.text(4), request.bytes(2));
        }
        throw Refusal.syntax();
    }

    /** The version, where it was one step, and else how many entries there were. */
    private static void done(Invalidation.Done done, ReplyWriter out) {
        if (done.version().isPresent()) {
            out.text(done.version().get().toString());
        } else {
            out.integer(done.removed());
        }
    }
}
