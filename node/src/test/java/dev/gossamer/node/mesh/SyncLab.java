package dev.gossamer.node.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gossamer.membership.agreement.AgreementSettings;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.MemoryCeiling;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.RecentOperation;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.RequestHandler.Responder;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.RestingEntries;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A few members that hold slots together, in one thread and in virtual time: real key spaces and
 * the real work of {@link Sync}, without clients, leases and sockets. Who owns what is said by the
 * test.
 */
final class SyncLab {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final SplittableRandom random;
    private final KeyspaceSettings caches;
    private final MeshSettings settings;
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Set<MemberId> dead = new HashSet<>();

    /** Requests that nobody ever hears of. */
    Predicate<Request> swallowed = _ -> false;

    final List<Node> nodes = new ArrayList<>();
    private long now = TimeUnit.SECONDS.toNanos(1);
    private long order;

    private record Task(long at, long order, Runnable work) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    SyncLab(long seed, int members) {
        this(seed, members, KeyspaceSettings.DEFAULT);
    }

    SyncLab(long seed, int members, KeyspaceSettings caches) {
        this(seed, members, caches, settings(1L << 30, 4));
    }

    SyncLab(long seed, int members, KeyspaceSettings caches, MeshSettings settings) {
        this.random = new SplittableRandom(seed);
        this.caches = caches;
        this.settings = settings;
        for (int i = 0; i < members; i++) {
            nodes.add(new Node(i + 1));
        }
    }

    /** Small pages, so that there are many. */
    static MeshSettings settings(long transferBytesPerSecond, int fillParallelism) {
        MeshSettings all = MeshSettings.defaults("lab");
        return new MeshSettings(
                all.clusterName(),
                all.password(),
                all.bindHost(),
                AgreementSettings.of(3),
                all.requestTimeout(),
                all.connectTimeout(),
                all.linkQueueBytesMax(),
                all.frameBytesMax(),
                transferBytesPerSecond,
                fillParallelism,
                2048,
                all.greetingsMax(),
                all.pendingBytesMax(),
                Duration.ofSeconds(10),
                all.gossip(),
                all.coherence());
    }

    /** One member. */
    final class Node {
        final Member member;
        final Keyspace keyspace;
        final RestingEntries below;
        final Epochs epochs;
        final Sync sync;
        private final Leftovers leftovers;
        final PendingWrites pending = new PendingWrites();
        final Set<Long> synced = new HashSet<>();
        private final FakeLane lane = new FakeLane(this);
        private long wallMillis = 1_700_000_000_000L;

        Node(int number) {
            member =
                    new Member(
                            new MemberId(number),
                            "node-" + number,
                            "zone",
                            100,
                            "127.0.0.1",
                            new Member.Ports(0, 0, 0, 0, 0));
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            MemoryTier tier =
                    new MemoryTier(
                            new MemorySettings(64L << 20, 8L << 20),
                            () -> now,
                            this::wall,
                            caches.copies(),
                            meters);
            HybridClock clock =
                    new HybridClock(this::wall, caches.driftMax(), new MemoryCeiling(), meters);
            below = new RestingEntries(tier.accounts(), caches.copies());
            keyspace =
                    new Keyspace(
                            new Tiers(tier, below),
                            clock,
                            member.id(),
                            this::wall,
                            () -> now,
                            caches,
                            meters);
            Fence fence = new Fence();
            leftovers = new Leftovers(keyspace, SyncLab.this::soon);
            int fewest =
                    caches.caches().stream().mapToInt(CacheSettings::replication).min().orElse(1);
            epochs =
                    new Epochs(
                            Holding.none(3, member, fewest),
                            List.of(lane),
                            (before, next, install) ->
                                    fence.pass(() -> pass(before, next, install)));
            sync =
                    new Sync(
                            epochs,
                            keyspace,
                            pending,
                            lane,
                            SyncLab.this::soon,
                            fence,
                            TestMesh.nobodyIsAbsent(),
                            () -> now,
                            settings);
            epochs.onServed(sync::begin);
            epochs.onSynced(holding -> synced.add(holding.epoch()));
        }

