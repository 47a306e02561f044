package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.InvalidationLog;
import dev.gossamer.gossip.invalidation.Raced;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.HybridClock;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.KeyspaceSettings;
import dev.gossamer.node.cache.MemoryCeiling;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.coherence.NearCopies;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.ReplyHandler;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.RequestHandler;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemorySettings;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.node.store.RestingEntries;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Topology;
import dev.gossamer.protocol.Topology.Phase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The data paths of some members in one thread and in virtual time. The test says which topology is
 * in force where, what of it is done, who has a lease, and what becomes of each request.
 */
final class RouterLab {
    static final Duration TIMEOUT = Duration.ofSeconds(2);
    static final Duration LEASE = Duration.ofSeconds(1);
    private static final long TICK_NANOS = 5_000_000;
    private static final long START_MILLIS = 1_700_000_000_000L;
    private static final int RUNS_MAX = 100_000;

    /** What the network does to one request. */
    enum Fate {
        DELIVERED,
        /** The link is cut before it was written. */
        REFUSED,
        /** It is served, and the link is cut before the answer. */
        ANSWER_LOST,
        /** Nobody hears of it, and nobody says so. */
        SWALLOWED
    }

    interface Network {
        Fate of(Member from, Member to, Request request);
    }

    Network network = (_, _, _) -> Fate.DELIVERED;
    final List<Node> nodes = new ArrayList<>();
    private final Deque<Runnable> work = new ArrayDeque<>();
    private final List<Timer> timers = new ArrayList<>();

    private long nowNanos = 1;

    private record Timer(long atNanos, Runnable task) {}

    /**
     * @param members how many; the first is 1
     */
    RouterLab(int members, KeyspaceSettings caches, long pendingBytesMax) {
        for (int i = 1; i <= members; i++) {
            nodes.add(new Node(TestMesh.member(i), caches, pendingBytesMax));
        }
    }

    static RouterLab of(int members) {
        return new RouterLab(members, KeyspaceSettings.DEFAULT, 1 << 20);
    }

    static RouterLab of(int members, int copies, CacheSettings.Partition partition) {
        CacheSettings cache =
                new CacheSettings(
                        CacheSettings.DEFAULT_NAME,
                        Optional.empty(),
                        1 << 20,
                        copies,
                        CacheSettings.Acks.ALL,
                        partition);
        return new RouterLab(members, KeyspaceSettings.of(List.of(cache)), 1 << 20);
    }

    Node node(int number) {
        return nodes.get(number - 1);
    }

    /** Owners and others by their numbers; the same for every slot. */
    Topology topology(long epoch, Phase phase, List<Integer> owners, List<Integer> others) {
        short[][] ofSlots = new short[Slot.COUNT][];
        short[][] beside = new short[Slot.COUNT][];
        Arrays.setAll(ofSlots, _ -> positions(owners));
        Arrays.setAll(beside, _ -> positions(others));
        return new Topology(epoch, 3, members(), phase, ofSlots, beside);
    }

    /** Steady, with owners that differ from slot to slot. */
    Topology topology(long epoch, IntFunction<List<Integer>> owners) {
        short[][] ofSlots = new short[Slot.COUNT][];
        Arrays.setAll(ofSlots, slot -> positions(owners.apply(slot)));
        short[][] beside = new short[Slot.COUNT][0];
        return new Topology(epoch, 3, members(), Phase.STEADY, ofSlots, beside);
    }

    private List<Member> members() {
        return nodes.stream().map(node -> node.member).toList();
    }

    private static short[] positions(List<Integer> numbers) {
        short[] all = new short[numbers.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (short) (numbers.get(i) - 1);
        }
        return all;
    }

    /** Everywhere, and everything that it asks for is done at once. */
    void install(Topology topology) {
        for (Node node : nodes) {
            node.install(topology);
        }
    }

    long nanoTime() {
        return nowNanos;
    }

    void run() {
        int runs = 0;
        for (Runnable next = work.poll(); next != null; next = work.poll()) {
            next.run();
            if (++runs > RUNS_MAX) {
                throw new AssertionError("it never rests");
            }
        }
    }

    /** Lets time pass while everything else waits. */
    void stall(Duration duration) {
        nowNanos += duration.toNanos();
    }

    /** Lets time pass; leases do not last longer by it. */
    void pass(Duration duration) {
        long end = nowNanos + duration.toNanos();
        run();
        while (nowNanos < end) {
            nowNanos += TICK_NANOS;
            for (Timer timer : List.copyOf(timers)) {
                if (timer.atNanos <= nowNanos) {
                    timers.remove(timer);
                    work.add(timer.task);
                }
            }
            run();
        }
    }

