package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.admin.MeshReport.MemberReport;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer ledger}: what the sides of a partition lost when they were merged. */
@Command(
        name = "ledger",
        description =
                "Show the keys that lost a version when the sides of a partition were merged.",
        footer = {
            "",
            "Every member is asked: each keeps the losses of the slots that it was primary of, since",
            "its start, as far as limits.ledger-bytes-max lets it.",
            "",
            "The JSON of --json: {losses: [{at, key, encoding, slot, lost: {version, epochText,",
            "member, removal}, kept: {version, epochText, member}, atMs}], unreachable: [name]}",
            "",
            "Examples:",
            "  gossamer ledger                               of the mesh of ./.gossamer",
            "  gossamer ledger --json | jq -r '.losses[].key'   for scripts"
        })
final class LedgerCommand implements Callable<Integer> {
    private static final int PAGE = 10_000;

    @ParentCommand private @Nullable GossamerCommand root;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "The most losses to show of each member (default: ${DEFAULT-VALUE}).")
    private int limit;

    private record Found(List<JsonObject> losses, List<String> unreachable, long total) {}

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Terminal terminal = command.terminal();
        Whereabouts whereabouts = command.whereabouts();
        MeshReport report = whereabouts.reach().report();
        Found found = ask(report, whereabouts);
        if (json) {
            terminal.line(Json.text(toMap(found)));
            return 0;
        }
        if (found.losses().isEmpty()) {
            terminal.line("No key has lost a version in a merge.");
        } else {
            terminal.table(table(report, found.losses()));
        }
        if (found.total() > found.losses().size()) {
            terminal.note(Figures.count(found.total()) + " in all; see more with --limit");
        }
        found.unreachable().forEach(name -> terminal.note(name + " does not answer"));
        return found.unreachable().isEmpty() ? 0 : 1;
    }

    private Found ask(MeshReport report, Whereabouts whereabouts) {
        List<JsonObject> losses = new ArrayList<>();
        List<String> unreachable = new ArrayList<>();
        long total = 0;
        for (MemberReport member : report.members()) {
            try {
                total += ask(member, whereabouts, losses);
            } catch (IOException _) {
                unreachable.add(member.name());
            }
        }
        return new Found(losses, unreachable, total);
    }

    /** Adds one member's losses, page by page. */
    private long ask(MemberReport member, Whereabouts whereabouts, List<JsonObject> losses)
            throws IOException {
        long total = 0;
        int size = 0;
        boolean more = true;
        for (int offset = 0; more && offset < limit; offset += size) {
            String path =
                    "/api/v1/ledger?offset=" + offset + "&limit=" + Math.min(PAGE, limit - offset);
            JsonObject page = whereabouts.apiOf(member).object(path);
            total = page.number("total");
            size = page.objects("losses").size();
            losses.addAll(page.objects("losses"));
            more = size > 0;
        }
        return total;
    }

    private static Map<String, Object> toMap(Found found) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("losses", found.losses().stream().map(LedgerCommand::withTime).toList());
        map.put("unreachable", found.unreachable());
        return map;
    }

    private static Map<String, Object> withTime(JsonObject loss) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("at", at(loss));
        map.putAll(loss.fields());
        return map;
    }

    private static String at(JsonObject loss) {
        return Instant.ofEpochMilli(loss.number("atMs")).toString();
    }

    private static Table table(MeshReport report, List<JsonObject> losses) {
        Table table =
                new Table(
                        List.of(
                                Column.text("merged at").importance(10),
                                Column.text("key"),
                                Column.text("lost"),
                                Column.text("kept").importance(50)));
        for (JsonObject loss : losses) {
            String what = loss.object("lost").flag("removal") ? "a removal" : "a value";
            table.row(
                    at(loss),
                    loss.text("key"),
                    what + side(report, loss.object("lost")),
                    "the one" + side(report, loss.object("kept")));
        }
        return table;
    }

    private static String side(MeshReport report, JsonObject version) {
        String id = version.text("member");
        String name =
                report.members().stream()
                        .filter(member -> member.id().equals(id))
                        .map(MemberReport::name)
                        .findFirst()
                        .orElse(id);
        return " of " + name + " in epoch " + version.text("epochText");
    }
}
