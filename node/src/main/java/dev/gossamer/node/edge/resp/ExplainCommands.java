package dev.gossamer.node.edge.resp;

import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Explanation;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** GSM.EXPLAIN: where a key lives, what each member has of it, and what became of it lately. */
final class ExplainCommands {
    private static final Duration USABLE_WITHIN = Duration.ofSeconds(1);

    private ExplainCommands() {}

    static List<Command> all() {
        return List.of(
                Command.command(
                        "gsm.explain",
                        -2,
                        "readonly",
                        Keys.NONE,
                        new Doc(
                                "gossamer",
                                "1.0.0",
                                "O(members)",
                                "Returns where a key lives, what each member has of it, and its"
                                        + " last changes with who caused them."),
                        ExplainCommands::explain));
    }

    private static void explain(Connection connection, Request request) {
        Bytes key = request.bytes(1);
        int changes = changes(request);
        FutureCall.await(
                connection,
                connection.context().mesh().explain(key),
                (explanation, out) -> explanation(explanation.withChanges(changes), out));
    }

    private static int changes(Request request) {
        if (request.count() == 2) {
            return Explanation.CHANGES_SHOWN;
        }
        if (request.count() != 4 || !request.is(2, "MUTATIONS")) {
            throw Refusal.syntax();
        }
        long wanted = Arguments.integer(request, 3);
        if (wanted < 0) {
            throw new Refusal("ERR MUTATIONS is negative");
        }
        return (int) Math.min(wanted, Integer.MAX_VALUE);
    }

    private static void explanation(Explanation explanation, ReplyWriter out) {
        out.map(9);
        out.text("key");
        out.bulk(explanation.key());
        out.text("slot");
        out.integer(explanation.slot());
        out.text("epoch");
        out.integer(explanation.epoch());
        pair("cache", explanation.cache(), out);
        out.text("copies");
        out.array(explanation.copies().size());
        explanation.copies().forEach(copy -> copy(copy, out));
        out.text("void");
        voided(explanation.copies(), out);
        out.text("near");
        out.array(explanation.nears().size());
        explanation.nears().forEach(near -> near(near, out));
        out.text("lease");
        lease(explanation.lease().orElse(null), out);
        out.text("mutations");
        out.array(explanation.changes().size());
        explanation.changes().forEach(change -> change(change, out));
    }

    private static void copy(Explanation.Copy copy, ReplyWriter out) {
        Entry entry = copy.entry();
        out.map(10);
        pair("member", copy.member().id().toString(), out);
        pair("name", copy.member().name(), out);
        pair("role", copy.role(), out);
        pair("state", copy.state(), out);
        out.text("present");
        out.bool(entry != null && !entry.isTombstone());
        pair("tier", copy.tier(), out);
        pair("version", entry == null ? null : entry.version().toString(), out);
        out.text("bytes");
        out.integer(entry == null ? 0 : entry.valueLength());
        out.text("expires_at");
        expiry(entry, out);
        pair("problem", copy.problem(), out);
    }

    private static void expiry(@Nullable Entry entry, ReplyWriter out) {
        if (entry == null || entry.expiresAtMillis() == Entry.NEVER) {
            out.nothing();
        } else {
            out.integer(entry.expiresAtMillis());
        }
    }

    /** The owners whose entry does not count although it is there. */
    private static void voided(List<Explanation.Copy> copies, ReplyWriter out) {
        long count = copies.stream().filter(copy -> copy.voided() != null).count();
        out.array((int) count);
        for (Explanation.Copy copy : copies) {
            Explanation.Voided voided = copy.voided();
            if (voided != null) {
                out.map(4);
                pair("name", copy.member().name(), out);
                pair("by", voided.byCache() ? "cache" : "tag", out);
                pair("tag", voided.name(), out);
                out.text("at");
                out.integer(voided.atMillis());
            }
        }
    }

    private static void near(Explanation.Near near, ReplyWriter out) {
        out.map(7);
        pair("member", near.member().id().toString(), out);
        pair("name", near.member().name(), out);
        pair("version", near.version().toString(), out);
        out.text("bytes");
        out.integer(near.bytes());
        pair("origin", near.origin().name(), out);
        out.text("age_ms");
        out.integer(Math.ceilDiv(near.ageNanos(), 1_000_000));
        out.text("within_1s");
        out.bool(near.isUsableWithin(USABLE_WITHIN));
    }

    private static void lease(Leases.@Nullable Running lease, ReplyWriter out) {
        if (lease == null) {
            out.nothing();
            return;
        }
        out.map(5);
        pair("token", lease.token().toString(), out);
        out.text("holder");
        caller(lease.holder(), out);
        out.text("age_ms");
        out.integer(lease.ageMillis());
        out.text("left_ms");
        out.integer(lease.leftMillis());
        out.text("waiting");
        out.integer(lease.waiting());
    }

    private static void change(Explanation.Change change, ReplyWriter out) {
        out.map(8);
        out.text("at");
        out.integer(change.atMillis());
        pair("what", change.what().name().toLowerCase(Locale.ROOT), out);
        out.text("removal");
        out.bool(change.removal());
        pair("version", change.version().toString(), out);
        out.text("by");
        caller(change.caller(), out);
        pair("through", change.through().map(member -> member.name()).orElse(null), out);
        out.text("on");
        out.array(change.on().size());
        change.on().forEach(member -> out.text(member.name()));
        pair("tag", change.detail().isEmpty() ? null : change.detail(), out);
    }

    private static void caller(Caller caller, ReplyWriter out) {
        out.map(5);
        pair("way", caller.way().name().toLowerCase(Locale.ROOT), out);
        pair("id", caller.id(), out);
        pair("name", caller.name(), out);
        pair("address", caller.address(), out);
        pair("means", caller.means(), out);
    }

    private static void pair(String name, @Nullable String value, ReplyWriter out) {
        out.text(name);
        if (value == null) {
            out.nothing();
        } else {
            out.text(value);
        }
    }
}
