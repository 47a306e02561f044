package dev.gossamer.node.cli;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer del}: removes values. */
@Command(
        name = "del",
        description = "Remove keys; prints how many there were.",
        footer = {"", "Examples:", "  gossamer del greeting", "  gossamer del 42 43 --cache users"})
final class DelCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @Parameters(paramLabel = "KEY", arity = "1..*", description = "The keys.")
    private List<String> keys = List.of();

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        long removed = ClientCalls.ask(command, this::remove);
        command.terminal().line(String.valueOf(removed));
        return 0;
    }

    private long remove(Gossamer mesh) {
        Cache<String, byte[]> target = cache.of(mesh);
        return keys.stream().filter(target::remove).count();
    }
}
