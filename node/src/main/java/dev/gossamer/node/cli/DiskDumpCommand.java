package dev.gossamer.node.cli;

import dev.gossamer.node.cli.disk.FolderDump;
import dev.gossamer.node.cli.disk.RecordFilter;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gossamer disk dump}: the records themselves. */
@Command(
        name = "dump",
        description = "Print the records, one a line, in the order in which they were written.",
        footer = {
            "",
            "A line: segment:offset, kind, length of the record, key or place, version, when it expires",
            "or may be forgotten, number of tags. The last line about a place is what counts.",
            "",
            "A line of --json: {segment, offset, kind, slot, position, key, encoding, version,",
            "expiresAtMs, tags, recordBytes, compression, storedBytes, valueBytes, value,",
            "valueEncoding, flaw}",
            "",
            "Examples:",
            "  gossamer disk dump --key users:42 --values        what became of a key, oldest first",
            "  gossamer disk dump --cache users --json | jq -r .key",
            "  gossamer disk dump /var/lib/gossamer/disk --slot 5061"
        })
final class DiskDumpCommand implements Callable<Integer> {
    @ParentCommand private @Nullable DiskCommand parent;
    @Spec private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "FOLDER",
            arity = "0..1",
            description = "The tier's folder, or the node's data folder.")
    private @Nullable Path folder;

    @Option(names = "--slot", paramLabel = "SLOT", description = "Only records of this slot.")
    private @Nullable Integer slot;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Only records of this key, and erasures of its place.")
    private @Nullable String key;

    @Option(names = "--cache", paramLabel = "NAME", description = "Only records of this cache.")
    private @Nullable String cache;

    @Option(names = "--values", description = "With the values.")
    private boolean values;

    @Option(
            names = "--value-size",
            paramLabel = "SIZE",
            defaultValue = "256B",
            description = "How much of each value (default: ${DEFAULT-VALUE}).")
    private Size valueSize = new Size(256);

    @Option(names = "--json", description = "Print a JSON object a line.")
    private boolean json;

    @Override
    public Integer call() {
        DiskCommand disk = DiskCommand.of(parent);
        Terminal terminal = disk.root().terminal();
        RecordFilter filter =
                new RecordFilter(
                        Optional.ofNullable(slot).map(this::checked),
                        Optional.ofNullable(key).map(Bytes::utf8),
                        Optional.ofNullable(cache));
        int valueBytesMax = (int) Math.min(Integer.MAX_VALUE, valueSize.bytes());
        FolderDump.Form form = new FolderDump.Form(json, values, valueBytesMax);
        return disk.work(
                folder,
                "dumping",
                (found, progress) -> {
                    new FolderDump(found, filter, form, line -> print(terminal, line))
                            .run(progress);
                    return 0;
                });
    }

    /** False when the other end of the pipe is gone, as that of {@code head} is. */
    private static boolean print(Terminal terminal, String line) {
        terminal.line(line);
        return !terminal.out().checkError();
    }

    private int checked(int index) {
        if (index < 0 || index >= Slot.COUNT) {
            throw new ParameterException(
                    Commands.specOf(spec).commandLine(),
                    "--slot " + index + " is outside [0, " + (Slot.COUNT - 1) + "]");
        }
        return index;
    }
}
