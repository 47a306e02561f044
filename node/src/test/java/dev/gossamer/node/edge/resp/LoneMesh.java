package dev.gossamer.node.edge.resp;

import dev.gossamer.gossip.invalidation.InvalidationLog;
import dev.gossamer.gossip.invalidation.Kind;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.Loss;
import dev.gossamer.node.cache.MemoryCeiling;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.cache.Tags;
import dev.gossamer.node.mesh.EdgeLog;
import dev.gossamer.node.mesh.Explanation;
import dev.gossamer.node.mesh.FollowedLog;
import dev.gossamer.node.mesh.Invalidation;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.mesh.coherence.Authority;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.internal.ThreadExecutorMap;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A mesh of one real keyspace; a second member may own slots, but only on paper. */
final class LoneMesh implements Mesh {
    private static final String HELD = "held:";
    private static final String LENT = "lent:";
    private static final String TAKEN_BACK = "back:";

    private final Keyspace keyspace;
    private final Member self;
    private final Member other;
    private final List<Consumer<Topology>> watchers = new CopyOnWriteArrayList<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private final Map<OperationId, Outcome> outcomes = new ConcurrentHashMap<>();
    private volatile Topology topology;

    /** Small, so that it is soon overrun: 21,845 entries. */
    final InvalidationLog log = new InvalidationLog(new MemberId(1), 7, 1 << 20, () -> {});

    /** Whether the lease is said to be held. */
    volatile boolean proven = true;

    /** Whether the caches are said to be consistent. */
    volatile boolean epochFirst;

    LoneMesh(MeterRegistry registry, long memoryBytes) {
        this(registry, memoryBytes, 7379, 7479);
    }

    /**
     * @param redis the port that clients are told of
     * @param clustered the other one
     */
    LoneMesh(MeterRegistry registry, long memoryBytes, int redis, int clustered) {
        var wall = (java.util.function.LongSupplier) System::currentTimeMillis;
        self = member(1, "node-0", new Member.Ports(redis, clustered, 7579, 7679, 7779));
        other = member(2, "node-1", new Member.Ports(7380, 7480, 7580, 7680, 7780));
        var tier =
                new MemoryTier(
                        new MemorySettings(memoryBytes, 1 << 20),
                        System::nanoTime,
                        wall,
                        KeyspaceSettings.DEFAULT.copies(),
                        registry);
        keyspace =
                new Keyspace(
                        new Tiers(tier, LowerTier.NONE),
                        new HybridClock(wall, Duration.ofMinutes(1), new MemoryCeiling(), registry),
                        self.id(),
                        wall,
                        System::nanoTime,
                        KeyspaceSettings.DEFAULT,
                        registry);
        topology = owned(1, slot -> 0);
    }

    private static Member member(long id, String name, Member.Ports ports) {
        return new Member(new MemberId(id), name, "zone", 100, "127.0.0.1", ports);
    }

    private Topology owned(long epoch, java.util.function.IntUnaryOperator ownerOf) {
        var owners = new short[Slot.COUNT][];
        Arrays.setAll(owners, slot -> new short[] {(short) ownerOf.applyAsInt(slot)});
        var members =
                ownerOf.applyAsInt(0) == 0 && epoch == 1 ? List.of(self) : List.of(self, other);
        return new Topology(epoch, 1, members, owners);
    }

    /** The other member owns the upper half of the slots from now on. */
    void share() {
        become(owned(topology.epoch() + 1, slot -> slot < Slot.COUNT / 2 ? 0 : 1));
    }

    void become(Topology next) {
        topology = next;
        watchers.forEach(watcher -> watcher.accept(next));
    }

    /** Answers what was asked for keys that begin with {@code held:}; on the event loop only. */
    synchronized void release() {
        while (!held.isEmpty()) {
            held.remove().run();
        }
    }

    synchronized int heldCount() {
        return held.size();
    }

    private synchronized void run(Bytes key, Runnable answer) {
        if (key.toUtf8().startsWith(HELD)) {
            held.add(answer);
        } else {
            answer.run();
        }
    }

