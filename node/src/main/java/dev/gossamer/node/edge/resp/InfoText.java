package dev.gossamer.node.edge.resp;

import dev.gossamer.node.mesh.Mesh;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What INFO says: the sections and fields that Redis clients and tools look for. */
final class InfoText {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final Set<String> EVERYTHING = Set.of("all", "default", "everything");

    private final Connection connection;
    private final RespContext context;
    private final long keys;

    private InfoText(Connection connection, long keys) {
        this.connection = connection;
        this.context = connection.context();
        this.keys = keys;
    }

    /**
     * @param wanted names of sections in lower case; none for all
     */
    static String of(Connection connection, List<String> wanted, long keys) {
        InfoText info = new InfoText(connection, keys);
        Map<String, Supplier<Map<String, Object>>> sections = new LinkedHashMap<>();
        sections.put("Server", info::server);
        sections.put("Clients", info::clients);
        sections.put("Memory", info::memory);
        sections.put("Persistence", () -> Map.of("loading", 0));
        sections.put("Stats", info::stats);
        sections.put("Replication", () -> ordered("role", "master", "connected_slaves", 0));
        sections.put("Cluster", info::cluster);
        sections.put("Keyspace", info::keyspace);
        boolean all = wanted.isEmpty() || wanted.stream().anyMatch(EVERYTHING::contains);
        StringBuilder text = new StringBuilder();
        sections.forEach((name, fields) -> {
            if (all || wanted.contains(name.toLowerCase(Locale.ROOT))) {
                append(text, name, fields.get());
            }
        });
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Map<String, Object> fields) {
        if (!text.isEmpty()) {
            text.append("\r\n");
        }
        text.append("# ").append(name).append("\r\n");
        fields.forEach((key, value) -> text.append(key).append(':').append(value).append("\r\n"));
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put(pairs[i].toString(), pairs[i + 1]);
        }
        return fields;
    }

    private Map<String, Object> server() {
        long upSeconds = (context.nanoTime() - context.about().sinceNanos()) / NANOS_PER_SECOND;
        return ordered(
                "redis_version",
                ConnectionCommands.REDIS_VERSION,
                "redis_mode",
                connection.port() == Port.CLUSTERED ? "cluster" : "standalone",
                "gossamer_version",
                context.about().version(),
                "gossamer_transport",
                context.about().transport(),
                "arch_bits",
                64,
                "process_id",
                ProcessHandle.current().pid(),
                "run_id",
                context.mesh().self().id().clusterNodeId(),
                "tcp_port",
                connection.channel().localAddress().getPort(),
                "server_time_usec",
                context.nowMillis() * 1000,
                "uptime_in_seconds",
                upSeconds,
                "uptime_in_days",
                upSeconds / 86_400);
    }

    private Map<String, Object> clients() {
        return ordered(
                "connected_clients", context.connections().count(),
                "proxying_clients", context.connections().count(Port.PROXYING),
                "clustered_clients", context.connections().count(Port.CLUSTERED),
                "maxclients", context.connections().max(),
                "blocked_clients", 0,
                "client_buffers_bytes", context.budget().chargedBytes(),
                "client_buffers_bytes_max", context.budget().bytesMax());
    }

    private Map<String, Object> memory() {
        long used = own(context.mesh()).map(Mesh.MemberStatus::bytes).orElse(0L);
        return ordered(
                "used_memory",
                used,
                "used_memory_human",
                used + "B",
                "maxmemory",
                memoryMax(context),
                "maxmemory_policy",
                "allkeys-lfu",
                "jvm_heap_bytes",
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }

    private static Optional<Mesh.MemberStatus> own(Mesh mesh) {
        return mesh.status().members().stream()
                .filter(status -> status.member().id().equals(mesh.self().id()))
                .findFirst();
    }

    /** The most bytes that this node's memory tier may keep. */
    static long memoryMax(RespContext context) {
        return own(context.mesh()).map(Mesh.MemberStatus::memoryBytesMax).orElse(0L);
    }

    private Map<String, Object> stats() {
        Served served = context.served();
        return ordered(
                "total_connections_received", context.connections().accepted(),
                "total_commands_processed", served.commands(),
                "total_net_input_bytes", served.sum(LoopStats.Sum.INPUT_BYTES),
                "total_net_output_bytes", served.sum(LoopStats.Sum.OUTPUT_BYTES),
                "total_error_replies", served.sum(LoopStats.Sum.ERRORS),
                "rejected_connections",
                        context.connections().closedCount(Connections.Cause.TOO_MANY));
    }

    private Map<String, Object> cluster() {
        return ordered(
                "cluster_enabled", connection.port() == Port.CLUSTERED ? 1 : 0,
                "gossamer_epoch", context.mesh().topology().epoch(),
                "gossamer_members", context.mesh().topology().members().size());
    }

    private Map<String, Object> keyspace() {
        return keys == 0 ? Map.of() : ordered("db0", "keys=" + keys + ",expires=0,avg_ttl=0");
    }
}
