package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.disk.DiskFolder;
import dev.gossamer.node.cli.disk.FolderReport;
import dev.gossamer.node.cli.disk.FolderText;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.store.disk.format.DiskFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer disk inspect}: what the log has, and how much of it counts. */
@Command(
        name = "inspect",
        description = "Show the segments, what is in them, and how much of it still counts.",
        footer = {
            "",
            "A record counts while no later one is about the same place, and it has not expired; what",
            "the mesh has replaced meanwhile, the folder does not know.",
            "",
            "The JSON of --json: {folder, format, log, member, segmentBytes, nextSegment, clean,",
            "bootId, snapshotBytes, bytes, liveEntries, liveTombstones, liveBytes,",
            "quarantinedBytes, caches: [{cache, entries, bytes}], segments: [{segment, file,",
            "state, createdAtMs, sealedAtMs, bytes, usedBytes, values, tombstones, erasures,",
            "liveEntries, liveTombstones, liveBytes, tail, quarantined: [{offset, bytes, what}]}]}",
            "",
            "Examples:",
            "  gossamer disk inspect                             the only node below ./.gossamer",
            "  gossamer disk inspect /var/lib/gossamer/disk",
            "  gossamer disk inspect --json | jq .liveBytes      for scripts"
        })
final class DiskInspectCommand implements Callable<Integer> {
    @ParentCommand private @Nullable DiskCommand parent;

    @Parameters(
            paramLabel = "FOLDER",
            arity = "0..1",
            description = "The tier's folder, or the node's data folder.")
    private @Nullable Path folder;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        DiskCommand disk = DiskCommand.of(parent);
        long now = System.currentTimeMillis();
        FolderReport report =
                disk.work(folder, "inspecting", (found, progress) -> inspect(found, now, progress));
        Terminal terminal = disk.root().terminal();
        if (json) {
            terminal.line(Json.text(report.toMap()));
        } else {
            new FolderText(report, terminal, now).show();
        }
        return 0;
    }

    private static FolderReport inspect(DiskFolder folder, long now, LongConsumer progress)
            throws IOException {
        return FolderReport.of(folder, snapshotBytes(folder), now, progress);
    }

    private static OptionalLong snapshotBytes(DiskFolder folder) throws IOException {
        try {
            return OptionalLong.of(Files.size(folder.path().resolve(DiskFormat.SNAPSHOT_NAME)));
        } catch (NoSuchFileException _) {
            return OptionalLong.empty();
        }
    }
}
