package dev.gossamer.node.cli;

import dev.gossamer.client.CacheEntry;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.protocol.Freshness;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer get}: the value under a key. */
@Command(
        name = "get",
        description = "Print the value under a key; nothing and exit code 1 when there is none.",
        footer = {
            "",
            "Examples:",
            "  gossamer get greeting",
            "  gossamer get 42 --cache users          the key users:42",
            "  gossamer get greeting --latest --meta  ask the primary; show version, tier, expiry"
        })
final class GetCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @Parameters(paramLabel = "KEY", description = "The key.")
    private String key = "";

    @Option(names = "--latest", description = "Answered by the slot's primary only.")
    private boolean latest;

    @Option(
            names = "--meta",
            description = "Show version, tier, origin and expiry before the value.")
    private boolean meta;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Freshness freshness = latest ? Freshness.LATEST : Freshness.DEFAULT;
        if (!meta) {
            Optional<byte[]> value =
                    ClientCalls.ask(command, mesh -> cache.of(mesh).get(key, freshness));
            value.ifPresent(command.terminal()::line);
            return value.isPresent() ? 0 : 1;
        }
        Optional<CacheEntry<byte[]>> entry =
                ClientCalls.ask(command, mesh -> cache.of(mesh).getEntry(key, freshness));
        entry.ifPresent(found -> show(found, command.terminal()));
        return entry.isPresent() ? 0 : 1;
    }

    private static void show(CacheEntry<byte[]> entry, Terminal terminal) {
        terminal.line("version  " + entry.version());
        terminal.line("tier     " + entry.tier());
        terminal.line("origin   " + entry.origin());
        terminal.line("expires  " + entry.expiresAt().map(Object::toString).orElse("never"));
        terminal.line(entry.value());
    }
}
