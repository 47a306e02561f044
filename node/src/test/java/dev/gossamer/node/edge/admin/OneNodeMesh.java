package dev.gossamer.node.edge.admin;

import dev.gossamer.gossip.invalidation.InvalidationLog;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.cache.Loss;
import dev.gossamer.node.cache.Mutation;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.EdgeLog;
import dev.gossamer.node.mesh.Explanation;
import dev.gossamer.node.mesh.FollowedLog;
import dev.gossamer.node.mesh.Invalidation;
import dev.gossamer.node.mesh.Mesh;
import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.mesh.coherence.Authority;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Version;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A mesh of one node in a map, for the edges' tests: keeps versions, conditions, expiry and
 * tombstones as the real one does, and answers futures on a thread of its own.
 */
final class OneNodeMesh implements Mesh {
    private static final long EPOCH = 7;

    private final Member self =
            new Member(
                    new MemberId(0xa1),
                    "node-0",
                    "zone-a",
                    Member.WEIGHT_DEFAULT,
                    "127.0.0.1",
                    new Member.Ports(7379, 7479, 7579, 7679, 7779));
    private final Topology topology =
            new Topology(EPOCH, 2, List.of(self), new short[Slot.COUNT][1]);
    private final Map<Bytes, Entry> entries = new ConcurrentHashMap<>();

    /** What was asked for, in this order. */
    final List<Invalidation> invalidated = new CopyOnWriteArrayList<>();

    private final AtomicLong clock = new AtomicLong(1L << 40);
    private final Executor answers = task -> Thread.ofVirtual().start(task);
    private final InstantSource time;
    final List<Freshness> freshnessAsked = new ArrayList<>();
    final AtomicInteger statusAsked = new AtomicInteger();
    private volatile Optional<RuntimeException> failure = Optional.empty();

    OneNodeMesh(InstantSource time) {
        this.time = time;
    }

    void failWith(RuntimeException next) {
        failure = Optional.of(next);
    }

    @Override
    public CompletableFuture<Read> readAsync(Bytes key, Freshness freshness) {
        synchronized (freshnessAsked) {
            freshnessAsked.add(freshness);
        }
        return answer(() -> new Read(live(key), Tier.L1, self));
    }

    private Entry live(Bytes key) {
        Entry entry = entries.get(key);
        return entry == null || entry.isTombstone() || entry.expiredAt(time.millis())
                ? null
                : entry;
    }

    @Override
    public CompletableFuture<Outcome> writeAsync(Operation operation, Caller caller) {
        return answer(() -> apply(operation));
    }

