package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.gossip.GossipSettings;
import dev.gossamer.membership.agreement.AcceptorState;
import dev.gossamer.membership.agreement.Agreement;
import dev.gossamer.membership.agreement.AgreementSettings;
import dev.gossamer.node.TestPorts;
import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.MemoryCeiling;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.coherence.CoherenceSettings;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.Slot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Several nodes in one JVM, over real links on loopback. */
final class TestMesh implements AutoCloseable {
    /** One node and what the root would keep of it. */
    record Node(
            Member member,
            MeshNode mesh,
            Keyspace keyspace,
            EventLoops loops,
            SimpleMeterRegistry meters) {}

    static Absences nobodyIsAbsent() {
        return new Absences(
                () -> {
                    throw new IllegalStateException("nobody has left");
                },
                () -> 0L);
    }

    final InVmMembership membership = new InVmMembership();
    final List<Node> nodes = new ArrayList<>();
    final List<String> expelled = new CopyOnWriteArrayList<>();
    private int joined;
    private final MeshSettings settings;
    private final KeyspaceSettings caches;
    private final long memoryBytesMax;

    TestMesh(MeshSettings settings) {
        this(settings, KeyspaceSettings.DEFAULT);
    }

    TestMesh(MeshSettings settings, long memoryBytesMax) {
        this(settings, KeyspaceSettings.DEFAULT, memoryBytesMax);
    }

    TestMesh(MeshSettings settings, KeyspaceSettings caches) {
        this(settings, caches, 64L << 20);
    }

    private TestMesh(MeshSettings settings, KeyspaceSettings caches, long memoryBytesMax) {
        this.memoryBytesMax = memoryBytesMax;
        this.settings = settings;
        this.caches = caches;
    }

    static MeshSettings settings(int replication) {
        return new MeshSettings(
                "test",
                Optional.of("secret"),
                "127.0.0.1",
                AgreementSettings.of(replication),
                Duration.ofSeconds(4),
                Duration.ofSeconds(1),
                32 << 20,
                32 << 20,
                1L << 30,
                4,
                64 << 10,
                256,
                64L << 20,
                Duration.ofSeconds(10),
                new GossipSettings(Duration.ofMillis(30), 2, 3, 8, 32 << 10),
                CoherenceSettings.DEFAULT);
    }

    static Member member(int number) {
        return new Member(
                new MemberId(number),
                "node-" + number,
                "zone",
                100,
                "127.0.0.1",
                new Member.Ports(0, 0, 0, 0, TestPorts.free()),
                1);
    }

    Node join() throws IOException {
        Member member = member(++joined);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EventLoops loops = EventLoops.start(Optional.of(EventLoops.Kind.EPOLL), 2);
        HybridClock clock =
                new HybridClock(
                        System::currentTimeMillis, caches.driftMax(), new MemoryCeiling(), meters);
        var _ = loops.group().scheduleAtFixedRate(clock::extend, 0, 100, TimeUnit.MILLISECONDS);
        MemoryTier tier =
                new MemoryTier(
                        new MemorySettings(memoryBytesMax, 4L << 20),
                        System::nanoTime,
                        System::currentTimeMillis,
                        caches.copies(),
                        meters);
        Keyspace keyspace =
                new Keyspace(
                        new Tiers(tier, LowerTier.NONE),
                        clock,
                        member.id(),
                        System::currentTimeMillis,
                        System::nanoTime,
                        caches,
                        meters);
        MeshNode mesh =
                new MeshNode(
                        settings,
                        member,
                        loops,
                        keyspace,
                        new NearTier(
                                1 << 20,
                                System::currentTimeMillis,
                                (key, entry, other) ->
                                        keyspace.settingsOf(key).partition().isLater(entry, other)),
                        membership.join(member),
                        new Agreement(
                                member,
                                settings.agreement(),
                                AcceptorState.none(),
                                new SplittableRandom(joined)),
                        _ -> {},
                        meters,
                        System::nanoTime,
                        InstantSource.system(),
                        new SplittableRandom(~joined),
                        expelled::add);
        Node node = new Node(member, mesh, keyspace, loops, meters);
        nodes.add(node);
        mesh.listen();
        mesh.join();
        return node;
    }

    /** As kill -9: nothing is said, connections break. */
    void kill(Node node) {
        node.loops().close();
        membership.drop(node.member().id());
        nodes.remove(node);
    }

    /** As SIGTERM, once the edges take no requests any more. */
    void leave(Node node) {
        nodes.remove(node);
        node.mesh().close();
        node.loops().close();
    }

    void awaitWhole() {
        await(() ->
                nodes.stream()
                        .map(node -> node.mesh().status())
                        .allMatch(status ->
                                status.settled()
                                        && status.members().size() == nodes.size()
                                        && status.missingCopies() == wanted(status)));
    }

    /** Until everybody goes by a topology of exactly those who are here. */
    void awaitRoster() {
        await(() ->
                nodes.stream()
                        .map(node -> node.mesh().topology())
                        .allMatch(topology ->
                                !topology.isProvisional()
                                        && topology.members().size() == nodes.size()));
    }

    private static int wanted(Mesh.MeshStatus status) {
        return Slot.COUNT * Math.max(0, status.replication() - status.members().size());
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 10 s in vain").isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    static Bytes key(int i) {
        return Bytes.utf8("key-" + i);
    }

    static Operation put(int i, String value) {
        return new Operation.Put(
                key(i),
                Bytes.utf8(value).array(),
                Operation.Expiry.NONE,
                Operation.Condition.ALWAYS,
                false);
    }

    static void store(Node node, int i, String value) {
        assertThat(node.mesh().writeAsync(put(i, value)).join())
                .isInstanceOf(Outcome.Applied.class);
    }

    static String find(Node node, int i) {
        var entry = node.mesh().readAsync(key(i), Freshness.LATEST).join().entry();
        return entry == null ? "nothing" : Bytes.wrap(entry.value()).toUtf8();
    }

    @Override
    public void close() {
        for (Node node : nodes) {
            node.mesh().close();
            node.loops().close();
        }
    }
}
