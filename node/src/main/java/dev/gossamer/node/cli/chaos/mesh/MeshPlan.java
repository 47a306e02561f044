package dev.gossamer.node.cli.chaos.mesh;

import dev.gossamer.node.cli.chaos.history.Consistency;
import dev.gossamer.node.cli.local.PortPlan;
import dev.gossamer.protocol.Member;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a campaign's mesh shall be: its members, each on a host of its own with the default ports,
 * and one that joins and leaves.
 *
 * @param members that belong to it all the time; the next number is the one that comes and goes
 * @param memoryBytesMax what each member's entries may take
 */
public record MeshPlan(String name, int members, int replication, long memoryBytesMax) {
    /** The campaign's caches, and what each chooses for the time of a partition. */
    public static final Map<String, Consistency> CACHES = caches();

    private static final Member.Ports PORTS = new PortPlan(PortPlan.BASE_PORT_DEFAULT, 1).ports(0);

    public MeshPlan {
        if (replication < 1 || replication > members) {
            throw new IllegalArgumentException(
                    "--replication " + replication + " is outside [1, " + members + "]");
        }
    }

    private static Map<String, Consistency> caches() {
        Map<String, Consistency> caches = new LinkedHashMap<>();
        caches.put("consistent", Consistency.CONSISTENT);
        caches.put("available", Consistency.AVAILABLE);
        return caches;
    }

    /** All members, the one that comes and goes included. */
    public int hosts() {
        return members + 1;
    }

    /** A member's name. */
    public String nameOf(int member) {
        return "node-" + member;
    }

    /** Where a member's admin API is. */
    public String adminOf(int member) {
        return "http://" + Network.addressOf(member) + ":" + PORTS.admin();
    }

    /** Where the thin client finds the mesh. */
    public String clientUri() {
        return IntStream.range(0, members)
                .mapToObj(member -> Network.addressOf(member) + ":" + PORTS.redis())
                .collect(Collectors.joining(",", "gossamer://", ""));
    }

    /** A member's configuration file. */
    public String yaml(int member, Path data, Path log) {
        return """
        # Written by 'gossamer chaos'.
        node: {name: %s, zone: zone-%d, data-dir: %s, host: %s, bind: %s}
        mesh: {name: "%s", replication: %d, founders: %d, peers: [%s]}
        memory: {max-bytes: %dB}
        security: {mode: open}
        log: {file: %s}
        caches: {%s}
        """
                .formatted(
                        nameOf(member),
                        member,
                        quoted(data),
                        Network.addressOf(member),
                        Network.addressOf(member),
                        name,
                        replication,
                        members,
                        peers(),
                        memoryBytesMax,
                        quoted(log),
                        sections());
    }

    /** In YAML's double quotes, where only the quote and the backslash are special. */
    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private String peers() {
        return IntStream.range(0, hosts())
                .mapToObj(each -> "\"" + Network.addressOf(each) + ":" + PORTS.jgroups() + "\"")
                .collect(Collectors.joining(", "));
    }

    private String sections() {
        return CACHES.entrySet().stream()
                .map(cache -> cache.getKey() + ": {" + settings(cache.getValue()) + "}")
                .collect(Collectors.joining(", "));
    }

    /** A cache is known to a node only when its section says something. */
    private String settings(Consistency consistency) {
        String common = "replication: " + replication;
        return common + ", partition: " + consistency.name().toLowerCase(Locale.ROOT);
    }
}