        private void pass(Holding before, Holding next, Runnable install) {
            sync.passing(next);
            leftovers.pass(before, next, install);
        }

        private long wall() {
            return wallMillis + TimeUnit.NANOSECONDS.toMillis(now);
        }

        void stepClock(Duration by) {
            wallMillis += by.toMillis();
        }

        boolean isSynced() {
            return epochs.latest() == epochs.served() && epochs.served().isSynced();
        }

        private void handle(Request request, long epoch, Responder responder) {
            Holding holding = epochs.served();
            if (epoch > holding.epoch()) {
                SyncLab.this.at(now + 1_000_000, () -> handle(request, epoch, responder));
            } else if (epoch < holding.epoch()) {
                responder.reply(new Reply.WrongEpoch(holding.epoch()));
            } else {
                try {
                    serve(request, holding, responder);
                } catch (GossamerException e) {
                    responder.reply(new Reply.Failed(e.code(), String.valueOf(e.getMessage())));
                }
            }
        }

        private void serve(Request request, Holding holding, Responder responder) {
            if (request instanceof Request.Sync(var asked)) {
                sync.serve(asked, holding, responder);
            } else if (request instanceof Request.Replicate replicate) {
                int slot = replicate.items().getFirst().key().slotIndex();
                sync.store(slot, replicate, holding);
                responder.reply(Reply.STORED);
            } else {
                throw new AssertionError(request);
            }
        }

        /** What stands here under the key rests below the memory from now on. */
        void sink(String key) {
            below.sink(keyspace.tiers().memory(), Bytes.utf8(key));
        }

        /** What stands here: the value, {@code -} for a removal, or nothing. */
        String at(String key) {
            Entry entry = keyspace.peekOrNull(Bytes.utf8(key));
            if (entry == null) {
                return "nothing";
            }
            return entry.isTombstone() ? "-" : Bytes.wrap(entry.value()).toUtf8();
        }
    }

    /** The one lane of a member; its links lead straight to the others. */
    private final class FakeLane implements Lane {
        private final Node self;
        private final DeadlineWheel wheel =
                new DeadlineWheel((nanos, tick) -> at(now + nanos, tick), () -> now);

        FakeLane(Node self) {
            this.self = self;
        }

        @Override
        public void execute(Runnable work) {
            at(now, work);
        }

        @Override
        public DeadlineWheel wheel() {
            return wheel;
        }

        @Override
        public void send(
                Member peer, Request request, long epoch, long deadline, ReplyHandler handler) {
            if (dead.contains(self.member.id()) || swallowed.test(request)) {
                return;
            }
            if (dead.contains(peer.id())) {
                handler.lost(ErrorCode.UNREACHABLE, false, peer.name() + " is dead");
                return;
            }
            soon(() -> {
                if (dead.contains(peer.id())) {
                    handler.lost(ErrorCode.UNREACHABLE, true, peer.name() + " has died");
                } else {
                    node(peer).handle(request, epoch, reply -> soon(() -> handler.replied(reply)));
                }
            });
        }

        @Override
        public void keepOnly(Topology topology) {}
    }

    Node node(Member member) {
        return nodes.get((int) member.id().value() - 1);
    }

    /** Numbered from 1. */
    Node node(int number) {
        return nodes.get(number - 1);
    }

    void at(long nanos, Runnable work) {
        tasks.add(new Task(nanos, order++, work));
    }

    /** As long as a message takes, or a worker before it begins. */
    void soon(Runnable work) {
        at(now + random.nextLong(20_000, 400_000), work);
    }

    long now() {
        return now;
    }

    void kill(int number) {
        dead.add(node(number).member.id());
    }

