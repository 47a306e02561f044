package dev.gossamer.node.cli;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What picocli injects into every command before it is called. */
final class Commands {
    private Commands() {}

    static GossamerCommand rootOf(@Nullable GossamerCommand injected) {
        return Objects.requireNonNull(injected, "a command runs below the root command");
    }

    static CommandSpec specOf(@Nullable CommandSpec injected) {
        return Objects.requireNonNull(injected, "picocli injects the specification");
    }

    /**
     * Takes a shutdown hook away.
     *
     * @return false when the process is ending already and the hook runs
     */
    @CanIgnoreReturnValue
    static boolean removeHook(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            return false;
        }
    }
}
