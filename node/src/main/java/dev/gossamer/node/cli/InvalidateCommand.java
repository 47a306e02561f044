package dev.gossamer.node.cli;

import dev.gossamer.client.Gossamer;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.resp.Reply;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer invalidate}: makes many entries count as absent. */
@Command(
        name = "invalidate",
        description = "Make many entries count as absent, by what they depend on.",
        footer = {
            "",
            "A tag, or all of a cache, takes as long for a million entries as for one. A prefix is",
            "looked for among all keys of the mesh, which may take longer than a request may.",
            "",
            "Examples:",
            "  gossamer invalidate --tag tenant:7 --cache users",
            "  gossamer invalidate --all --cache users",
            "  gossamer invalidate --prefix page:/old/"
        })
final class InvalidateCommand implements Callable<Integer> {
    private static final String VERB = "GSM.INVALIDATE";

    @ParentCommand private @Nullable GossamerCommand root;
    @Mixin private ClientCalls.CacheOption cache = new ClientCalls.CacheOption();

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    /** Exactly one is given. */
    static final class What {
        @Option(
                names = "--tag",
                paramLabel = "TAG",
                description = "What depends on this tag of the cache.")
        private @Nullable String tag;

        @Option(names = "--all", description = "All of the cache.")
        private boolean all;

        @Option(
                names = "--prefix",
                paramLabel = "PREFIX",
                description = "The keys that begin so, the cache's prefix included.")
        private @Nullable String prefix;
    }

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Reply reply = ClientCalls.ask(command, this::invalidate);
        command.terminal().line(textOf(reply));
        return 0;
    }

    private Reply invalidate(Gossamer mesh) {
        return mesh.execute(words().stream().map(Bytes::utf8).toList());
    }

    private List<String> words() {
        String name = cache.nameOrDefault();
        if (what.tag != null) {
            return List.of(VERB, "TAG", what.tag, "CACHE", name);
        }
        return what.all
                ? List.of(VERB, "CACHE", name)
                : List.of(VERB, "PREFIX", Objects.requireNonNull(what.prefix));
    }

    private static String textOf(Reply reply) {
        return switch (reply) {
            case Reply.Whole(var removed) -> removed + " removed";
            case Reply.Blob blob -> "invalidated at " + blob.toUtf8();
            case Reply.Text(var version) -> "invalidated at " + version;
            default -> throw new IllegalStateException("the mesh answered " + reply);
        };
    }
}
