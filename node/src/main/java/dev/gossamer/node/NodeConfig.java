package dev.gossamer.node;

import dev.gossamer.gossip.GossipSettings;
import dev.gossamer.gossip.invalidation.DisseminationSettings;
import dev.gossamer.membership.MembershipSettings;
import dev.gossamer.membership.MembershipSettings.Contacts;
import dev.gossamer.membership.MembershipSettings.FailureDetection;
import dev.gossamer.membership.agreement.AgreementSettings;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.LeaseSettings;
import dev.gossamer.node.config.AgreeingSettings;
import dev.gossamer.node.config.AuditSettings;
import dev.gossamer.node.config.CacheReader;
import dev.gossamer.node.config.ConfigException;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.config.ExplainSettings;
import dev.gossamer.node.config.Settings;
import dev.gossamer.node.config.Settings.LogLevel;
import dev.gossamer.node.config.Settings.Transport;
import dev.gossamer.node.edge.admin.AdminSettings;
import dev.gossamer.node.edge.resp.RespSettings;
import dev.gossamer.node.mesh.MeshSettings;
import dev.gossamer.node.mesh.coherence.CoherenceSettings;
import dev.gossamer.node.mesh.coherence.NearCheck;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.disk.DiskSettings;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.resp.RequestLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything a node is told, as the records that its rooms take. Built once at the start; nothing
 * else sees a setting's text.
 *
 * @param dataDir where the member's id, lock and clock ceiling are kept
 */
