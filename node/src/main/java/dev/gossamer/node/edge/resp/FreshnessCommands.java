package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.resp.Request;
import java.time.Duration;
import java.util.List;

/** How fresh a connection's reads are to be (C4). */
final class FreshnessCommands {
    /** Longer ages than this are no bound that anybody means. */
    private static final long WITHIN_MILLIS_MAX = Duration.ofDays(365).toMillis();

    private FreshnessCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "gsm.freshness",
                        -2,
                        "fast noscript loading stale",
                        Keys.NONE,
                        new Doc(
                                "gossamer",
                                "1.0.0",
                                "O(1)",
                                "Says how fresh the reads of this connection must be."),
                        FreshnessCommands::choose));
    }

    private static void choose(Connection connection, Request request) {
        if (request.is(1, "DEFAULT") && request.count() == 2) {
            connection.client().freshness = null;
        } else {
            Freshness chosen = at(request, 1);
            if (request.count() != (chosen instanceof Freshness.Within ? 3 : 2)) {
                throw Refusal.syntax();
            }
            connection.client().freshness = chosen;
        }
        connection.out().simple("OK");
    }

    /** What a read means that does not say: the connection's word, or else the cache's. */
    static Freshness of(Connection connection, Bytes key) {
        Freshness chosen = connection.client().freshness;
        return chosen == null ? connection.context().mesh().freshnessOf(key) : chosen;
    }

    /** {@code LATEST}, {@code ANY} or {@code WITHIN milliseconds}. */
    static Freshness at(Request request, int i) {
        if (request.is(i, "LATEST")) {
            return Freshness.LATEST;
        }
        if (request.is(i, "ANY")) {
            return Freshness.ANY;
        }
        if (!request.is(i, "WITHIN")) {
            throw Refusal.syntax();
        }
        long millis = Arguments.integer(request, Arguments.valueOf(request, i));
        if (millis < 0) {
            throw new Refusal("ERR freshness bound is negative");
        }
        return new Freshness.Within(Duration.ofMillis(Math.min(millis, WITHIN_MILLIS_MAX)));
    }
}