    /** What became of a request. */
    static final class Answer<T> implements Mesh.Callback<T> {
        @Nullable T done;
        @Nullable ErrorCode code;
        String message = "";
        int times;

        /** What came without its entry, and was not taken back. */
        @Nullable String lent;

        int takenBack;

        /** Of a read that found something. */
        @Nullable Whence whence;

        @Override
        public void done(@Nullable T answer) {
            done = answer;
            times++;
        }

        @Override
        public void failed(ErrorCode failure, String why) {
            code = failure;
            message = why;
            times++;
        }

        boolean isOpen() {
            return times == 0;
        }
    }

    /** One member. */
    final class Node implements Lane {
        final Member member;
        final Keyspace keyspace;
        final Epochs epochs;
        final Lease lease = new Lease(() -> nowNanos);
        final PendingWrites pending = new PendingWrites();
        final PendingBytes bytes;
        final InvalidationLog log;
        final OwnLog ownLog;
        final NearTier nearTier;
        final NearCopies near;

        /** What is said to have become of copies on their way here. */
        Raced raced = Raced.NO;

        final OwnChanges changes;
        final LoopRouter router;
        final MemberService service;
        final Shared shared;
        private final DeadlineWheel wheel =
                new DeadlineWheel(
                        (nanos, tick) -> timers.add(new Timer(nowNanos + nanos, tick)),
                        () -> nowNanos);

        Node(Member member, KeyspaceSettings caches, long pendingBytesMax) {
            this.member = member;
            this.bytes = new PendingBytes(pendingBytesMax);
            this.keyspace = keyspaceOf(member, caches);
            this.epochs =
                    new Epochs(
                            Holding.none(3, member, Integer.MAX_VALUE),
                            List.of(this),
                            (before, next, install) -> pass(before, next, install));
            this.nearTier =
                    new NearTier(
                            1 << 20,
                            RouterLab.this::wallMillis,
                            (key, entry, other) ->
                                    keyspace.settingsOf(key).partition().isLater(entry, other));
            this.near =
                    new NearCopies(
                            nearTier,
                            (_, _, _, _, _) -> raced,
                            new Coherent.KnownTags(keyspace.tags()),
                            () -> nowNanos++,
                            Set.of());
            this.log = new InvalidationLog(member.id(), 1, 4 << 20, () -> {});
            this.shared =
                    new Shared(
                            epochs,
                            keyspace,
                            lease,
                            pending,
                            bytes,
                            log::position,
                            near,
                            TIMEOUT.toNanos(),
                            LEASE.toNanos(),
                            () -> nowNanos);
            this.ownLog = new OwnLog(log, shared::authority, () -> nowNanos);
            this.changes = new OwnChanges(ownLog, epochs, member.id(), keyspace::clock);
            changes.listen(keyspace);
            this.router = new LoopRouter(shared, this, member.id().value());
            Sync sync =
                    new Sync(
                            epochs,
                            keyspace,
                            pending,
                            this,
                            this,
                            new Fence(),
                            TestMesh.nobodyIsAbsent(),
                            () -> nowNanos,
                            TestMesh.settings(3));
            this.service = new MemberService(shared, sync, () -> router, _ -> 0L, _ -> null, this);
            epochs.onEachLoop(_ -> router.topologyChanged());
            lease.set(Long.MAX_VALUE / 2);
        }

        private void pass(Holding before, Holding next, Runnable install) {
            changes.pass(before, next, install);
            near.ownersChanged(OwnChanges.slotsOfOthers(before, next));
        }

        /** Installs it, and does what it asks for. */
        void install(Topology topology) {
            installOnly(topology);
            Holding holding = epochs.latest();
            holding.toTakeOver().forEach(holding::markServing);
            holding.toMirror().forEach(holding::markMirrored);
            epochs.progressed(holding);
            run();
        }

        void installOnly(Topology topology) {
            epochs.install(topology);
            run();
        }

        /** What is below the memory. */
        RestingEntries below() {
            return (RestingEntries) keyspace.tiers().lower();
        }

        Answer<Outcome> put(String key, String value) {
            Answer<Outcome> answer = new Answer<>();
            router.write(putOf(key, value), answer);
            return answer;
        }

        Answer<Outcome> increment(String key, OperationId id) {
            Answer<Outcome> answer = new Answer<>();
            router.write(new Operation.Increment(Bytes.utf8(key), 1), id, true, answer);
            return answer;
        }

