package dev.gossamer.node.cli.local;

import dev.gossamer.node.cli.terminal.CliException;
import dev.gossamer.protocol.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ports the nodes of a local mesh take: with base port P, node i has its proxying Redis port
 * at P+i, the clustered one at P+100+i, admin at P+200+i, JGroups at P+300+i and data at P+400+i.
 */
public record PortPlan(int basePort, int nodes) {
    public static final int BASE_PORT_DEFAULT = 7379;

    /** More would run into the next kind's ports. */
    public static final int NODES_MAX = 100;

    private static final int STEP = 100;
    private static final int PORT_MAX = 65_535;
    private static final int KINDS = 5;

    /** A port of the plan and what it is for, in words. */
    public record Use(int node, String kind, int port) {}

    public PortPlan {
        if (nodes < 1 || nodes > NODES_MAX) {
            throw new IllegalArgumentException(
                    "--nodes "
                            + nodes
                            + " is outside [1, "
                            + NODES_MAX
                            + "]; three is a good start");
        }
        int last = basePort + (KINDS - 1) * STEP + nodes - 1;
        if (basePort < 1 || last > PORT_MAX) {
            throw new IllegalArgumentException(
                    "--base-port "
                            + basePort
                            + " needs the ports up to "
                            + last
                            + ", and ports are within [1, "
                            + PORT_MAX
                            + "]; choose one of at most "
                            + (PORT_MAX - (KINDS - 1) * STEP - nodes + 1));
        }
    }

    public Member.Ports ports(int node) {
        int first = basePort + node;
        return new Member.Ports(
                first, first + STEP, first + 2 * STEP, first + 3 * STEP, first + 4 * STEP);
    }

    /** Every port of the plan, node by node. */
    public List<Use> uses() {
        List<Use> uses = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            Member.Ports ports = ports(node);
            uses.add(new Use(node, "Redis", ports.redis()));
            uses.add(new Use(node, "clustered Redis", ports.clustered()));
            uses.add(new Use(node, "admin", ports.admin()));
            uses.add(new Use(node, "JGroups", ports.jgroups()));
            uses.add(new Use(node, "data", ports.data()));
        }
        return uses;
    }

    /**
     * @throws CliException that names the ports that something else listens on
     */
    public void requireFree() {
        List<Use> busy = uses().stream().filter(use -> !isFree(use.port())).toList();
        if (busy.isEmpty()) {
            return;
        }
        Use first = busy.getFirst();
        String others =
                busy.size() == 1 ? "" : " (and " + (busy.size() - 1) + " more of the mesh's ports)";
        throw new CliException(
                "port "
                        + first.port()
                        + " ("
                        + first.kind()
                        + " port of node-"
                        + first.node()
                        + ") is in use"
                        + others
                        + "; stop what listens there, or choose another --base-port");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** A plan whose ports are all free now, at or after the given base port. */
    public static PortPlan firstFree(int fromBasePort, int nodes) {
        int last = PORT_MAX - KINDS * STEP;
        for (int base = fromBasePort; base <= last; base += KINDS * STEP) {
            PortPlan plan = new PortPlan(base, nodes);
            if (plan.uses().stream().allMatch(use -> isFree(use.port()))) {
                return plan;
            }
        }
        throw new CliException("no free range of ports was found from " + fromBasePort + " on");
    }
}
