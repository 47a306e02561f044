package dev.gossamer.node.edge.resp;

import static dev.gossamer.node.edge.resp.Command.command;

import dev.gossamer.node.edge.resp.Command.Doc;
import dev.gossamer.node.edge.resp.Command.Keys;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.ReplyWriter;
import dev.gossamer.protocol.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * CLUSTER: the topology as Redis Cluster clients read it. Both ports name the clustered ports, for
 * that is where such clients must go.
 */
final class ClusterCommands {
    private ClusterCommands() {}

    static List<Command> all() {
        return List.of(
                command(
                        "cluster",
                        -2,
                        "loading stale",
                        Keys.NONE,
                        new Doc(
                                "cluster",
                                "3.0.0",
                                "Depends on subcommand.",
                                "A container for Redis Cluster commands."),
                        ClusterCommands::run));
    }

    private static void run(Connection connection, Request request) {
        Mesh mesh = connection.context().mesh();
        ReplyWriter out = connection.out();
        String word = request.text(1).toUpperCase(Locale.ROOT);
        switch (word) {
            case "SLOTS" -> slots(exactly(request, 2, mesh).topology(), out);
            case "SHARDS" -> shards(exactly(request, 2, mesh).topology(), out);
            case "NODES" -> out.verbatim("txt", nodes(exactly(request, 2, mesh)));
            case "INFO" -> out.verbatim("txt", info(exactly(request, 2, mesh)));
            case "MYID" -> out.text(exactly(request, 2, mesh).self().id().clusterNodeId());
            case "KEYSLOT" -> {
                exactly(request, 3, mesh);
                out.integer(Slot.indexOf(request.array(), request.offset(2), request.length(2)));
            }
            case "COUNTKEYSINSLOT" -> {
                exactly(request, 3, mesh);
                out.integer(mesh.countInSlot(slot(request)));
            }
            case "GETKEYSINSLOT" -> keysInSlot(exactly(request, 4, mesh), request, out);
            case "HELP" ->
                    Help.write(
                            out,
                            "CLUSTER",
                            "SLOTS",
                            "SHARDS",
                            "NODES",
                            "INFO",
                            "MYID",
                            "KEYSLOT <key>",
                            "COUNTKEYSINSLOT <slot>",
                            "GETKEYSINSLOT <slot> <count>");
            default -> throw Refusal.subcommand("CLUSTER", request.text(1));
        }
    }

    private static Mesh exactly(Request request, int count, Mesh mesh) {
        if (request.count() != count) {
            throw Refusal.arity("cluster|" + request.text(1));
        }
        return mesh;
    }

    private static int slot(Request request) {
        long slot = Arguments.integer(request, 2);
        if (slot < 0 || slot >= Slot.COUNT) {
            throw new Refusal("ERR Invalid slot");
        }
        return (int) slot;
    }

    private static void keysInSlot(Mesh mesh, Request request, ReplyWriter out) {
        int slot = slot(request);
        int max = Arguments.smallInteger(request, 3);
        if (max < 0) {
            throw new Refusal("ERR Invalid number of keys");
        }
        List<Bytes> keys = mesh.keysInSlot(slot, max);
        out.array(keys.size());
        keys.forEach(out::bulk);
    }

    private static void slots(Topology topology, ReplyWriter out) {
        List<Topology.SlotRange> ranges = topology.ranges();
        out.array(ranges.size());
        for (Topology.SlotRange range : ranges) {
            out.array(2 + range.owners().size());
            out.integer(range.first());
            out.integer(range.last());
            for (Member owner : range.owners()) {
                out.array(4);
                out.text(owner.host());
                out.integer(owner.ports().clustered());
                out.text(owner.id().clusterNodeId());
                out.array(0);
            }
        }
    }

    /** One shard per member: the slots it is primary of. Backups differ from slot to slot. */
    private static void shards(Topology topology, ReplyWriter out) {
        out.array(topology.members().size());
        for (int i = 0; i < topology.members().size(); i++) {
            List<int[]> ranges = primaryRanges(topology, i);
            out.map(2);
            out.text("slots");
            out.array(2 * ranges.size());
            for (int[] range : ranges) {
                out.integer(range[0]);
                out.integer(range[1]);
            }
            out.text("nodes");
            out.array(1);
            shardNode(topology.members().get(i), out);
        }
    }

    private static void shardNode(Member member, ReplyWriter out) {
        out.map(7);
        out.text("id");
        out.text(member.id().clusterNodeId());
        out.text("port");
        out.integer(member.ports().clustered());
        out.text("ip");
        out.text(member.host());
        out.text("endpoint");
        out.text(member.host());
        out.text("role");
        out.text("master");
        out.text("replication-offset");
        out.integer(0);
        out.text("health");
        out.text("online");
    }

    /** Runs of slots, first and last, that the member at an index is primary of. */
    private static List<int[]> primaryRanges(Topology topology, int member) {
        List<int[]> ranges = new ArrayList<>();
        int first = -1;
        for (int slot = 0; slot <= Slot.COUNT && !topology.isEmpty(); slot++) {
            boolean mine = slot < Slot.COUNT && topology.ownerIndex(slot, 0) == member;
            if (mine && first < 0) {
                first = slot;
            } else if (!mine && first >= 0) {
                ranges.add(new int[] {first, slot - 1});
                first = -1;
            }
        }
        return ranges;
    }

    private static String nodes(Mesh mesh) {
        Topology topology = mesh.topology();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < topology.members().size(); i++) {
            Member member = topology.members().get(i);
            text.append(member.id().clusterNodeId())
                    .append(' ')
                    .append(member.host())
                    .append(':')
                    .append(member.ports().clustered())
                    .append('@')
                    .append(member.ports().data())
                    .append(member.id().equals(mesh.self().id()) ? " myself,master" : " master")
                    .append(" - 0 0 ")
                    .append(topology.epoch())
                    .append(" connected");
            for (int[] range : primaryRanges(topology, i)) {
                text.append(' ').append(range[0]);
                if (range[1] > range[0]) {
                    text.append('-').append(range[1]);
                }
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String info(Mesh mesh) {
        Topology topology = mesh.topology();
        int assigned = topology.isEmpty() ? 0 : Slot.COUNT;
        return "cluster_enabled:1\r\n"
                + ("cluster_state:" + (topology.isEmpty() ? "fail" : "ok") + "\r\n")
                + ("cluster_slots_assigned:" + assigned + "\r\n")
                + ("cluster_slots_ok:" + assigned + "\r\n")
                + "cluster_slots_pfail:0\r\ncluster_slots_fail:0\r\n"
                + ("cluster_known_nodes:" + topology.members().size() + "\r\n")
                + ("cluster_size:" + topology.members().size() + "\r\n")
                + ("cluster_current_epoch:" + topology.epoch() + "\r\n")
                + ("cluster_my_epoch:" + topology.epoch() + "\r\n");
    }
}
