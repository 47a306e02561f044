package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.admin.MeshReport.MemberReport;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer audit}: whether the cache is consistent, as its members have found. */
@Command(
        name = "audit",
        description = "Show how current copies were after writes, and every copy that was too old.",
        footer = {
            "",
            "Every member is asked: each takes some of the writes that it acknowledges (audit.rate), and",
            "compares what all members have of them after 100 ms, 1 s, 10 s and 1 min. The exit code is 1",
            "if a copy was older than it may be (C2, C4), or a member does not answer. A violation comes",
            "with its trace: what was seen of all members, and what had become of near copies of the key",
            "at the member in question. Near copies inside of clients are not asked.",
            "",
            "The JSON of --json: {windows: [{afterMs, samples, current, unanswered}], nearViolations,",
            "ownerViolations, worstStalenessMs, worstBeyondMs, dropped, abandoned, violations:",
            "[{seenBy, …}], unreachable: [name]}; a violation as GET /api/v1/audit tells it.",
            "",
            "Examples:",
            "  gossamer audit                          of the mesh of ./.gossamer",
            "  gossamer audit --json | jq .violations  for scripts"
        })
final class AuditCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Terminal terminal = command.terminal();
        Whereabouts whereabouts = command.whereabouts();
        MeshReport mesh = whereabouts.reach().report();
        AuditSummary summary = ask(mesh, whereabouts);
        if (json) {
            terminal.line(Json.text(summary.toMap()));
        } else {
            summary.show(terminal);
        }
        return summary.isGood() ? 0 : 1;
    }

    private static AuditSummary ask(MeshReport mesh, Whereabouts whereabouts) {
        Map<String, JsonObject> reports = new LinkedHashMap<>();
        List<String> unreachable = new ArrayList<>();
        for (MemberReport member : mesh.members()) {
            try {
                reports.put(member.name(), whereabouts.apiOf(member).object("/api/v1/audit"));
            } catch (IOException _) {
                unreachable.add(member.name());
            }
        }
        return new AuditSummary(reports, unreachable);
    }
}
