package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.Json;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.node.cli.terminal.Terminal.Mood;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer status}: who is here, who owns how much, what is missing. */
@Command(
        name = "status",
        description = "Show the mesh: members, epoch, slots, missing copies.",
        footer = {
            "",
            "The JSON of --json: {epoch, epochText, provisional, phase, settled, quorum: {roster,",
            "inView, majority}, replication, slots: {total, covered}, missingCopies, members: [{name,",
            "id, zone, state, epoch, epochText, lease, slotsPrimary, slotsBackup, slotsFilling,",
            "entries, bytes, memoryBytesMax, redis, clustered, admin, transfer: {slotsDone,",
            "slotsLeft, bytesDone, bytesLeft, bytesPerSecond, leftMs}, disk: {state, trouble,",
            "loadedRatio, bytes, bytesMax, lackingBytes, entries, liveRatio,",
            "writeAmplification, backend, why}}]}; disk only for the node that is asked, and only",
            "where it has an SSD tier",
            "",
            "Examples:",
            "  gossamer status                                  the mesh of ./.gossamer",
            "  gossamer status --watch                          again every second, until Ctrl-C",
            "  gossamer status --json | jq .missingCopies       for scripts",
            "  gossamer status --admin http://10.0.0.1:7579     another mesh"
        })
final class StatusCommand implements Callable<Integer> {
    private static final long WATCH_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    @ParentCommand private @Nullable GossamerCommand root;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--watch", description = "Show it again every second, until Ctrl-C.")
    private boolean watch;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Terminal terminal = command.terminal();
        Whereabouts whereabouts = command.whereabouts();
        show(whereabouts.reach().report(), terminal);
        while (watch && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(WATCH_INTERVAL_NANOS);
            MeshReport report = whereabouts.reach().report();
            terminal.clearScreen();
            show(report, terminal);
        }
        return 0;
    }

    private void show(MeshReport report, Terminal terminal) {
        if (json) {
            terminal.line(Json.text(report.toMap()));
            return;
        }
        MeshTable.warning(report)
                .ifPresent(text -> terminal.line(terminal.coloured(text, Mood.BAD)));
        Mood mood = report.complete() ? Mood.GOOD : Mood.WARNING;
        terminal.line(
                terminal.coloured(MeshTable.summary(report), mood)
                        + ", replication "
                        + report.replication());
        terminal.table(MeshTable.holdings(report));
        MeshTable.transfers(report).forEach(terminal::line);
        MeshTable.disks(report).forEach(terminal::line);
    }
}