    /** Runs until it is so; fails when it does not come about. */
    void runUntil(BooleanSupplier condition) {
        long end = now + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            Task next = tasks.poll();
            assertThat(next).as("nothing goes on any more").isNotNull();
            assertThat(next.at()).as("waited in vain").isLessThan(end);
            now = Math.max(now, next.at());
            next.work().run();
        }
    }

    void runFor(Duration time) {
        long end = now + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at() <= end) {
            Task next = tasks.poll();
            now = Math.max(now, next.at());
            next.work().run();
        }
        now = end;
    }

    /** Every slot has the same owners, and the same others, by number. */
    Topology topology(long epoch, Topology.Phase phase, int[] owners, int[] others) {
        Set<Integer> numbers = new HashSet<>();
        for (int owner : owners) {
            numbers.add(owner);
        }
        for (int other : others) {
            numbers.add(other);
        }
        for (Node each : nodes) {
            if (!dead.contains(each.member.id())) {
                numbers.add((int) each.member.id().value());
            }
        }
        List<Integer> sorted = numbers.stream().sorted().toList();
        List<Member> members = sorted.stream().map(number -> node(number).member).toList();
        short[][] ownerTable = new short[Slot.COUNT][];
        short[][] otherTable = new short[Slot.COUNT][];
        short[] ownerIndexes = indexes(owners, sorted);
        short[] otherIndexes = indexes(others, sorted);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            ownerTable[slot] = ownerIndexes;
            otherTable[slot] = otherIndexes;
        }
        return new Topology(epoch, 3, members, phase, ownerTable, otherTable);
    }

    private static short[] indexes(int[] numbers, List<Integer> sorted) {
        short[] indexes = new short[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            indexes[i] = (short) sorted.indexOf(numbers[i]);
        }
        return indexes;
    }

    void install(Topology topology) {
        for (Node each : nodes) {
            if (!dead.contains(each.member.id())) {
                soon(() -> each.epochs.install(topology));
            }
        }
    }

    /** Everybody who lives has done what the topology asks. */
    void installAndSync(Topology topology) {
        install(topology);
        runUntil(() ->
                nodes.stream()
                        .filter(each -> !dead.contains(each.member.id()))
                        .allMatch(each ->
                                each.epochs.served().epoch() == topology.epoch()
                                        && each.isSynced()));
    }

    static Operation put(String key, String value) {
        return new Operation.Put(
                Bytes.utf8(key),
                Bytes.utf8(value).array(),
                Operation.Expiry.NONE,
                Operation.Condition.ALWAYS,
                false);
    }

    static Operation remove(String key) {
        return new Operation.Remove(Bytes.utf8(key), Operation.Condition.ALWAYS, false);
    }

    /** Applies at a primary, at once, under an id; the copies are sent by whoever calls. */
    Change apply(Node primary, Operation operation, OperationId id) {
        long epoch = primary.epochs.latest().epoch();
        return primary.keyspace.apply(
                operation, operation.key().slotIndex(), epoch, id, Caller.UNKNOWN);
    }

    /** Brings a change to one member, at once and past everything. */
    void copy(Change change, OperationId id, Node... to) {
        for (Node each : to) {
            int slot = change.changed().getFirst().key().slotIndex();
            each.keyspace.merge(
                    slot, change.changed(), List.of(new RecentOperation(id, change.outcome())));
        }
    }

    /** A write that all have, and whose caller knows it. */
    void write(Operation operation, Node primary, Node... backups) {
        OperationId id = newId();
        copy(apply(primary, operation, id), id, backups);
    }

    OperationId newId() {
        return new OperationId(7, order++);
    }

    /** Whether these hold the same in every slot. */
    void assertAlike(Node one, Node other) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            assertThat(other.keyspace.digest(slot, 0))
                    .as("slot %d at %s and %s", slot, one.member.name(), other.member.name())
                    .isEqualTo(one.keyspace.digest(slot, 0));
        }
    }
}
