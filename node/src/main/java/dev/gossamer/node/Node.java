package dev.gossamer.node;

import dev.gossamer.membership.MemberIdentity;
import dev.gossamer.membership.agreement.AcceptorStore;
import dev.gossamer.membership.agreement.Agreement;
import dev.gossamer.membership.jgroups.JGroupsMembership;
import dev.gossamer.node.cache.CeilingFile;
import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.config.Configuration;
import dev.gossamer.node.edge.admin.About;
import dev.gossamer.node.edge.admin.AdminServer;
import dev.gossamer.node.edge.admin.Services;
import dev.gossamer.node.edge.resp.RespServer;
import dev.gossamer.node.mesh.DiskNotary;
import dev.gossamer.node.mesh.MeshNode;
import dev.gossamer.node.mesh.Notary;
import dev.gossamer.node.mesh.PastFile;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.node.store.disk.DiskSettings;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node, wired: the only place that makes services, reads a clock and seeds a generator. Rooms
 * are opened from the bottom up, and closed in the opposite order.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final NodeHealth health = new NodeHealth();
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Clock clock = Clock.systemUTC();
    private final LongSupplier nanoClock = System::nanoTime;
    private final SplittableRandom random = new SplittableRandom();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean leaving = new AtomicBoolean();
    private volatile @Nullable Farewell farewell;
    private @Nullable NodeDisk disk;
    private volatile @Nullable String expelled;

    private Node() {}

    /**
     * Runs a node until the process is told to stop (SIGTERM, SIGINT): what {@code gossamer node}
     * does.
     *
     * @param flags settings by name, stronger than environment and file
     * @throws RuntimeException when the node can't start; the message is for a person
     */
    public static void run(Path file, Map<String, String> flags)
            throws IOException, InterruptedException {
        Configuration configuration = Configuration.read(Optional.of(file), System.getenv(), flags);
        NodeConfig config =
                NodeConfig.from(configuration, Runtime.getRuntime().availableProcessors());
        NodeLog.apply(config.logLevel(), config.logFile());
        Node node = start(config, configuration);
        boolean told = StopSignals.listen(node::leave);
        Runnable atTheEnd = told ? node::close : node::leave;
        Runtime.getRuntime().addShutdownHook(new Thread(atTheEnd, "gossamer-end"));
        node.stopped.await();
        String why = node.expelled;
        if (why != null) {
            throw new GossamerException(ErrorCode.ERR, "this node was expelled: " + why);
        }
    }

    /** Hands over, and closes; the second time somebody asks, closes at once. */
    private void leave() {
        Farewell words = farewell;
        if (words != null && leaving.compareAndSet(false, true)) {
            words.say();
        } else if (words != null) {
            words.hurry();
        }
        close();
    }

    /** What another one with this member's id is doing is not known: this one stops at once. */
    private void expelled(String reason) {
        LOG.error("the mesh has expelled this node; it stops: {}", reason);
        expelled = reason;
        health.broken(reason);
        Thread.ofPlatform().name("gossamer-expelled").start(this::close);
    }

    /**
     * Starts a node; returns when it has joined the mesh and its ports are open.
     *
     * @throws IOException when a port can't be opened
     * @throws RuntimeException when another part of it can't start; nothing is left behind then
     */
    static Node start(NodeConfig config, Configuration configuration) throws IOException {
        Node node = new Node();
        try {
            node.open(config, configuration);
            return node;
        } catch (IOException | RuntimeException | Error e) {
            node.close();
            throw e;
        }
    }

    private void open(NodeConfig config, Configuration configuration) throws IOException {
        MemberIdentity identity = opened(MemberIdentity.claim(config.dataDir(), random));
        Member self = config.self(identity.id(), clock.millis());
        EventLoops loops = opened(EventLoops.start(config.transport(), config.threads()));
        LOG.info("event loops: {} on {} ({})", loops.threads(), loops.kind(), loops.why());

        Keyspace keyspace = keyspace(config, self, loops);
        JGroupsMembership membership =
                new JGroupsMembership(config.membership(self), random.split(), nanoClock);
        AcceptorStore acceptor = AcceptorStore.open(config.dataDir(), identity.id());
        Agreement agreement =
                new Agreement(self, config.mesh().agreement(), acceptor.restored(), random.split());
        MeshNode mesh =
                opened(
                        new MeshNode(
                                config.mesh(),
                                self,
                                loops,
                                keyspace,
                                nearTier(config, keyspace),
                                membership,
                                agreement,
                                notary(config, identity, acceptor),
                                registry,
                                nanoClock,
                                clock,
                                random.split(),
                                this::expelled));
        MembershipMeters.register(registry, membership::stats);
        health.watch(mesh);
        if (disk != null) {
            health.watch(disk.tier()::status);
        }
        AdminServer admin =
                opened(new AdminServer(config.admin(), services(mesh, configuration, loops)));
        RespServer resp =
                opened(
                        new RespServer(
                                loops,
                                mesh,
                                config.resp(),
                                registry,
                                clock,
                                nanoClock,
                                Release.VERSION));
        farewell = farewell(mesh, resp, config);
        admin.start();
        mesh.listen();
        resp.start();
        mesh.join();
        health.serving();
        LOG.info(
                "{} ({}) is open: Redis {} and {}, admin {}",
                self.name(),
                self.id(),
                self.ports().redis(),
                self.ports().clustered(),
                self.ports().admin());
    }

    private Keyspace keyspace(NodeConfig config, Member self, EventLoops loops) throws IOException {
        LongSupplier millis = clock::millis;
        KeyspaceSettings settings = config.keyspace();
        CeilingFile ceiling = opened(CeilingFile.open(config.dataDir()));
        HybridClock versions = new HybridClock(millis, settings.driftMax(), ceiling, registry);
        // A thread of its own: it waits for the disk, and nothing may wait behind it.
        every(HybridClock.EXTEND_INTERVAL_MILLIS, "gossamer-clock", versions::extend);
        MemoryTier memory =
                new MemoryTier(config.memory(), nanoClock, millis, settings.copies(), registry);
        disk = openDisk(config, self, loops, memory);
        NodeDisk below = disk;
        Keyspace keyspace =
                new Keyspace(
                        new Tiers(memory, below == null ? LowerTier.NONE : below.tier()),
                        versions,
                        self.id(),
                        millis,
                        nanoClock,
                        settings,
                        registry);
        every(MemoryTier.CLEAN_UP_INTERVAL_MILLIS, "gossamer-upkeep", keyspace::cleanUp);
        if (below != null) {
            start(below, keyspace, config.dataDir());
        }
        return keyspace;
    }

    private @Nullable NodeDisk openDisk(
            NodeConfig config, Member self, EventLoops loops, MemoryTier memory) {
        DiskSettings settings = config.disk().orElse(null);
        return settings == null
                ? null
                : opened(
                        NodeDisk.open(
                                settings,
                                loops,
                                config.keyspace().diskCaches(),
                                self.id(),
                                memory,
                                clock,
                                nanoClock,
                                new SecureRandom(),
                                registry));
    }

    private void start(NodeDisk below, Keyspace keyspace, Path dataDir) throws IOException {
        below.start(keyspace, dataDir);
        every(NodeDisk.TICK_MILLIS, "gossamer-disk-tick", below.tier()::tick);
        every(
                MemoryTier.CLEAN_UP_INTERVAL_MILLIS,
                "gossamer-disk-upkeep",
                () -> below.tier().cleanUp(clock.millis()));
        every(NodeDisk.FORCE_MILLIS, "gossamer-disk-tags", below::force);
    }

    /** Only a node that finds its entries again has a past. */
    private Notary notary(NodeConfig config, MemberIdentity identity, AcceptorStore acceptor) {
        NodeDisk opened = disk;
        return opened == null
                ? acceptor::save
                : new DiskNotary(
                        acceptor,
                        PastFile.open(config.dataDir(), identity.id()),
                        opened.tier().continues(),
                        opened::flush);
    }

    private NearTier nearTier(NodeConfig config, Keyspace keyspace) {
        return new NearTier(
                config.nearBytesMax(),
                clock::millis,
                (key, entry, other) -> keyspace.settingsOf(key).partition().isLater(entry, other));
    }

    private void every(long millis, String thread, Runnable work) {
        ScheduledExecutorService executor =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name(thread).factory());
        opened(executor::shutdownNow);
        Future<?> _ = executor.scheduleWithFixedDelay(work, millis, millis, TimeUnit.MILLISECONDS);
    }

    private Farewell farewell(MeshNode mesh, RespServer resp, NodeConfig config) {
        return new Farewell(
                mesh,
                health,
                resp::connections,
                () -> whyItHandsOver(config),
                config.farewell(),
                nanoClock);
    }

    /** Why this node cannot keep what it has until it is back; empty when it can. */
    private Optional<String> whyItHandsOver(NodeConfig config) {
        NodeDisk below = disk;
        if (below == null) {
            return Optional.of("this node has no SSD tier");
        }
        if (config.keyspace().copiesMin(config.mesh().replication()) < 2) {
            return Optional.of("there is a cache with one copy of its entries");
        }
        return below.isInUse() ? Optional.empty() : Optional.of("the SSD tier is not in use");
    }

    private Services services(MeshNode mesh, Configuration configuration, EventLoops loops) {
        About about =
                new About(
                        Release.VERSION,
                        loops.kind().name().toLowerCase(Locale.ROOT),
                        Runtime.version().toString());
        NodeDisk below = disk;
        return new Services(
                mesh,
                health,
                () -> Optional.ofNullable(below).map(NodeDisk::account),
                new ConfigurationView(configuration),
                registry,
                about,
                clock,
                nanoClock);
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    /** Leaves the mesh, answers what is under way, and closes every port. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitStopped();
            return;
        }
        health.stopping();
        for (AutoCloseable part : List.copyOf(open)) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("closing {} failed", part.getClass().getSimpleName(), e);
            }
        }
        open.clear();
        registry.close();
        stopped.countDown();
    }

    /** Another thread closes: the process must not end before it is done. */
    private void awaitStopped() {
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
