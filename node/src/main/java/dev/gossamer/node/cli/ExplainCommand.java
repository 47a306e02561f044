package dev.gossamer.node.cli;

import dev.gossamer.client.Gossamer;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.JsonObject;
import dev.gossamer.protocol.Bytes;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * {@code gossamer explain}: where a key lives, what each member has of it, and what became of it
 * lately.
 */
@Command(
        name = "explain",
        description =
                "Show where a key lives: its slot, its owners, what each member has of it, and its"
                        + " last changes with who caused them.",
        footer = {
            "",
            "Examples:",
            "  gossamer explain greeting",
            "  gossamer explain greeting --mutations 50   who changed it, further back",
            "  gossamer explain greeting --json"
        })
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @Parameters(paramLabel = "KEY", description = "The key.")
    private String key = "";

    @Option(
            names = "--mutations",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many changes to show, the newest first (default: ${DEFAULT-VALUE}).")
    private int mutations;

    @Option(names = "--json", description = "Print JSON, as the node answers it.")
    private boolean json;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        JsonObject answer = ClientCalls.ask(command, this::explain);
        if (json) {
            command.terminal().line(Json.text(answer.fields()));
        } else {
            ExplainText.show(answer, command.terminal());
        }
        return 0;
    }

    private JsonObject explain(Gossamer mesh) {
        String name = cache.nameOrDefault();
        String whole = name.equals(CacheSettings.DEFAULT_NAME) ? key : name + ":" + key;
        return PlainReply.object(
                mesh.execute(
                        List.of(
                                Bytes.utf8("GSM.EXPLAIN"),
                                Bytes.utf8(whole),
                                Bytes.utf8("MUTATIONS"),
                                Bytes.utf8(Integer.toString(mutations)))));
    }
}
