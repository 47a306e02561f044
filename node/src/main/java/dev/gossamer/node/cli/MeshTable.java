package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.DiskReport;
import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Slot;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The mesh and its members in words and rows. */
final class MeshTable {
    private MeshTable() {}

    /** Who is here and how to reach them: what {@code up} shows. */
    static Table addresses(MeshReport report) {
        Table table =
                new Table(
                        List.of(
                                Column.text("member"),
                                Column.text("zone").importance(10),
                                Column.text("state").importance(30),
                                Column.number("slots").importance(20),
                                Column.number("Redis"),
                                Column.number("clustered"),
                                Column.text("admin")));
        report.members()
                .forEach(member ->
                        table.row(
                                member.name(),
                                member.zone(),
                                member.state(),
                                Figures.count(member.slotsPrimary()),
                                String.valueOf(member.redis()),
                                String.valueOf(member.clustered()),
                                member.admin()));
        return table;
    }

    /** Who owns and holds how much: what {@code status} shows. */
    static Table holdings(MeshReport report) {
        Table table =
                new Table(
                        List.of(
                                Column.text("member"),
                                Column.text("zone").importance(30),
                                Column.text("state"),
                                Column.text("epoch").importance(40),
                                Column.text("lease").importance(28),
                                Column.number("primary"),
                                Column.number("backup").importance(60),
                                Column.number("filling").importance(70),
                                Column.number("entries").importance(90),
                                Column.number("bytes").importance(50),
                                Column.number("of").importance(35),
                                Column.number("Redis").importance(25),
                                Column.number("clustered").importance(20),
                                Column.text("admin").importance(15)));
        report.members()
                .forEach(member ->
                        table.row(
                                member.name(),
                                member.zone(),
                                member.state(),
                                Epoch.text(member.epoch()),
                                member.lease() ? "yes" : "no",
                                Figures.count(member.slotsPrimary()),
                                Figures.count(member.slotsBackup()),
                                Figures.count(member.slotsFilling()),
                                Figures.count(member.entries()),
                                Figures.bytes(member.bytes()),
                                Figures.bytes(member.memoryBytesMax()),
                                String.valueOf(member.redis()),
                                String.valueOf(member.clustered()),
                                member.admin()));
        return table;
    }

    /** A line for each member that copies slots. */
    static List<String> transfers(MeshReport report) {
        return report.members().stream()
                .filter(member -> member.transfer().isRunning())
                .map(member -> transfer(member.name(), member.transfer()))
                .toList();
    }

    private static String transfer(String name, MeshReport.Transfer transfer) {
        return name
                + " copies: "
                + Figures.count(transfer.slotsDone())
                + " slots done, "
                + Figures.count(transfer.slotsLeft())
                + " left; "
                + Figures.bytes(transfer.bytesDone())
                + " done, about "
                + Figures.bytes(transfer.bytesLeft())
                + " left, "
                + Figures.bytes(transfer.bytesPerSecond())
                + "/s, about "
                + Figures.elapsed(Duration.ofMillis(transfer.leftMs()));
    }

    /** A line for each member whose SSD tier is known: that of the node that was asked. */
    static List<String> disks(MeshReport report) {
        return report.members().stream()
                .flatMap(member -> member.disk().stream().map(disk -> disk(member.name(), disk)))
                .toList();
    }

    private static String disk(String name, DiskReport disk) {
        return name
                + "'s SSD tier: "
                + stateOf(disk)
                + "; "
                + Figures.bytes(disk.bytes())
                + " of "
                + Figures.bytes(disk.bytesMax())
                + lackOf(disk)
                + ", "
                + Figures.count(disk.entries())
                + " entries, "
                + Figures.percent(disk.liveRatio())
                + " live, write amplification "
                + String.format(Locale.ROOT, "%.2f", disk.writeAmplification())
                + ", "
                + disk.backend()
                + " ("
                + disk.why()
                + ")";
    }

    private static String lackOf(DiskReport disk) {
        return disk.lackingBytes() == 0
                ? ""
                : " (the file system has no room for "
                        + Figures.bytes(disk.lackingBytes())
                        + " of it)";
    }

    private static String stateOf(DiskReport disk) {
        return switch (disk.state()) {
            case "loading" -> "loading, " + Math.round(Math.floor(disk.loaded() * 100)) + " %";
            case "closed" -> "in use";
            case "open" -> "open: " + disk.trouble();
            case "half_open" -> "being tried again: " + disk.trouble();
            default -> disk.state();
        };
    }

    private static String change(MeshReport report) {
        String phase = report.phase().replace('_', ' ');
        String unsettled = phase.equals("steady") ? "not settled" : phase;
        return report.settled() ? "" : " (" + unsettled + ")";
    }

    /** What a person has to know before anything else, when all is not well. */
    static Optional<String> warning(MeshReport report) {
        String here = report.quorum().inView() + " of " + report.quorum().roster() + " members";
        if (report.isProvisional()) {
            return Optional.of(
                    "This side of a partition has "
                            + here
                            + ": available caches are served, consistent caches refuse.");
        }
        return report.quorum().majority()
                ? Optional.empty()
                : Optional.of(
                        "Only " + here + " are seen here: nothing is decided without a majority.");
    }

    /** The state of the whole in one line. */
    static String summary(MeshReport report) {
        int members = report.members().size();
        String slots =
                report.slotsCovered() == Slot.COUNT
                        ? "all " + Figures.count(Slot.COUNT) + " slots owned"
                        : Figures.count(report.slotsCovered())
                                + " of "
                                + Figures.count(Slot.COUNT)
                                + " slots owned";
        String copies =
                report.missingCopies() == 0
                        ? "no copy missing"
                        : Figures.count(report.missingCopies()) + " copies missing";
        return members
                + (members == 1 ? " member" : " members")
                + ", epoch "
                + Epoch.text(report.epoch())
                + change(report)
                + ", "
                + slots
                + ", "
                + copies;
    }
}
