package dev.gossamer.node.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer version}: which Gossamer, on which Java. */
@Command(
        name = "version",
        description = "Show which Gossamer this is, and on which Java it runs.",
        footer = {"", "Example:", "  gossamer version"})
final class VersionCommand implements Runnable, IVersionProvider {
    @ParentCommand private @Nullable GossamerCommand root;

    @Override
    public void run() {
        for (String line : getVersion()) {
            Commands.rootOf(root).terminal().line(line);
        }
    }

    @Override
    public String[] getVersion() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return new String[] {
            "gossamer " + Objects.requireNonNullElse(version, "(not packaged)"),
            "java "
                    + System.getProperty("java.version")
                    + " ("
                    + System.getProperty("java.vendor")
                    + ")"
        };
    }
}
