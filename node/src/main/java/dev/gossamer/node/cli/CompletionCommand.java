package dev.gossamer.node.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gossamer completion}: a script that teaches a shell the commands. */
@Command(
        name = "completion",
        description = "Print a script that completes Gossamer's commands in a shell.",
        footer = {
            "",
            "Examples:",
            "  source <(gossamer completion bash)                     in this shell",
            "  gossamer completion zsh > ~/.gossamer-completion.zsh   for good; source it in ~/.zshrc"
        })
final class CompletionCommand implements Runnable {
    @ParentCommand private @Nullable GossamerCommand root;
    @Spec private @Nullable CommandSpec spec;

    /** Shells that the script works in; zsh runs it through its own compatibility layer. */
    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.BASH;

    @Override
    public void run() {
        String script = AutoComplete.bash("gossamer", Commands.specOf(spec).root().commandLine());
        String before =
                switch (shell) {
                    case BASH -> "";
                    case ZSH ->
                            """
                            autoload -U +X compinit && compinit
                            autoload -U +X bashcompinit && bashcompinit
                            """;
                };
        Commands.rootOf(root).terminal().line(before + script);
    }
}
