package dev.gossamer.node.mesh.sim;

import dev.gossamer.gossip.GossipSettings;
import dev.gossamer.gossip.invalidation.DisseminationSettings;
import dev.gossamer.membership.agreement.Agreement;
import dev.gossamer.membership.agreement.AgreementSettings;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.mesh.MeshNode;
import dev.gossamer.node.mesh.MeshSettings;
import dev.gossamer.node.mesh.SimulatedNodes;
import dev.gossamer.node.mesh.coherence.CoherenceSettings;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.node.store.Tiers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Makes what the root of a real process makes. */
final class NodeBuilder {
    private static final long MEMORY_BYTES = 4L << 20;
    private static final int LOG_BYTES = 4 << 20;

    private final Setup setup;
    private final KeyspaceSettings caches;

    NodeBuilder(Setup setup) {
        this.setup = setup;
        this.caches =
                KeyspaceSettings.of(
                        List.of(
                                cache(
                                        CacheSettings.DEFAULT_NAME,
                                        CacheSettings.Partition.AVAILABLE),
                                cache(
                                        Clients.CONSISTENT_CACHE,
                                        CacheSettings.Partition.CONSISTENT)));
    }

    private static CacheSettings cache(String name, CacheSettings.Partition partition) {
        return new CacheSettings(
                name,
                Optional.empty(),
                1 << 16,
                Integer.MAX_VALUE,
                CacheSettings.Acks.ALL,
                partition);
    }

    /** The clock of a process, as far as the disk lets it go. */
    HybridClock hybridClock(SimProcess process) {
        return new HybridClock(
                process.clock()::wallMillis,
                caches.driftMax(),
                process.disk().ceiling(),
                new CompositeMeterRegistry());
    }

    Keyspace keyspace(SimProcess process, HybridClock hybrid) {
        MeterRegistry meters = new CompositeMeterRegistry();
        HostClock clock = process.clock();
        MemoryTier tier =
                new MemoryTier(
                        new MemorySettings(MEMORY_BYTES, MEMORY_BYTES),
                        clock::nanoTime,
                        clock::wallMillis,
                        caches.copies(),
                        meters);
        Keyspace keyspace =
                new Keyspace(
                        new Tiers(tier, LowerTier.NONE),
                        hybrid,
                        process.member().id(),
                        clock::wallMillis,
                        clock::nanoTime,
                        caches,
                        meters);
        process.disk().load(tier, keyspace);
        return keyspace;
    }

    MeshNode node(SimProcess process) {
        Disk disk = process.disk();
        SplittableRandom random = process.world().random();
        Agreement agreement =
                new Agreement(
                        process.member(),
                        agreement(),
                        disk.acceptor(),
                        new SplittableRandom(random.nextLong()));
        return SimulatedNodes.node(
                settings(),
                process.member(),
                process.keyspace(),
                nearTier(process),
                agreement,
                disk.notary(process.keyspace()),
                process.meters(),
                new SimulatedNodes.Ports(
                        process.lanes(),
                        process.membership(),
                        task -> process.spawn("worker", task),
                        nanos -> pause(process, nanos),
                        (task, nanos) -> later(process, nanos, task),
                        process.clock()::nanoTime,
                        process.clock()::wallMillis,
                        new SplittableRandom(random.nextLong())));
    }

    private static void pause(SimProcess process, long nanos) {
        Thread waiting = Thread.currentThread();
        boolean[] over = new boolean[1];
        process.world()
                .after(
                        process.clock().worldNanos(nanos),
                        () -> {
                            over[0] = true;
                            LockSupport.unpark(waiting);
                        });
        while (!over[0]) {
            LockSupport.park();
        }
    }

    private NearTier nearTier(SimProcess process) {
        Keyspace keyspace = process.keyspace();
        return process.hosts()
                .bugs()
                .nearTier(
                        MEMORY_BYTES,
                        process.clock()::wallMillis,
                        (key, entry, other) ->
                                keyspace.settingsOf(key).partition().isLater(entry, other));
    }

    private static void later(SimProcess process, long nanos, Runnable task) {
        process.world()
                .after(process.clock().worldNanos(nanos), () -> process.life().run(null, task));
    }

    private AgreementSettings agreement() {
        return new AgreementSettings(
                setup.replication(),
                setup.founders(),
                AgreementSettings.LEASE_DEFAULT,
                AgreementSettings.DEAD_LINK_DEFAULT,
                AgreementSettings.RETURN_WAIT_DEFAULT);
    }

    private MeshSettings settings() {
        return new MeshSettings(
                "simulated",
                Optional.empty(),
                "127.0.0.1",
                agreement(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                32 << 20,
                32 << 20,
                256L << 20,
                4,
                512 << 10,
                256,
                64L << 20,
                Duration.ofSeconds(10),
                new GossipSettings(Duration.ofMillis(400), 2, 3, 8, 32 << 10),
                new CoherenceSettings(LOG_BYTES, dissemination(), audits(), Set.of()));
    }

    /** Where a bug is planted, it is for the simulator's own checks to find it. */
    private int audits() {
        return setup.bug() == Bugs.Bug.NONE ? 20 : 0;
    }

    /** Slower than real ones, so that a run has fewer messages; the drift is the clocks' own. */
    private DisseminationSettings dissemination() {
        DisseminationSettings real = DisseminationSettings.DEFAULT;
        double spread = setup.clockRateSpread();
        return new DisseminationSettings(
                Duration.ofMillis(5),
                Duration.ofMillis(100),
                real.watermarkDelay(),
                real.starMax(),
                real.fanout(),
                real.lazyLinks(),
                Duration.ofMillis(2),
                Duration.ofMillis(10),
                real.digest(),
                real.messageBytesMax(),
                2 * LOG_BYTES,
                real.forgetAfter(),
                (int) Math.ceil(2e6 * spread / (1 - spread)));
    }
}
