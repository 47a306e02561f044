package dev.gossamer.node.config;

import static dev.gossamer.node.config.Readers.bytes;
import static dev.gossamer.node.config.Readers.choice;
import static dev.gossamer.node.config.Readers.duration;
import static dev.gossamer.node.config.Readers.integer;
import static dev.gossamer.node.config.Readers.list;
import static dev.gossamer.node.config.Readers.optional;
import static dev.gossamer.node.config.Readers.text;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** All settings there are: the one place for names, defaults, bounds and meanings. */
public final class Settings {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final int PASSWORD_LENGTH_MIN = 8;
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    /** Whether the node may be reached by whoever reaches its addresses. */
    public enum SecurityMode {
        CLOSED,
        OPEN
    }

    /** What the event loops wait with. */
    public enum Transport {
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }

    /** How much is logged. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    public static final Setting<String> NODE_NAME =
            new Setting<>(
                    "node.name",
                    "node-0",
                    text(),
                    "What people call this node; unique in its mesh.");
    public static final Setting<String> NODE_ZONE =
            new Setting<>(
                    "node.zone",
                    "default",
                    text(),
                    "Failure domain: copies of a slot prefer distinct zones.");
    public static final Setting<Integer> NODE_WEIGHT =
            new Setting<>(
                    "node.weight",
                    "100",
                    integer(1, 10_000),
                    "Its share of the slots relative to other members.");
    public static final Setting<Path> NODE_DATA_DIR =
            new Setting<>(
                    "node.data-dir",
                    "data",
                    text().andThen(Path::of),
                    "Folder of the member's id, lock and clock ceiling.");
    public static final Setting<String> NODE_BIND =
            new Setting<>("node.bind", "127.0.0.1", text(), "Address that every port listens on.");
    public static final Setting<Optional<String>> NODE_HOST =
            new Setting<>(
                    "node.host",
                    "",
                    optional(text()),
                    "Address that clients and members reach this node at; empty means node.bind.");

    public static final Setting<Duration> NODE_DRAIN_TIMEOUT =
            new Setting<>(
                    "node.drain-timeout",
                    "60s",
                    duration(Duration.ZERO, HOUR),
                    "How long a node that is told to stop may take to hand its slots over; 0s: it"
                            + " leaves at once, as if killed.");
    public static final Setting<Duration> NODE_RETURN_WITHIN =
            new Setting<>(
                    "node.return-within",
                    "0s",
                    duration(Duration.ZERO, HOUR),
                    "How soon a node with an SSD tier that is told to stop is expected back with"
                            + " what it has: so long the others do not copy that, and it need not"
                            + " hand it over. Only where every cache has two copies or more, and"
                            + " meanwhile there is one copy less to lose. 0s: it hands everything"
                            + " over.");
    public static final Setting<Duration> NODE_DRAIN_GRACE =
            new Setting<>(
                    "node.drain-grace",
                    "2s",
                    duration(Duration.ZERO, HOUR),
                    "How long it goes on answering after that, while clients are connected, so that"
                            + " they find another member first.");

    public static final Setting<Integer> PORTS_REDIS =
            new Setting<>(
                    "ports.redis",
                    "7379",
                    integer(1, 65_535),
                    "Proxying Redis port: answers for the whole mesh.");
    public static final Setting<Integer> PORTS_CLUSTERED =
            new Setting<>(
                    "ports.clustered",
                    "7479",
                    integer(1, 65_535),
                    "Clustered Redis port: says MOVED.");
    public static final Setting<Integer> PORTS_ADMIN =
            new Setting<>(
                    "ports.admin",
                    "7579",
                    integer(1, 65_535),
                    "HTTP admin API, health and metrics.");
    public static final Setting<Integer> PORTS_JGROUPS =
            new Setting<>(
                    "ports.jgroups",
                    "7679",
                    integer(1, 65_535),
                    "Membership, failure detection and gossip.");
    public static final Setting<Integer> PORTS_DATA =
            new Setting<>(
                    "ports.data", "7779", integer(1, 65_535), "Entry traffic between members.");

    public static final Setting<String> MESH_NAME =
            new Setting<>("mesh.name", "gossamer", text(), "Nodes of one name form one mesh.");
    public static final Setting<Integer> MESH_REPLICATION =
            new Setting<>(
                    "mesh.replication",
                    "2",
                    integer(1, 16),
                    "Copies of every slot, the primary's included.");
    public static final Setting<List<String>> MESH_PEERS =
            new Setting<>(
                    "mesh.peers",
                    "",
                    list(),
                    "host:port (JGroups) of the members to look for at start.");
    public static final Setting<Optional<String>> MESH_DNS =
            new Setting<>(
                    "mesh.dns",
                    "",
                    optional(text()),
                    "Name of a headless service whose addresses are the members; instead of mesh.peers.");
    public static final Setting<Duration> MESH_REQUEST_TIMEOUT =
            new Setting<>(
                    "mesh.request-timeout",
                    "5s",
                    duration(Duration.ofMillis(10), HOUR),
                    "How long a request may take before it fails with TIMEOUT.");
    public static final Setting<Duration> MESH_FAILURE_TIMEOUT =
            new Setting<>(
                    "mesh.failure-timeout",
                    "8s",
                    duration(Duration.ofMillis(500), HOUR),
                    "Silence after which a member is suspected; a closed socket is noticed at once.");
    public static final Setting<Duration> MESH_HEARTBEAT_INTERVAL =
            new Setting<>(
                    "mesh.heartbeat-interval",
                    "2s",
                    duration(Duration.ofMillis(100), MINUTE),
                    "How often a member shows that it lives; well below mesh.failure-timeout.");
    public static final Setting<Duration> MESH_GOSSIP_INTERVAL =
            new Setting<>(
                    "mesh.gossip-interval",
                    "200ms",
                    duration(Duration.ofMillis(10), MINUTE),
                    "Time between gossip rounds.");
    public static final Setting<Long> MESH_LINK_QUEUE_BYTES_MAX =
            new Setting<>(
                    "mesh.link-queue-bytes-max",
                    "32MiB",
                    bytes(64 * KIB, GIB),
                    "Bytes that may wait for one peer on one event loop; over it requests answer BUSY.");
    public static final Setting<Long> MESH_PENDING_BYTES_MAX =
            new Setting<>(
                    "mesh.pending-bytes-max",
                    "64MiB",
                    bytes(MIB, 1024 * GIB),
                    "What requests may take that wait for other members: writes not on all their owners"
                            + " yet, requests during a failover; over it they answer BUSY.");
    public static final Setting<Long> MESH_TRANSFER_RATE =
            new Setting<>(
                    "mesh.transfer-bytes-per-second-max",
                    "256MiB",
                    bytes(64 * KIB, 1024 * GIB),
                    "Most bytes a second that this node copies from others; a takeover does not wait for it.");
    public static final Setting<Integer> MESH_FILL_PARALLELISM =
            new Setting<>(
                    "mesh.fill-parallelism",
                    "4",
                    integer(1, 64),
                    "How many pages of slots this node copies from others at a time.");
    public static final Setting<Duration> MESH_REPAIR_INTERVAL =
            new Setting<>(
                    "mesh.repair-interval",
                    "10s",
                    duration(Duration.ofMillis(100), HOUR),
                    "How often a backup asks whether it still holds what the primary holds, and mends what differs.");

    public static final Setting<Long> INVALIDATION_LOG_BYTES_MAX =
            new Setting<>(
                    "invalidation.log-bytes-max",
                    "16MiB",
                    bytes(4 * KIB, GIB),
                    "Log of what this node invalidated, 48 B each: how far back a near cache that was cut off can be repaired without dropping whole slots.");
    public static final Setting<Long> INVALIDATION_RECEIVED_BYTES_MAX =
            new Setting<>(
                    "invalidation.received-bytes-max",
                    "32MiB",
                    bytes(64 * KIB, 16 * GIB),
                    "What is kept of the other members' logs together, for members that missed something.");
    public static final Setting<Duration> INVALIDATION_HEARTBEAT =
            new Setting<>(
                    "invalidation.heartbeat",
                    "50ms",
                    duration(MILLISECOND, Duration.ofMillis(100)),
                    "How often a member tells how far its log goes. Shorter: near copies prove less age, more messages.");
    public static final Setting<Duration> INVALIDATION_WINDOW =
            new Setting<>(
                    "invalidation.window",
                    "2ms",
                    duration(Duration.ZERO, Duration.ofSeconds(1)),
                    "One message per peer and window: what is invalidated meanwhile travels together.");

    public static final Setting<Long> MEMORY_BYTES_MAX =
            new Setting<>(
                    "memory.max-bytes",
                    "256MiB",
                    bytes(MIB, 1024 * GIB),
                    "What live entries in memory may take: keys, values and overhead.");
    public static final Setting<Long> MEMORY_TOMBSTONE_BYTES_MAX =
            new Setting<>(
                    "memory.tombstone-bytes-max",
                    "32MiB",
                    bytes(64 * KIB, 1024 * GIB),
                    "What remembered removals may take, beside memory.max-bytes; over it the oldest are forgotten early.");
    public static final Setting<Long> MEMORY_NEAR_BYTES_MAX =
            new Setting<>(
                    "memory.near-bytes-max",
                    "32MiB",
                    bytes(0, 1024 * GIB),
                    "What near copies of other members' entries may take, beside memory.max-bytes; 0 for none.");
    public static final Setting<Duration> TOMBSTONE_RETENTION =
            new Setting<>(
                    "memory.tombstone-retention",
                    "10m",
                    duration(Duration.ofSeconds(1), Duration.ofDays(7)),
                    "How long a removal is remembered, so that no older copy comes back.");
    public static final Setting<Duration> CLOCK_DRIFT_MAX =
            new Setting<>(
                    "clock.drift-max",
                    "1m",
                    duration(MILLISECOND, Duration.ofDays(1)),
                    "A version further ahead of this node's clock is refused.");

    public static final Setting<Integer> LIMITS_KEY_BYTES_MAX =
            new Setting<>(
                    "limits.key-bytes-max",
                    "64KiB",
                    bytes(16, MIB).andThen(Math::toIntExact),
                    "Longest key.");
    public static final Setting<Integer> LIMITS_VALUE_BYTES_MAX =
            new Setting<>(
                    "limits.value-bytes-max",
                    "16MiB",
                    bytes(KIB, 512 * MIB).andThen(Math::toIntExact),
                    "Longest value on any port.");
    public static final Setting<Integer> LIMITS_CONNECTIONS_MAX =
            new Setting<>(
                    "limits.connections-max",
                    "10000",
                    integer(1, 1_000_000),
                    "Redis connections per node.");

    public static final Setting<Long> LIMITS_CLIENT_BUFFERS_BYTES_MAX =
            new Setting<>(
                    "limits.client-buffers-bytes-max",
                    "128MiB",
                    bytes(4 * MIB, 64 * GIB),
                    "What half-sent requests and unread replies of all Redis connections may take, and one of them half of it; whoever goes beyond is cut. At least four times limits.value-bytes-max counts.");
    public static final Setting<Long> LIMITS_OPERATIONS_BYTES_MAX =
            new Setting<>(
                    "limits.operations-bytes-max",
                    "16MiB",
                    bytes(64 * KIB, 64 * GIB),
                    "What the outcomes of recent writes may take, so that a repeated call is applied once; must hold those of a client's deadline, about 220 B each.");
    public static final Setting<Duration> LIMITS_OPERATION_RETENTION =
            new Setting<>(
                    "limits.operation-retention",
                    "60s",
                    duration(Duration.ofSeconds(1), HOUR),
                    "How long those outcomes are remembered; must be longer than any client's deadline.");
    public static final Setting<Duration> LEASES_TIMEOUT =
            new Setting<>(
                    "leases.timeout",
                    "10s",
                    duration(Duration.ofMillis(10), HOUR),
                    "How long a lease to load a missing key lasts when its taker names no time: how long the others wait for a loader that died.");
    public static final Setting<Duration> LEASES_TIMEOUT_MAX =
            new Setting<>(
                    "leases.timeout-max",
                    "60s",
                    duration(Duration.ofMillis(10), HOUR),
                    "Longest time that a taker may name; not below leases.timeout.");
    public static final Setting<Long> LIMITS_LEASES_BYTES_MAX =
            new Setting<>(
                    "limits.leases-bytes-max",
                    "16MiB",
                    bytes(4 * KIB, 64 * GIB),
                    "What leases and who waits for them may take, about 300 B and the key for each lease and 160 B for each who waits; over it the answer is BUSY.");
    public static final Setting<Long> LIMITS_LEDGER_BYTES_MAX =
            new Setting<>(
                    "limits.ledger-bytes-max",
                    "4MiB",
                    bytes(4 * KIB, 64 * GIB),
                    "What the list of keys that lost a version in a merge may take; the oldest leave first.");
    public static final Setting<Long> LIMITS_TAGS_BYTES_MAX =
            new Setting<>(
                    "limits.tags-bytes-max",
                    "4MiB",
                    bytes(4 * KIB, 4 * GIB),
                    "What the tags that were invalidated may take, 21 to 43 B each; over it tagged entries older than the oldest quarter of them are dropped.");

    public static final Setting<SecurityMode> SECURITY_MODE =
            new Setting<>(
                    "security.mode",
                    "closed",
                    choice(SecurityMode.class),
                    "'open' lets the node listen beyond loopback without a password.");
    public static final Setting<Optional<String>> SECURITY_PASSWORD =
            new Setting<>(
                    "security.password",
                    "",
                    optional(text().andThen(Settings::longEnough)),
                    "Shared by clients (AUTH, HTTP Authorization) and members, 8 characters or more; empty for none.");

    public static final Setting<Transport> NET_TRANSPORT =
            new Setting<>(
                    "net.transport",
                    "auto",
                    choice(Transport.class),
                    "What event loops wait with: auto takes the best that works.");
    public static final Setting<Integer> NET_THREADS =
            new Setting<>(
                    "net.threads", "0", integer(0, 256), "Event loops; 0 means one per processor.");
    public static final Setting<LogLevel> LOG_LEVEL =
            new Setting<>(
                    "log.level", "info", choice(LogLevel.class), "Least severity that is logged.");
    public static final Setting<Optional<Path>> LOG_FILE =
            new Setting<>(
                    "log.file",
                    "",
                    optional(text().andThen(Path::of)),
                    "File for the log, put aside at 16 MiB, the last 4 of which are kept beside it; empty for standard output.");

    static final List<Setting<?>> ALL =
            List.of(
                    NODE_NAME,
                    NODE_ZONE,
                    NODE_WEIGHT,
                    NODE_DATA_DIR,
                    NODE_BIND,
                    NODE_HOST,
                    NODE_DRAIN_TIMEOUT,
                    NODE_RETURN_WITHIN,
                    NODE_DRAIN_GRACE,
                    PORTS_REDIS,
                    PORTS_CLUSTERED,
                    PORTS_ADMIN,
                    PORTS_JGROUPS,
                    PORTS_DATA,
                    MESH_NAME,
                    MESH_REPLICATION,
                    AgreeingSettings.FOUNDERS,
                    AgreeingSettings.LEASE,
                    AgreeingSettings.LINK_DOWN_AFTER,
                    AgreeingSettings.RETURN_WAIT,
                    MESH_PEERS,
                    MESH_DNS,
                    MESH_REQUEST_TIMEOUT,
                    MESH_FAILURE_TIMEOUT,
                    MESH_HEARTBEAT_INTERVAL,
                    MESH_GOSSIP_INTERVAL,
                    MESH_LINK_QUEUE_BYTES_MAX,
                    MESH_PENDING_BYTES_MAX,
                    MESH_TRANSFER_RATE,
                    MESH_FILL_PARALLELISM,
                    MESH_REPAIR_INTERVAL,
                    INVALIDATION_LOG_BYTES_MAX,
                    INVALIDATION_RECEIVED_BYTES_MAX,
                    INVALIDATION_HEARTBEAT,
                    INVALIDATION_WINDOW,
                    AuditSettings.RATE,
                    MEMORY_BYTES_MAX,
                    MEMORY_TOMBSTONE_BYTES_MAX,
                    MEMORY_NEAR_BYTES_MAX,
                    TOMBSTONE_RETENTION,
                    CLOCK_DRIFT_MAX,
                    StorageSettings.BYTES_MAX,
                    StorageSettings.DIR,
                    StorageSettings.SEGMENT_BYTES,
                    StorageSettings.STAGING_BYTES_MAX,
                    StorageSettings.INDEX_BYTES_MAX,
                    StorageSettings.FSYNC,
                    StorageSettings.READ_TIMEOUT,
                    StorageSettings.PROBE_INTERVAL,
                    StorageSettings.BACKEND,
                    StorageSettings.DIRECT,
                    StorageSettings.PINNED_BYTES,
                    StorageSettings.IO_DEPTH,
                    StorageSettings.IO_PENDING_BYTES_MAX,
                    StorageSettings.OLDER_FORMAT,
                    LIMITS_KEY_BYTES_MAX,
                    LIMITS_VALUE_BYTES_MAX,
                    LIMITS_CONNECTIONS_MAX,
                    LIMITS_CLIENT_BUFFERS_BYTES_MAX,
                    LIMITS_OPERATIONS_BYTES_MAX,
                    LIMITS_OPERATION_RETENTION,
                    LIMITS_LEDGER_BYTES_MAX,
                    LIMITS_LEASES_BYTES_MAX,
                    LEASES_TIMEOUT,
                    LEASES_TIMEOUT_MAX,
                    LIMITS_TAGS_BYTES_MAX,
                    ExplainSettings.MUTATIONS_BYTES_MAX,
                    SECURITY_MODE,
                    SECURITY_PASSWORD,
                    NET_TRANSPORT,
                    NET_THREADS,
                    LOG_LEVEL,
                    LOG_FILE);
    static final List<Setting<?>> OF_CACHES = CacheOptions.ALL;

    private Settings() {}

    private static String longEnough(String password) {
        if (password.length() < PASSWORD_LENGTH_MIN) {
            throw new IllegalArgumentException(
                    "has "
                            + password.length()
                            + " characters; choose at least "
                            + PASSWORD_LENGTH_MIN);
        }
        return password;
    }
}