record NodeConfig(
        Path dataDir,
        Member.Ports ports,
        String name,
        String zone,
        int weight,
        String host,
        Optional<EventLoops.Kind> transport,
        int threads,
        LogLevel logLevel,
        Optional<Path> logFile,
        Farewell.Times farewell,
        MemorySettings memory,
        long nearBytesMax,
        Optional<DiskSettings> disk,
        KeyspaceSettings keyspace,
        MeshSettings mesh,
        Contacts contacts,
        FailureDetection failureDetection,
        RespSettings resp,
        AdminSettings admin) {

    /**
     * @throws ConfigException when a value is impossible, or two contradict each other
     */
    static NodeConfig from(Configuration configuration, int processors) {
        Access.check(configuration);
        int threads = configuration.get(Settings.NET_THREADS);
        return new NodeConfig(
                configuration.get(Settings.NODE_DATA_DIR).toAbsolutePath(),
                ports(configuration),
                configuration.get(Settings.NODE_NAME),
                configuration.get(Settings.NODE_ZONE),
                configuration.get(Settings.NODE_WEIGHT),
                Access.advertisedHost(configuration),
                transport(configuration.get(Settings.NET_TRANSPORT)),
                threads == 0 ? processors : threads,
                configuration.get(Settings.LOG_LEVEL),
                configuration.get(Settings.LOG_FILE),
                new Farewell.Times(
                        configuration.get(Settings.NODE_DRAIN_TIMEOUT),
                        configuration.get(Settings.NODE_RETURN_WITHIN),
                        configuration.get(Settings.NODE_DRAIN_GRACE)),
                new MemorySettings(
                        configuration.get(Settings.MEMORY_BYTES_MAX),
                        configuration.get(Settings.MEMORY_TOMBSTONE_BYTES_MAX)),
                configuration.get(Settings.MEMORY_NEAR_BYTES_MAX),
                DiskConfig.read(configuration),
                keyspace(configuration),
                mesh(configuration),
                contacts(configuration),
                failureDetection(configuration),
                resp(configuration),
                admin(configuration));
    }

    /** This node, in the run that began at a time. */
    Member self(MemberId id, long incarnation) {
        return new Member(id, name, zone, weight, host, ports, incarnation);
    }

    MembershipSettings membership(Member self) {
        MembershipSettings defaults =
                MembershipSettings.of(mesh.clusterName(), self, mesh.bindHost(), contacts);
        return new MembershipSettings(
                defaults.clusterName(),
                defaults.self(),
                defaults.bindHost(),
                contacts,
                failureDetection,
                defaults.joinTimeout(),
                defaults.startTimeout(),
                defaults.merge(),
                defaults.outboundBytesMax(),
                defaults.inboundBytesMax(),
                mesh.password());
    }

    private static Member.Ports ports(Configuration configuration) {
        List<Integer> all =
                List.of(
                        configuration.get(Settings.PORTS_REDIS),
                        configuration.get(Settings.PORTS_CLUSTERED),
                        configuration.get(Settings.PORTS_ADMIN),
                        configuration.get(Settings.PORTS_JGROUPS),
                        configuration.get(Settings.PORTS_DATA));
        if (all.stream().distinct().count() < all.size()) {
            throw configuration.refused(
                    Settings.PORTS_REDIS, "two of the five ports are the same: " + all);
        }
        return new Member.Ports(all.get(0), all.get(1), all.get(2), all.get(3), all.get(4));
    }

    private static Optional<EventLoops.Kind> transport(Transport wanted) {
        return switch (wanted) {
            case AUTO -> Optional.empty();
            case IO_URING -> Optional.of(EventLoops.Kind.IO_URING);
            case EPOLL -> Optional.of(EventLoops.Kind.EPOLL);
            case NIO -> Optional.of(EventLoops.Kind.NIO);
        };
    }

    private static KeyspaceSettings keyspace(Configuration configuration) {
        List<CacheSettings> caches = CacheReader.read(configuration);
        return new KeyspaceSettings(
                configuration.get(Settings.TOMBSTONE_RETENTION),
                configuration.get(Settings.CLOCK_DRIFT_MAX),
                configuration.get(Settings.LIMITS_OPERATIONS_BYTES_MAX),
                configuration.get(Settings.LIMITS_OPERATION_RETENTION),
                configuration.get(Settings.LIMITS_LEDGER_BYTES_MAX),
                leases(configuration),
                configuration.get(Settings.LIMITS_TAGS_BYTES_MAX),
                configuration.get(ExplainSettings.MUTATIONS_BYTES_MAX),
                caches);
    }

    private static LeaseSettings leases(Configuration configuration) {
        try {
            return new LeaseSettings(
                    configuration.get(Settings.LEASES_TIMEOUT),
                    configuration.get(Settings.LEASES_TIMEOUT_MAX),
                    configuration.get(Settings.LIMITS_LEASES_BYTES_MAX));
        } catch (IllegalArgumentException e) {
            throw configuration.refused(
                    Settings.LEASES_TIMEOUT_MAX, String.valueOf(e.getMessage()));
        }
    }

    private static MeshSettings mesh(Configuration configuration) {
        String name = configuration.get(Settings.MESH_NAME);
        MeshSettings defaults = MeshSettings.defaults(name);
        int largestEntry =
                configuration.get(Settings.LIMITS_KEY_BYTES_MAX)
                        + configuration.get(Settings.LIMITS_VALUE_BYTES_MAX);
        return new MeshSettings(
                name,
                configuration.get(Settings.SECURITY_PASSWORD),
                configuration.get(Settings.NODE_BIND),
                agreement(configuration),
                configuration.get(Settings.MESH_REQUEST_TIMEOUT),
                defaults.connectTimeout(),
                Math.toIntExact(configuration.get(Settings.MESH_LINK_QUEUE_BYTES_MAX)),
                Math.max(defaults.frameBytesMax(), frameBytes(largestEntry)),
                configuration.get(Settings.MESH_TRANSFER_RATE),
                configuration.get(Settings.MESH_FILL_PARALLELISM),
                defaults.fillPageBytes(),
                defaults.greetingsMax(),
                configuration.get(Settings.MESH_PENDING_BYTES_MAX),
                configuration.get(Settings.MESH_REPAIR_INTERVAL),
                gossip(configuration.get(Settings.MESH_GOSSIP_INTERVAL)),
                coherence(configuration));
    }

    private static CoherenceSettings coherence(Configuration configuration) {
        DisseminationSettings defaults = DisseminationSettings.DEFAULT;
        return new CoherenceSettings(
                Math.toIntExact(configuration.get(Settings.INVALIDATION_LOG_BYTES_MAX)),
                new DisseminationSettings(
                        configuration.get(Settings.INVALIDATION_WINDOW),
                        configuration.get(Settings.INVALIDATION_HEARTBEAT),
                        defaults.watermarkDelay(),
                        defaults.starMax(),
                        defaults.fanout(),
                        defaults.lazyLinks(),
                        defaults.grace(),
                        defaults.askAgain(),
                        defaults.digest(),
                        defaults.messageBytesMax(),
                        configuration.get(Settings.INVALIDATION_RECEIVED_BYTES_MAX),
                        defaults.forgetAfter(),
                        defaults.driftPpm()),
                configuration.get(AuditSettings.RATE),
                NearCheck.parse(System.getProperty(NearCheck.LEFT_OUT, "")));
    }

    /** A copy may travel together with the value that it has replaced, for a caller that asked. */
    private static int frameBytes(int largestEntry) {
        return (int) Math.min(Integer.MAX_VALUE, 2L * largestEntry + (1 << 20));
    }

    private static AgreementSettings agreement(Configuration configuration) {
        try {
            return new AgreementSettings(
                    configuration.get(Settings.MESH_REPLICATION),
                    configuration.get(AgreeingSettings.FOUNDERS),
                    configuration.get(AgreeingSettings.LEASE),
                    configuration.get(AgreeingSettings.LINK_DOWN_AFTER),
                    configuration.get(AgreeingSettings.RETURN_WAIT));
        } catch (IllegalArgumentException e) {
            throw configuration.refused(
                    AgreeingSettings.LINK_DOWN_AFTER, String.valueOf(e.getMessage()));
        }
    }

    private static GossipSettings gossip(Duration interval) {
        GossipSettings defaults = GossipSettings.DEFAULT;
        return new GossipSettings(
                interval,
                defaults.fanout(),
                defaults.pushFanout(),
                defaults.pushesPerRoundMax(),
                defaults.messageBytesMax());
    }

    private static Contacts contacts(Configuration configuration) {
        List<String> peers = configuration.get(Settings.MESH_PEERS);
        Optional<String> dns = configuration.get(Settings.MESH_DNS);
        if (dns.isPresent() && !peers.isEmpty()) {
            throw configuration.refused(
                    Settings.MESH_DNS, "mesh.peers is set too; say one of the two");
        }
        if (dns.isPresent()) {
            return new Contacts.Dns(dns.get(), configuration.get(Settings.PORTS_JGROUPS));
        }
        try {
            return new Contacts.Hosts(
                    peers.stream().map(MembershipSettings.HostPort::parse).toList());
        } catch (IllegalArgumentException e) {
            throw configuration.refused(Settings.MESH_PEERS, String.valueOf(e.getMessage()));
        }
    }

    private static FailureDetection failureDetection(Configuration configuration) {
        try {
            return new FailureDetection(
                    configuration.get(Settings.MESH_HEARTBEAT_INTERVAL),
                    configuration.get(Settings.MESH_FAILURE_TIMEOUT),
                    FailureDetection.DEFAULT.verifyTimeout());
        } catch (IllegalArgumentException e) {
            throw configuration.refused(
                    Settings.MESH_FAILURE_TIMEOUT, String.valueOf(e.getMessage()));
        }
    }

    private static RespSettings resp(Configuration configuration) {
        RespSettings defaults = RespSettings.DEFAULT;
        int valueBytesMax = configuration.get(Settings.LIMITS_VALUE_BYTES_MAX);
        long buffersBytesMax =
                Math.max(
                        configuration.get(Settings.LIMITS_CLIENT_BUFFERS_BYTES_MAX),
                        4L * valueBytesMax);
        int outputBytesMax = (int) Math.min(buffersBytesMax / 2, Integer.MAX_VALUE);
        return new RespSettings(
                configuration.get(Settings.NODE_BIND),
                configuration.get(Settings.PORTS_REDIS),
                configuration.get(Settings.PORTS_CLUSTERED),
                configuration.get(Settings.SECURITY_PASSWORD),
                configuration.get(Settings.LIMITS_CONNECTIONS_MAX),
                requestLimits(defaults.request(), valueBytesMax),
                configuration.get(Settings.LIMITS_KEY_BYTES_MAX),
                valueBytesMax,
                defaults.commandsInFlightMax(),
                defaults.outputBytesSoftMax(),
                Math.max(outputBytesMax, defaults.outputBytesSoftMax()),
                buffersBytesMax,
                defaults.patience(),
                defaults.idleMax());
    }

    /**
     * The frame must hold the longest value, or a value within its limit would be a protocol error.
     */
    private static RequestLimits requestLimits(RequestLimits defaults, int valueBytesMax) {
        return new RequestLimits(
                Math.max(defaults.bulkBytesMax(), valueBytesMax),
                defaults.argsMax(),
                defaults.inlineBytesMax(),
                Math.max(defaults.requestBytesMax(), valueBytesMax + (1 << 20)));
    }

    private static AdminSettings admin(Configuration configuration) {
        return AdminSettings.DEFAULT
                .withAddress(
                        configuration.get(Settings.NODE_BIND),
                        configuration.get(Settings.PORTS_ADMIN))
                .withPassword(configuration.get(Settings.SECURITY_PASSWORD))
                .withLimits(
                        configuration.get(Settings.LIMITS_KEY_BYTES_MAX),
                        configuration.get(Settings.LIMITS_VALUE_BYTES_MAX));
    }
}