    private <T> CompletableFuture<T> answer(java.util.function.Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    failure.ifPresent(e -> {
                        throw e;
                    });
                    return work.get();
                },
                answers);
    }

    private synchronized Outcome apply(Operation operation) {
        Entry previous = live(operation.key());
        return switch (operation) {
            case Operation.Put put ->
                    holds(put.condition(), previous)
                            ? store(
                                    put.key(),
                                    Entry.of(
                                            put.value(),
                                            next(),
                                            expiry(put.key(), put.expiry(), previous)))
                            : new Outcome.Unchanged(null);
            case Operation.Remove remove ->
                    previous != null && holds(remove.condition(), previous)
                            ? store(remove.key(), Entry.tombstone(next(), time.millis() + 60_000))
                            : new Outcome.Unchanged(null);
            case Operation.Expire _,
                    Operation.Append _,
                    Operation.SetRange _,
                    Operation.Increment _,
                    Operation.IncrementDecimal _,
                    Operation.PutAllIfAbsent _,
                    Operation.TakeLease _,
                    Operation.Fill _,
                    Operation.EndLease _ ->
                    new Outcome.Refused(ErrorCode.ERR, "the admin port asks for no " + operation);
        };
    }

    private Outcome store(Bytes key, Entry entry) {
        entries.put(key, entry);
        return new Outcome.Applied(entry.version(), 0, null, null);
    }

    private Version next() {
        return new Version(EPOCH, clock.incrementAndGet(), self.id());
    }

    private static boolean holds(Operation.Condition condition, Entry previous) {
        return switch (condition) {
            case Operation.Condition.Always _ -> true;
            case Operation.Condition.IfAbsent _ -> previous == null;
            case Operation.Condition.IfPresent _ -> previous != null;
            case Operation.Condition.IfVersion(Version expected) ->
                    previous == null
                            ? expected.equals(Version.NONE)
                            : previous.version().equals(expected);
        };
    }

    private long expiry(Bytes key, Operation.Expiry expiry, Entry previous) {
        return switch (expiry) {
            case Operation.Expiry.CacheDefault _ -> defaultExpiry(key);
            case Operation.Expiry.None _ -> Entry.NEVER;
            case Operation.Expiry.Keep _ ->
                    previous == null ? Entry.NEVER : previous.expiresAtMillis();
            case Operation.Expiry.After(long millis) -> time.millis() + millis;
            case Operation.Expiry.At(long epochMillis) -> epochMillis;
        };
    }

    private long defaultExpiry(Bytes key) {
        return caches().stream()
                .filter(cache -> cache.name().equals(cacheOf(key)))
                .flatMap(cache -> cache.ttl().stream())
                .mapToLong(ttl -> time.millis() + ttl.toMillis())
                .findFirst()
                .orElse(Entry.NEVER);
    }

    @Override
    public void read(Bytes key, Freshness freshness, Callback<Read> callback) {
        callback.done(new Read(live(key), Tier.L1, self));
    }

    @Override
    public void write(Operation operation, Callback<Outcome> callback) {
        callback.done(apply(operation));
    }

    @Override
    public void write(Operation operation, OperationId id, Callback<Outcome> callback) {
        throw new UnsupportedOperationException("HTTP sends no operation ids");
    }

    @Override
    public void awaitLease(Bytes key, long waitMillis, Callback<Bytes> callback) {
        throw new UnsupportedOperationException("HTTP knows no leases");
    }

    @Override
    public boolean isEpochFirst(Bytes key) {
        return false;
    }

    @Override
    public FollowedLog log() {
        InvalidationLog empty = new InvalidationLog(self.id(), 1, 4096, () -> {});
        return new EdgeLog(
                new OwnLog(empty, () -> Authority.none(EPOCH), System::nanoTime), slot -> false);
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
        return () -> {};
    }

    @Override
    public CompletableFuture<ScanPage> scan(long cursor, int keysMin, Scope scope) {
        return answer(() -> new ScanPage(List.copyOf(entries.keySet()), 0));
    }

    @Override
    public CompletableFuture<Long> size(Scope scope) {
        return answer(this::liveCount);
    }

    private long liveCount() {
        return entries.keySet().stream().filter(key -> live(key) != null).count();
    }

    @Override
    public List<Bytes> keysInSlot(int slot, int keysMax) {
        return entries.keySet().stream()
                .filter(key -> key.slotIndex() == slot)
                .limit(keysMax)
                .toList();
    }

    @Override
    public int countInSlot(int slot) {
        return keysInSlot(slot, Integer.MAX_VALUE).size();
    }

    @Override
    public CompletableFuture<Bytes> randomKey() {
        return answer(() -> entries.keySet().stream().findFirst().orElse(null));
    }

    @Override
    public CompletableFuture<Void> flush(Scope scope, Caller caller) {
        return answer(() -> {
            entries.clear();
            return null;
        });
    }

    @Override
    public CompletableFuture<Invalidation.Done> invalidate(Invalidation what, Caller caller) {
        return answer(() -> {
            invalidated.add(what);
            return what instanceof Invalidation.Prefix || what instanceof Invalidation.Key
                    ? new Invalidation.Done(Optional.empty(), 2)
                    : new Invalidation.Done(Optional.of(new Version(7, 42, self.id())), 0);
        });
    }

    @Override
    public long[] tagsOf(Bytes key, List<Bytes> names) {
        throw new UnsupportedOperationException("HTTP writes no tags");
    }

    @Override
    public CompletableFuture<Explanation> explain(Bytes key) {
        return answer(() ->
                new Explanation(
                        key,
                        key.slotIndex(),
                        EPOCH,
                        cacheOf(key),
                        List.of(
                                new Explanation.Copy(
                                        self,
                                        "primary",
                                        "complete",
                                        entries.get(key),
                                        true,
                                        new Explanation.Voided(false, "t", 5),
                                        null)),
                        List.of(
                                new Explanation.Near(
                                        self, new Version(1, 2, self.id()), 3, self, 4_000_001)),
                        Optional.of(
                                new Leases.Running(
                                        new Version(1, 2, self.id()), Caller.NODE, 7, 8, 9)),
                        List.of(change(), change())));
    }

    private Explanation.Change change() {
        return new Explanation.Change(
                5,
                Mutation.What.TAG_INVALIDATED,
                true,
                new Version(1, 2, self.id()),
                new Caller(Caller.Way.RESP, "7", "anna", "10.0.0.1:1", "prefix a"),
                Optional.of(self),
                List.of(self),
                "t");
    }

    private static String cacheOf(Bytes key) {
        return key.toUtf8().startsWith("users:") ? "users" : CacheSettings.DEFAULT_NAME;
    }

    @Override
    public MeshStatus status() {
        statusAsked.incrementAndGet();
        return new MeshStatus(
                EPOCH,
                Topology.Phase.STEADY,
                2,
                List.of(
                        new MemberStatus(
                                self,
                                "ready",
                                EPOCH,
                                Slot.COUNT,
                                0,
                                0,
                                liveCount(),
                                liveCount() * 100,
                                1 << 28,
                                true,
                                Transfer.NONE)),
                Slot.COUNT,
                Slot.COUNT,
                true,
                new Quorum(1, 1, true));
    }

    /** What a drain ends with, and what it says of itself until then. */
    volatile CompletableFuture<Void> drained = new CompletableFuture<>();

    volatile Drain drain = new Drain(Drain.Stage.NONE, Slot.COUNT, 0, 0, Duration.ZERO);
    volatile AuditReport audit = AuditSamples.VIOLATED;
    final List<Loss> losses = Collections.synchronizedList(new ArrayList<>());

    @Override
    public CompletableFuture<Void> drain() {
        return drained.copy();
    }

    @Override
    public Drain drainState() {
        return drain;
    }

    @Override
    public AuditReport audit() {
        return audit;
    }

    @Override
    public List<Loss> losses() {
        return List.copyOf(losses);
    }

    @Override
    public List<CacheSettings> caches() {
        return List.of(
                new CacheSettings(
                        CacheSettings.DEFAULT_NAME,
                        Optional.empty(),
                        16 << 20,
                        2,
                        CacheSettings.Acks.ALL,
                        CacheSettings.Partition.AVAILABLE),
                new CacheSettings(
                        "users",
                        Optional.of(Duration.ofMinutes(10)),
                        1000,
                        2,
                        CacheSettings.Acks.PRIMARY,
                        CacheSettings.Partition.AVAILABLE));
    }

    static GossamerException clusterDown() {
        return new GossamerException(ErrorCode.CLUSTERDOWN, "Hash slot not served");
    }
}
