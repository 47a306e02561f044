package dev.gossamer.node.cli.local;

import dev.gossamer.protocol.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a local mesh shall be.
 *
 * @param ports how many nodes, and where
 * @param replication copies of every slot
 * @param memoryBytesMax what each node's entries may take
 */
public record NodePlan(PortPlan ports, int replication, long memoryBytesMax) {
    /** What the file of a node says; the same names in the environment must not contradict it. */
    public static final Set<String> SETTINGS =
            Set.of(
                    "node.name",
                    "node.zone",
                    "node.weight",
                    "node.data-dir",
                    "node.host",
                    "node.bind",
                    "ports.redis",
                    "ports.clustered",
                    "ports.admin",
                    "ports.jgroups",
                    "ports.data",
                    "mesh.name",
                    "mesh.replication",
                    "mesh.founders",
                    "mesh.peers",
                    "mesh.dns",
                    "memory.max-bytes",
                    "log.file");

    public NodePlan {
        if (replication < 1 || replication > ports.nodes()) {
            throw new IllegalArgumentException(
                    "--replication "
                            + replication
                            + " is outside [1, "
                            + ports.nodes()
                            + "], the number of nodes");
        }
    }

    public String name(int node) {
        return "node-" + node;
    }

    /** Writes the folder and the configuration file of each node. */
    void write(MeshFolder folder) throws IOException {
        for (int node = 0; node < ports.nodes(); node++) {
            Files.createDirectories(folder.node(name(node)));
            Files.writeString(folder.configuration(name(node)), yaml(node, folder));
        }
    }

    String yaml(int node, MeshFolder folder) {
        Member.Ports own = ports.ports(node);
        return """
        # Written by 'gossamer up'; the next 'up' writes it again.
        node: {name: %s, zone: zone-%d, weight: 100, data-dir: %s, host: 127.0.0.1, bind: 127.0.0.1}
        ports: {redis: %d, clustered: %d, admin: %d, jgroups: %d, data: %d}
        mesh: {name: gossamer-%d, replication: %d, founders: %d, peers: [%s]}
        memory: {max-bytes: %dB}
        log: {file: %s}
        """
                .formatted(
                        name(node),
                        node,
                        quoted(folder.node(name(node))),
                        own.redis(),
                        own.clustered(),
                        own.admin(),
                        own.jgroups(),
                        own.data(),
                        ports.basePort(),
                        replication,
                        ports.nodes(),
                        peers(),
                        memoryBytesMax,
                        quoted(folder.log(name(node))));
    }

    /** In YAML's double quotes, where only the quote and the backslash are special. */
    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private String peers() {
        List<String> peers =
                IntStream.range(0, ports.nodes())
                        .mapToObj(node -> "\"127.0.0.1:" + ports.ports(node).jgroups() + "\"")
                        .toList();
        return peers.stream().collect(Collectors.joining(", "));
    }
}
