package dev.gossamer.node.cli;

import dev.gossamer.client.Gossamer;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer explain}: where a key lives, and what each owner has of it. */
@Command(
        name = "explain",
        description = "Show where a key lives: its slot, its owners, and what each has of it.",
        footer = {
            "",
            "Examples:",
            "  gossamer explain greeting",
            "  gossamer explain greeting --json"
        })
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @Parameters(paramLabel = "KEY", description = "The key.")
    private String key = "";

    @Option(names = "--json", description = "Print JSON, as the node answers it.")
    private boolean json;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        JsonObject answer = ClientCalls.ask(command, this::explain);
        if (json) {
            command.terminal().line(Json.text(answer.fields()));
        } else {
            show(answer, command.terminal());
        }
        return 0;
    }

    private JsonObject explain(Gossamer mesh) {
        String name = cache.nameOrDefault();
        String whole = name.equals(CacheSettings.DEFAULT_NAME) ? key : name + ":" + key;
        return PlainReply.object(
                mesh.execute(List.of(Bytes.utf8("GSM.EXPLAIN"), Bytes.utf8(whole))));
    }

    private static void show(JsonObject answer, Terminal terminal) {
        terminal.line(
                "slot "
                        + answer.number("slot")
                        + ", cache "
                        + answer.text("cache")
                        + ", epoch "
                        + Epoch.text(answer.number("epoch")));
        Table table =
                new Table(
                        List.of(
                                Column.text("member"),
                                Column.text("role"),
                                Column.text("slot").importance(10),
                                Column.text("entry"),
                                Column.number("bytes"),
                                Column.text("version").importance(20),
                                Column.text("expires").importance(30)));
        answer.objects("copies")
                .forEach(copy ->
                        table.row(
                                copy.text("name"),
                                copy.text("role"),
                                copy.text("state"),
                                entryOf(copy),
                                copy.text("bytes"),
                                copy.text("version"),
                                expiryOf(copy)));
        terminal.table(table);
    }

    private static String entryOf(JsonObject copy) {
        if (!copy.text("problem").isEmpty()) {
            return "unknown: " + copy.text("problem");
        }
        if (copy.flag("present")) {
            return "present";
        }
        return copy.text("version").isEmpty() ? "absent" : "removed";
    }

    private static String expiryOf(JsonObject copy) {
        long millis = copy.number("expires_at");
        return millis > 0 ? Instant.ofEpochMilli(millis).toString() : "";
    }
}
