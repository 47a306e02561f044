package dev.gossamer.node.mesh.sim;

import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.mesh.MeshNode;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Member;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One run of one member: its lanes, its membership, and the real node on them. */
final class SimProcess {
    private static final long LAG_MAX = 300_000_000;

    private final Hosts hosts;
    private final Member member;
    private final HostClock clock;
    private final Life life;
    private final SimLanes lanes;
    private final SimMembership membership;
    private final Disk disk;
    private final Keyspace keyspace;
    private final HybridClock hybrid;
    private final CompositeMeterRegistry meters = new CompositeMeterRegistry();
    private final Map<Bytes, Long> changedAt = new HashMap<>();
    private @Nullable MeshNode node;

    SimProcess(Hosts hosts, Member member, HostClock clock, Disk disk, int laneCount) {
        this.hosts = hosts;
        this.member = member;
        this.clock = clock;
        this.life = new Life(hosts.world(), Names.numberOf(member.id()));
        this.lanes = new SimLanes(this, laneCount);
        this.membership = new SimMembership(this, hosts.detector());
        this.disk = disk;
        this.hybrid = hosts.builder().hybridClock(this);
        this.keyspace = hosts.builder().keyspace(this, hybrid);
        keyspace.onChange((_, key, _) -> changedAt.put(key, world().nowNanos()));
    }

    /** What a disk that lags a little behind has not got, if this process ended now. */
    Predicate<Bytes> recentlyChanged() {
        long since = world().nowNanos() - world().between(0, LAG_MAX);
        return key -> changedAt.getOrDefault(key, 0L) > since;
    }

    /** Begins the node's start, on a thread of its own. */
    void start() {
        MeshNode started = hosts.builder().node(this);
        node = started;
        hosts.logs().follow(started.ownLog());
        var _ =
                started.onTopology(topology -> {
                    world().note(number(), "topology", Names.of(topology));
                    hosts.learned(number(), topology);
                });
        extendClock();
        spawn(
                "start",
                () -> {
                    try {
                        started.listen();
                        started.join();
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
    }

    private void extendClock() {
        if (life.isAlive()) {
            life.run(null, hybrid::extend);
            long interval = HybridClock.EXTEND_INTERVAL_MILLIS * 1_000_000L;
            world().after(clock.worldNanos(interval), this::extendClock);
        }
    }

    /** Runs a task that may wait, in this process. */
    void spawn(String name, Runnable task) {
        VirtualThreads.start(
                "m" + number() + "-" + name,
                step -> world().after(0, () -> life.run(null, step)),
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) {
                        world().fail("an exception in a worker of m" + number(), e);
                    }
                });
    }

    /** kill -9. */
    void kill() {
        life.end();
        lanes.died();
        hosts.detector().crashed(this);
    }

    /** The process is over after it closed by itself. */
    void exit() {
        life.end();
        lanes.died();
    }

    World world() {
        return hosts.world();
    }

    Network network() {
        return hosts.network();
    }

    Hosts hosts() {
        return hosts;
    }

    int number() {
        return life.number();
    }

    Member member() {
        return member;
    }

    Disk disk() {
        return disk;
    }

    HostClock clock() {
        return clock;
    }

    Life life() {
        return life;
    }

    SimLanes lanes() {
        return lanes;
    }

    boolean listens() {
        return lanes.isListening();
    }

    SimMembership membership() {
        return membership;
    }

    Keyspace keyspace() {
        return keyspace;
    }

    /** Of the node; they count when a registry has been added. */
    CompositeMeterRegistry meters() {
        return meters;
    }

    MeshNode node() {
        return Objects.requireNonNull(node);
    }
}