        /** The value as text; "nothing" for a miss. */
        Answer<String> get(String key, Freshness freshness) {
            Answer<String> answer = new Answer<>();
            router.read(
                    Bytes.utf8(key),
                    freshness,
                    true,
                    new ReadAttempt.Answer() {
                        @Override
                        public void found(@Nullable Entry entry, Whence whence) {
                            answer.whence = whence;
                            answer.done(textOf(entry));
                        }

                        @Override
                        public void failed(ErrorCode code, String message) {
                            answer.failed(code, message);
                        }
                    });
            return answer;
        }

        /** The same for who wants nothing but the value: see {@link Answer#lent}. */
        Answer<String> getValue(String key, Freshness freshness) {
            Answer<String> answer = new Answer<>();
            router.read(Bytes.utf8(key), freshness, true, new ValueAnswer(answer));
            return answer;
        }

        String stands(String key) {
            return textOf(keyspace.peekOrNull(Bytes.utf8(key)));
        }

        @Override
        public void execute(Runnable task) {
            work.add(task);
        }

        @Override
        public DeadlineWheel wheel() {
            return wheel;
        }

        @Override
        public void send(
                Member peer,
                Request request,
                long epoch,
                long deadlineNanos,
                ReplyHandler handler) {
            Node to = nodes.stream().filter(n -> n.member.equals(peer)).findFirst().orElseThrow();
            switch (network.of(member, peer, request)) {
                case DELIVERED ->
                        to.serve(request, epoch, reply -> work.add(() -> handler.replied(reply)));
                case REFUSED -> handler.lost(ErrorCode.UNREACHABLE, false, peer.name() + " is cut");
                case ANSWER_LOST -> {
                    to.serve(request, epoch, _ -> {});
                    work.add(() ->
                            handler.lost(ErrorCode.UNREACHABLE, true, peer.name() + " is cut"));
                }
                case SWALLOWED ->
                        timers.add(
                                new Timer(
                                        deadlineNanos,
                                        () ->
                                                handler.lost(
                                                        ErrorCode.TIMEOUT,
                                                        true,
                                                        peer.name() + " did not answer in time")));
            }
        }

        /** A later epoch waits until it is served here. */
        private void serve(Request request, long epoch, RequestHandler.Responder responder) {
            if (epoch > epochs.served().epoch()) {
                timers.add(
                        new Timer(nowNanos + TICK_NANOS, () -> serve(request, epoch, responder)));
            } else {
                work.add(() -> service.handle(request, epoch, responder));
            }
        }

        @Override
        public void keepOnly(Topology topology) {
            // What was sent arrives or not as the test says.
        }
    }

    /** Takes values without their entries, too. */
    private record ValueAnswer(Answer<String> answer)
            implements ReadAttempt.Answer, Mesh.ValueTaker {
        @Override
        public void found(@Nullable Entry entry, Whence whence) {
            answer.whence = whence;
            answer.done(textOf(entry));
        }

        @Override
        public void failed(ErrorCode code, String message) {
            answer.failed(code, message);
        }

        @Override
        public Mesh.ValueTaker takerOrNull() {
            return this;
        }

        @Override
        public void value(ByteBuffer from, int at, int length) {
            byte[] value = new byte[length];
            from.get(at, value);
            answer.lent = Bytes.wrap(value).toUtf8();
        }

        @Override
        public void takeBack() {
            answer.lent = null;
            answer.takenBack++;
        }

        @Override
        public void taken() {
            answer.done(answer.lent);
        }
    }

    static Operation putOf(String key, String value) {
        return new Operation.Put(
                Bytes.utf8(key),
                Bytes.utf8(value).array(),
                Operation.Expiry.NONE,
                Operation.Condition.ALWAYS,
                false);
    }

    private static String textOf(@Nullable Entry entry) {
        return entry == null || entry.isTombstone()
                ? "nothing"
                : Bytes.wrap(entry.value()).toUtf8();
    }

    private Keyspace keyspaceOf(Member member, KeyspaceSettings caches) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        HybridClock clock =
                new HybridClock(this::wallMillis, caches.driftMax(), new MemoryCeiling(), meters);
        MemoryTier tier =
                new MemoryTier(
                        new MemorySettings(16L << 20, 4L << 20),
                        () -> nowNanos,
                        this::wallMillis,
                        caches.copies(),
                        meters);
        return new Keyspace(
                new Tiers(tier, new RestingEntries(tier.accounts(), caches.copies())),
                clock,
                member.id(),
                this::wallMillis,
                () -> nowNanos,
                caches,
                meters);
    }

    /** Stands still: the ceiling of the clocks is not raised here. */
    private long wallMillis() {
        return START_MILLIS;
    }
}
