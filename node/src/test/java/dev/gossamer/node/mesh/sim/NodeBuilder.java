package dev.gossamer.node.mesh.sim;

import dev.gossamer.gossip.GossipSettings;
import dev.gossamer.membership.TopologyAuthority;
import dev.gossamer.membership.ViewTopologyAuthority;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.mesh.MeshNode;
import dev.gossamer.node.mesh.MeshSettings;
import dev.gossamer.node.mesh.SimulatedNodes;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Makes what the root of a real process makes. */
final class NodeBuilder {
    private static final long MEMORY_BYTES = 4L << 20;

    private final Setup setup;
    private final KeyspaceSettings caches;

    NodeBuilder(Setup setup) {
        this.setup = setup;
        this.caches =
                new KeyspaceSettings(
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(1),
                        List.of(
                                new CacheSettings(
                                        CacheSettings.DEFAULT_NAME,
                                        Optional.empty(),
                                        1 << 16,
                                        Integer.MAX_VALUE,
                                        CacheSettings.Acks.ALL)));
    }

    Keyspace keyspace(SimProcess process) {
        MeterRegistry meters = new CompositeMeterRegistry();
        HostClock clock = process.clock();
        return new Keyspace(
                new MemoryTier(
                        new MemorySettings(MEMORY_BYTES),
                        clock::nanoTime,
                        clock::wallMillis,
                        meters),
                new HybridClock(clock::wallMillis, caches.driftMax(), meters),
                process.member().id(),
                clock::wallMillis,
                caches);
    }

    MeshNode node(SimProcess process) {
        TopologyAuthority authority = new ViewTopologyAuthority(setup.replication());
        return SimulatedNodes.node(
                settings(),
                process.member(),
                process.keyspace(),
                authority,
                new SimulatedNodes.Ports(
                        process.lanes(),
                        process.membership(),
                        task -> process.spawn("worker", task),
                        nanos -> pause(process, nanos),
                        process.clock()::nanoTime,
                        process.clock()::wallMillis,
                        new SplittableRandom(process.world().random().nextLong())));
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

    private MeshSettings settings() {
        return new MeshSettings(
                "simulated",
                Optional.empty(),
                "127.0.0.1",
                setup.replication(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                32 << 20,
                32 << 20,
                256L << 20,
                4,
                512 << 10,
                256,
                new GossipSettings(Duration.ofMillis(400), 2, 3, 8, 32 << 10));
    }
}
