package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.disk.FolderCheck;
import dev.gossamer.node.cli.disk.FolderCheck.Finding;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.cli.terminal.Terminal.Mood;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer disk verify}: whether every byte is as it was written. */
@Command(
        name = "verify",
        description = "Check every record, every checksum and every index block.",
        footer = {
            "",
            "Exit code 1 if anything is damaged; it is listed. A node serves nothing of that, and goes",
            "on with the rest. A segment that ends within a record is no damage: its node was killed",
            "while it wrote, or still writes.",
            "",
            "The JSON of --json: {folder, segments, records, bytes, damaged, findings: [{file,",
            "offset, bytes, what}], notes}",
            "",
            "Examples:",
            "  gossamer disk verify                             the only node below ./.gossamer",
            "  gossamer disk verify /var/lib/gossamer/disk --json"
        })
final class DiskVerifyCommand implements Callable<Integer> {
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
        FolderCheck check = disk.work(folder, "verifying", FolderCheck::of);
        Terminal terminal = disk.root().terminal();
        if (json) {
            terminal.line(Json.text(check.toMap()));
        } else {
            show(check, terminal);
        }
        return check.findingCount() == 0 ? 0 : 1;
    }

    private static void show(FolderCheck check, Terminal terminal) {
        check.notes().forEach(terminal::note);
        if (!check.findings().isEmpty()) {
            terminal.table(table(check.findings()));
        }
        String looked =
                "%s segments, %s records, %s: "
                        .formatted(
                                Figures.count(check.segmentCount()),
                                Figures.count(check.recordCount()),
                                Figures.bytes(check.byteCount()));
        terminal.line(
                check.findingCount() == 0
                        ? looked + terminal.coloured("nothing is damaged", Mood.GOOD)
                        : looked + terminal.coloured(damage(check), Mood.BAD));
    }

    private static String damage(FolderCheck check) {
        String all = Figures.count(check.findingCount()) + " damaged";
        return check.findingCount() > check.findings().size()
                ? all + ", the first " + Figures.count(check.findings().size()) + " are listed"
                : all;
    }

    private static Table table(List<Finding> findings) {
        Table table =
                new Table(
                        List.of(
                                Column.text("file"),
                                Column.number("offset"),
                                Column.number("bytes").importance(10),
                                Column.text("what")));
        findings.forEach(finding ->
                table.row(
                        finding.file(),
                        String.valueOf(finding.offset()),
                        String.valueOf(finding.bytes()),
                        finding.what()));
        return table;
    }
}
