package dev.gossamer.node.cli;

import dev.gossamer.node.cli.terminal.Figures;
import dev.gossamer.node.cli.terminal.Table;
import dev.gossamer.node.cli.terminal.Table.Column;
import dev.gossamer.node.cli.terminal.Terminal;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gossamer ring}: who owns which slots. */
@Command(
        name = "ring",
        description =
                "Show who owns which slots: each member's share, or one key's or slot's owners.",
        footer = {
            "",
            "Examples:",
            "  gossamer ring                    shares of all members",
            "  gossamer ring --key users:42     the owners of a key, primary first",
            "  gossamer ring --slot 5061        the owners of a slot",
            "  gossamer ring --ranges           every range of slots with its owners"
        })
final class RingCommand implements Callable<Integer> {
    @ParentCommand private @Nullable GossamerCommand root;

    @Option(names = "--key", paramLabel = "KEY", description = "Only the owners of this key.")
    private @Nullable String key;

    @Option(names = "--slot", paramLabel = "SLOT", description = "Only the owners of this slot.")
    private @Nullable Integer slot;

    @Option(names = "--ranges", description = "Every range of slots with its owners.")
    private boolean ranges;

    @Override
    public Integer call() {
        GossamerCommand command = Commands.rootOf(root);
        Topology topology = ClientCalls.ask(command, mesh -> mesh.topology());
        Terminal terminal = command.terminal();
        if (key != null) {
            showSlot(topology, Bytes.utf8(key).slotIndex(), terminal);
        } else if (slot != null) {
            showSlot(topology, slotOf(slot).index(), terminal);
        } else if (ranges) {
            terminal.table(rangesOf(topology));
        } else {
            showShares(topology, terminal);
        }
        return 0;
    }

    private static Slot slotOf(int index) {
        try {
            return new Slot(index);
        } catch (IllegalArgumentException e) {
            throw new dev.gossamer.node.cli.terminal.CliException(
                    String.valueOf(e.getMessage()), e);
        }
    }

    private static void showSlot(Topology topology, int slot, Terminal terminal) {
        terminal.line("slot " + slot + ": " + names(topology.owners(slot)));
    }

    private static String names(List<Member> owners) {
        return owners.isEmpty()
                ? "nobody"
                : owners.stream().map(Member::name).collect(Collectors.joining(", "));
    }

    private static Table rangesOf(Topology topology) {
        Table table =
                new Table(
                        List.of(
                                Column.number("first"),
                                Column.number("last"),
                                Column.number("slots"),
                                Column.text("owners, primary first")));
        topology.ranges()
                .forEach(range ->
                        table.row(
                                String.valueOf(range.first()),
                                String.valueOf(range.last()),
                                Figures.count(range.last() - range.first() + 1L),
                                names(range.owners())));
        return table;
    }

    private static void showShares(Topology topology, Terminal terminal) {
        terminal.line(
                "epoch "
                        + Epoch.text(topology.epoch())
                        + ", replication "
                        + topology.replication()
                        + ", "
                        + Figures.count(Slot.COUNT)
                        + " slots in "
                        + Figures.count(topology.ranges().size())
                        + " ranges");
        double weights = topology.members().stream().mapToInt(Member::weight).sum();
        int[] primaries = topology.primariesPerMember();
        Table table =
                new Table(
                        List.of(
                                Column.text("member"),
                                Column.text("zone").importance(10),
                                Column.number("weight").importance(20),
                                Column.number("primary"),
                                Column.number("backup"),
                                Column.number("share"),
                                Column.number("of its due")));
        for (int i = 0; i < topology.members().size(); i++) {
            Member member = topology.members().get(i);
            double share = (double) primaries[i] / Slot.COUNT;
            table.row(
                    member.name(),
                    member.zone(),
                    String.valueOf(member.weight()),
                    Figures.count(primaries[i]),
                    Figures.count(backups(topology, i)),
                    Figures.percent(share),
                    Figures.percent(share / (member.weight() / weights)));
        }
        terminal.table(table);
    }

    private static long backups(Topology topology, int member) {
        long count = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            count += topology.rankOf(slot, member) > 0 ? 1 : 0;
        }
        return count;
    }
}
