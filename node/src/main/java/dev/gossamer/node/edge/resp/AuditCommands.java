package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.mesh.audit.Violation;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.util.List;
import java.util.Locale;

/** What this node's auditor has found. */
final class AuditCommands {
    private AuditCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "gsm.audit",
                        1,
                        "readonly fast",
                        Keys.NONE,
                        new Doc(
                                "gossamer",
                                "1.0.0",
                                "O(1)",
                                "Returns how current this node found copies of its writes to be."),
                        AuditCommands::audit));
    }

    private static void audit(Connection connection, Request request) {
        AuditReport report = connection.context().mesh().audit();
        ReplyWriter out = connection.out();
        out.map(9);
        integer("rate", report.ratePerSecond(), out);
        out.text("windows");
        out.array(report.windows().size());
        report.windows().forEach(window -> window(window, out));
        integer("near_violations", report.nearViolations(), out);
        integer("owner_violations", report.ownerViolations(), out);
        integer("worst_staleness_ms", ceilMillis(report.worstStaleness().toNanos()), out);
        integer("worst_beyond_ms", ceilMillis(report.worstBeyond().toNanos()), out);
        integer("dropped", report.dropped(), out);
        integer("abandoned", report.abandoned(), out);
        out.text("violations");
        out.array(report.recent().size());
        report.recent().forEach(violation -> violation(violation, out));
    }

    private static void window(AuditReport.Window window, ReplyWriter out) {
        out.map(4);
        integer("after_ms", window.after().toMillis(), out);
        integer("samples", window.samples(), out);
        integer("current", window.current(), out);
        integer("unanswered", window.unanswered(), out);
    }

    private static void violation(Violation violation, ReplyWriter out) {
        out.map(9);
        integer("at_ms", violation.atMillis(), out);
        text("kind", violation.kind().name().toLowerCase(Locale.ROOT), out);
        out.text("key");
        out.bulk(violation.key());
        text("acknowledged", violation.version().toString(), out);
        text("member", violation.member().id().toString(), out);
        text("found", violation.found().toString(), out);
        text("origin", violation.origin().toString(), out);
        integer("after_ms", violation.afterNanos() / 1_000_000, out);
        integer("claimed_ms", ceilMillis(violation.claimedNanos()), out);
    }

    private static long ceilMillis(long nanos) {
        return Math.ceilDiv(nanos, 1_000_000);
    }

    private static void integer(String name, long value, ReplyWriter out) {
        out.text(name);
        out.integer(value);
    }

    private static void text(String name, String value, ReplyWriter out) {
        out.text(name);
        out.text(value);
    }
}
