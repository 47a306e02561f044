package dev.gossamer.node.cli;

import dev.gossamer.client.Cache;
import dev.gossamer.client.Gossamer;
import dev.gossamer.client.codec.Codec;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cli.terminal.CliException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands share that use the mesh through the thin client. */
final class ClientCalls {
    private ClientCalls() {}

    /** Which cache a key belongs to. */
    static final class CacheOption {
        @Option(
                names = "--cache",
                paramLabel = "NAME",
                description = "The named cache; the same as writing NAME: before the key.")
        private @Nullable String name;

        String nameOrDefault() {
            return Optional.ofNullable(name).orElse(CacheSettings.DEFAULT_NAME);
        }

        Cache<String, byte[]> of(Gossamer mesh) {
            return mesh.cache(nameOrDefault(), Codec.utf8(), Codec.bytes());
        }
    }

    /** Connects to the mesh that the user means, asks, and closes the connection. */
    static <T> T ask(GossamerCommand root, Function<Gossamer, T> question) {
        try (Gossamer mesh = connect(root.whereabouts().clientUri())) {
            return question.apply(mesh);
        }
    }

    /**
     * @throws CliException when the address is none
     */
    static Gossamer connect(String uri) {
        try {
            return Gossamer.connect(uri);
        } catch (IllegalArgumentException e) {
            throw new CliException("--mesh: " + e.getMessage(), e);
        }
    }
}
