package dev.gossamer.node.cli;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer set}: stores a value. */
@Command(
        name = "set",
        description = "Store a value under a key.",
        footer = {
            "",
            "Examples:",
            "  gossamer set greeting hello",
            "  gossamer set 42 Ada --cache users --ttl 10m",
            "  gossamer set lock me --if-absent        exit code 1 when there is a value already"
        })
final class SetCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
    private String key = "";

    @Parameters(index = "1", paramLabel = "VALUE", description = "The value, stored as UTF-8.")
    private String value = "";

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            description = "When it expires, such as 10m (default: as the cache's settings say).")
    private @Nullable Span ttl;

    @Option(names = "--if-absent", description = "Only when the key has no value.")
    private boolean ifAbsent;

    @Override
    public Integer call() {
        return ClientCalls.ask(Commands.rootOf(root), this::store) ? 0 : 1;
    }

    private boolean store(Gossamer mesh) {
        Cache<String, byte[]> target = cache.of(mesh);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (ifAbsent) {
            return ttl == null
                    ? target.putIfAbsent(key, bytes)
                    : target.putIfAbsent(key, bytes, ttl.duration());
        }
        if (ttl == null) {
            target.put(key, bytes);
        } else {
            target.put(key, bytes, ttl.duration());
        }
        return true;
    }
}
