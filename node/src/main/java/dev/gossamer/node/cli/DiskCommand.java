package dev.gossamer.node.cli;

import dev.gossamer.node.cli.disk.DiskFolder;
import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.node.cli.terminal.Progress;
import dev.gossamer.node.store.disk.format.UnknownFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gossamer disk}: what is in a node's SSD tier. */
@Command(
        name = "disk",
        description = "Look into the folder of a node's SSD tier; nothing is changed there.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DiskInspectCommand.class, DiskVerifyCommand.class, DiskDumpCommand.class},
        footer = {
            "",
            "FOLDER is the tier's folder or the node's data folder; without it, the only one below",
            "--data. The node may run meanwhile: what it removes is passed over.",
            "docs/disk-format.md says what every byte means.",
            "",
            "Examples:",
            "  gossamer disk inspect .gossamer/node-1     what is there, and how much of it counts",
            "  gossamer disk verify .gossamer/node-1      whether all of it is good",
            "  gossamer disk dump .gossamer/node-1 --key users:42"
        })
final class DiskCommand implements Runnable {
    @ParentCommand private @Nullable GossamerCommand root;
    @Spec private @Nullable CommandSpec spec;

    @Override
    public void run() {
        Commands.specOf(spec).commandLine().usage(root().terminal().out());
    }

    GossamerCommand root() {
        return Commands.rootOf(root);
    }

    /** Something that is done to a folder. */
    @FunctionalInterface
    interface Work<T> {
        T on(DiskFolder folder, LongConsumer progress) throws IOException;
    }

    /**
     * Finds the folder and does something with it, while the terminal shows how far that is.
     *
     * @param named the folder that the user named
     * @param what the work, as the progress calls it
     */
    <T> T work(@Nullable Path named, String what, Work<T> work) {
        Path path = DiskFolder.find(Optional.ofNullable(named), root().data());
        try {
            DiskFolder folder = DiskFolder.open(path);
            Progress progress = new Progress(root().terminal(), what, System::nanoTime);
            long bytes = folder.bytes();
            T result = work.on(folder, done -> progress.at(done, bytes, ""));
            progress.done();
            return result;
        } catch (UnknownFormatException e) {
            throw new CliException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new CliException("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    static DiskCommand of(@Nullable DiskCommand injected) {
        return Objects.requireNonNull(injected, "below the command disk");
    }
}