    @Override
    public void read(Bytes key, Freshness freshness, Callback<Read> callback) {
        if (key.length() > 5 && key.array()[4] == ':') {
            ValueTaker taker = callback.takerOrNull();
            if (taker == null || !isLent(key, taker)) {
                run(key, () -> callback.done(readNow(key)));
            }
        } else {
            callback.done(readNow(key));
        }
    }

    /** What begins so is handed over without its entry, or is, and then taken back. */
    private boolean isLent(Bytes key, ValueTaker taker) {
        String name = key.toUtf8();
        Entry entry = keyspace.peekOrNull(key);
        if (entry == null || !(name.startsWith(LENT) || name.startsWith(TAKEN_BACK))) {
            return false;
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(entry.valueLength() + 3);
        direct.put(3, entry.value());
        taker.value(direct, 3, entry.valueLength());
        if (name.startsWith(TAKEN_BACK)) {
            taker.takeBack();
            return false;
        }
        taker.taken();
        return true;
    }

    private Read readNow(Bytes key) {
        return new Read(keyspace.findOrNull(key), Tier.L1, self);
    }

    private Authority authority() {
        return proven ? new Authority(Long.MAX_VALUE, topology.epoch()) : Authority.none(0);
    }

    @Override
    public FollowedLog log() {
        return new EdgeLog(
                new OwnLog(log, this::authority, System::nanoTime),
                slot -> topology.primary(slot).id().equals(self.id()));
    }

    @Override
    public void write(Operation operation, Callback<Outcome> callback) {
        Keyspace.Change change = keyspace.apply(operation, topology.epoch());
        change.changed()
                .forEach(item ->
                        log.append(
                                Kind.KEY,
                                item.key().slotIndex(),
                                KeyHash.of(item.key()),
                                item.entry().version()));
        callback.done(change.outcome());
    }

    @Override
    public void write(Operation operation, OperationId id, Callback<Outcome> callback) {
        callback.done(
                outcomes.computeIfAbsent(
                        id, _ -> keyspace.apply(operation, topology.epoch()).outcome()));
    }

    @Override
    public void awaitLease(Bytes key, long waitMillis, Callback<Bytes> callback) {
        var loop = Objects.requireNonNull(ThreadExecutorMap.currentExecutor());
        var woken = new AtomicBoolean();
        Runnable wake =
                () -> {
                    if (woken.compareAndSet(false, true)) {
                        callback.done(key);
                    }
                };
        if (keyspace.leases().await(key, () -> loop.execute(wake)) == 0) {
            wake.run();
        } else {
            var _ = loop.schedule(wake, waitMillis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public boolean isEpochFirst(Bytes key) {
        return epochFirst;
    }

    @Override
    public CompletableFuture<Read> readAsync(Bytes key, Freshness freshness) {
        return CompletableFuture.completedFuture(readNow(key));
    }

    @Override
    public CompletableFuture<Outcome> writeAsync(Operation operation, Caller caller) {
        return CompletableFuture.completedFuture(
                keyspace.apply(operation, topology.epoch()).outcome());
    }

    @Override
    public Topology topology() {
        return topology;
    }

    @Override
    public Freshness freshnessOf(Bytes key) {
        return Freshness.DEFAULT;
    }

    @Override
    public Member self() {
        return self;
    }

    @Override
    public AutoCloseable onTopology(Consumer<Topology> consumer) {
        watchers.add(consumer);
        return () -> watchers.remove(consumer);
    }

    /** A page is one slot or more; the cursor is the next slot. */
    @Override
    public CompletableFuture<ScanPage> scan(long cursor, int keysMin, Scope scope) {
        var keys = new ArrayList<Bytes>();
        int slot = (int) cursor;
        while (slot < Slot.COUNT && keys.size() < keysMin) {
            keys.addAll(keysInSlot(slot++, Integer.MAX_VALUE));
        }
        return CompletableFuture.completedFuture(new ScanPage(keys, slot == Slot.COUNT ? 0 : slot));
    }

    @Override
    public CompletableFuture<Long> size(Scope scope) {
        return CompletableFuture.completedFuture(keyspace.tiers().liveCount());
    }

    @Override
    public List<Bytes> keysInSlot(int slot, int keysMax) {
        return keyspace.page(slot, 0, Integer.MAX_VALUE, Long.MAX_VALUE).items().stream()
                .filter(item -> !item.entry().isTombstone())
                .map(Keyspace.Item::key)
                .limit(keysMax)
                .toList();
    }

    @Override
    public int countInSlot(int slot) {
        return keyspace.tiers().liveCount(slot);
    }

    @Override
    public CompletableFuture<@Nullable Bytes> randomKey() {
        return scan(0, 1, Scope.MESH)
                .thenApply(page -> page.keys().isEmpty() ? null : page.keys().getFirst());
    }

    @Override
    public CompletableFuture<Void> flush(Scope scope, Caller caller) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            keyspace.dropSlot(slot);
        }
        return CompletableFuture.completedFuture(null);
    }

    private List<Explanation.Change> changes(Bytes key) {
        return keyspace.mutations().of(key, Set.of()).stream()
                .map(each ->
                        new Explanation.Change(
                                each.atMillis(),
                                each.what(),
                                each.removal(),
                                each.version(),
                                each.caller(),
                                Optional.empty(),
                                List.of(self),
                                each.detail()))
                .toList();
    }

    @Override
    public CompletableFuture<Explanation> explain(Bytes key) {
        var copy =
                new Explanation.Copy(
                        self, "primary", "complete", keyspace.peekOrNull(key), false, null, null);
        return CompletableFuture.completedFuture(
                new Explanation(
                        key,
                        key.slotIndex(),
                        topology.epoch(),
                        keyspace.settingsOf(key).name(),
                        List.of(copy),
                        List.of(),
                        Optional.ofNullable(keyspace.leases().runningOrNull(key)),
                        changes(key)));
    }

    @Override
    public CompletableFuture<Invalidation.Done> invalidate(Invalidation what, Caller caller) {
        return CompletableFuture.completedFuture(
                switch (what) {
                    case Invalidation.Tag(var cache, var tag) ->
                            bump(tagsOf(Bytes.utf8(cache + ":"), List.of(tag))[0]);
                    case Invalidation.Cache(var name) ->
                            bump(Tags.ofCache(keyspace.settingsOf(Bytes.utf8(name + ":"))));
                    case Invalidation.Prefix _ -> new Invalidation.Done(Optional.empty(), 3);
                    case Invalidation.Key(var key) -> {
                        var remove = new Operation.Remove(key, Operation.Condition.ALWAYS, false);
                        var outcome = keyspace.apply(remove, topology.epoch()).outcome();
                        yield new Invalidation.Done(
                                Optional.empty(), outcome instanceof Outcome.Applied ? 1 : 0);
                    }
                });
    }

    private Invalidation.Done bump(long tag) {
        long clock = keyspace.tags().hear(tag, keyspace.tags().begin());
        return new Invalidation.Done(
                Optional.of(new Version(topology.epoch(), clock, self.id())), 0);
    }

    @Override
    public long[] tagsOf(Bytes key, List<Bytes> names) {
        return keyspace.tagsOf(key, names);
    }

    @Override
    public MeshStatus status() {
        var own =
                new MemberStatus(
                        self,
                        "ready",
                        topology.epoch(),
                        Slot.COUNT,
                        0,
                        0,
                        keyspace.tiers().liveCount(),
                        keyspace.tiers().memory().bytes(),
                        keyspace.tiers().memory().bytesMax(),
                        true,
                        Transfer.NONE);
        return new MeshStatus(
                topology.epoch(),
                topology.phase(),
                1,
                List.of(own),
                Slot.COUNT,
                0,
                true,
                new Quorum(1, 1, true));
    }

    @Override
    public CompletableFuture<@Nullable Void> drain() {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("it is alone"));
    }

    @Override
    public Drain drainState() {
        return new Drain(Drain.Stage.NONE, Slot.COUNT, 0, 0, Duration.ZERO);
    }

    @Override
    public AuditReport audit() {
        return AuditReport.NONE;
    }

    @Override
    public List<Loss> losses() {
        return keyspace.ledger().losses();
    }

    @Override
    public List<CacheSettings> caches() {
        return keyspace.caches();
    }
}
