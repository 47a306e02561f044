package dev.gossamer.node.edge.resp;

import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.resp.ReplyWriter;

/** The topology as GSM.TOPOLOGY tells it: members by index, and runs of slots with their owners. */
final class TopologyReply {
    static final String PUSH_KIND = "gsm.topology";

    private TopologyReply() {}

    static void push(Topology topology, ReplyWriter out) {
        out.push(2);
        out.text(PUSH_KIND);
        write(topology, out);
    }

    static void write(Topology topology, ReplyWriter out) {
        out.map(4);
        out.text("epoch");
        out.integer(topology.epoch());
        out.text("replication");
        out.integer(topology.replication());
        out.text("members");
        out.array(topology.members().size());
        topology.members().forEach(member -> write(member, out));
        out.text("slots");
        writeSlots(topology, out);
    }

    private static void write(Member member, ReplyWriter out) {
        out.map(11);
        pair("id", member.id().toString(), out);
        pair("name", member.name(), out);
        pair("zone", member.zone(), out);
        pair("weight", member.weight(), out);
        pair("host", member.host(), out);
        pair("redis", member.ports().redis(), out);
        pair("clustered", member.ports().clustered(), out);
        pair("admin", member.ports().admin(), out);
        pair("jgroups", member.ports().jgroups(), out);
        pair("data", member.ports().data(), out);
        pair("incarnation", member.incarnation(), out);
    }

    private static void pair(String name, String value, ReplyWriter out) {
        out.text(name);
        out.text(value);
    }

    private static void pair(String name, long value, ReplyWriter out) {
        out.text(name);
        out.integer(value);
    }

    private static void writeSlots(Topology topology, ReplyWriter out) {
        if (topology.isEmpty()) {
            out.array(0);
            return;
        }
        out.array(runs(topology));
        int first = 0;
        for (int slot = 1; slot <= Slot.COUNT; slot++) {
            if (slot == Slot.COUNT || !topology.sameOwners(first, slot)) {
                out.array(3);
                out.integer(first);
                out.integer(slot - 1);
                out.array(topology.ownerCount(first));
                for (int rank = 0; rank < topology.ownerCount(first); rank++) {
                    out.integer(topology.ownerIndex(first, rank));
                }
                first = slot;
            }
        }
    }

    private static int runs(Topology topology) {
        int runs = 1;
        for (int slot = 1; slot < Slot.COUNT; slot++) {
            if (!topology.sameOwners(slot - 1, slot)) {
                runs++;
            }
        }
        return runs;
    }
}
