package dev.gossamer.node.cli;

import dev.gossamer.node.cli.admin.MeshReport;
import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Slot;
import java.time.Duration;
import java.util.List;

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
                                Column.number("epoch").importance(40),
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
                + (report.settled() ? "" : " (not settled)")
                + ", "
                + slots
                + ", "
                + copies;
    }
}
