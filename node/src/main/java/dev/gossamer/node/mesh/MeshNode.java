package dev.gossamer.node.mesh;

import dev.gossamer.gossip.Gossip;
import dev.gossamer.membership.Membership;
import dev.gossamer.membership.agreement.Agreement;
import dev.gossamer.membership.agreement.Event;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Loss;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.audit.AuditReport;
import dev.gossamer.node.mesh.coherence.OwnLog;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Lanes;
import dev.gossamer.node.mesh.link.Links;
import dev.gossamer.node.net.EventLoops;
import dev.gossamer.node.store.NearTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Topology;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in the mesh: joins, serves, replicates, fills, and tells the others how it
 * stands.
 *
 * <p><b>Lifecycle.</b> {@link #start} once, {@link #close} once. It owns its links and its worker
 * threads and closes the membership; the event loops and the key space are the root's.
 *
 * <p><b>Durability.</b> With {@code Acks.ALL} a write is answered when every owner of the topology
 * then in force that its cache asks for has it in memory.
 */
public final class MeshNode implements Mesh, AutoCloseable {
    private static final long CLOSE_PATIENCE_NANOS = 1_000_000_000;
    private static final long RESIGN_PATIENCE_NANOS = 2_000_000_000;

    /** How many times a peer is asked before its link counts as dead for the mesh. */
    private static final int LINK_TRIES = 3;

    private final Member self;
    private final Keyspace keyspace;
    private final Membership membership;
    private final LongSupplier nanoClock;
    private final Consumer<String> onExpelled;
    private final Lanes lanes;
    private final Workers workers;
    private final Epochs epochs;
    private final Shared shared;
    private final Routers routers;
    private final MemberService service;
    private final Walks walks;
    private final Invalidations invalidations;
    private final Council council;
    private final Diary diary;
    private final LinkWatch linkWatch;
    private final Standing standing;
    private final Departure departure;
    private final Chronicle chronicle;
    private final Absences absences;
    private final Leftovers leftovers;
    private final Coherent coherent;
    private final Audits audits;
    private final Fence fence = new Fence();
    private final Sync sync;
    private final Rounds rounds;
    private final Rounds ticks;

    /**
     * @param self with the data port to listen on
     * @param membership not started yet; closed with this
     * @param nanoClock monotonic nanoseconds
     * @param agreement as it was restored; fed by this node alone from now on
     * @param notary keeps what the agreement must not forget
     * @param clock for the incarnation of this life in gossip
     * @param random for jitter and random keys; guarded here
     * @param onExpelled told the reason when this node has been made to leave for good; it serves
     *     nothing worth having from then on, and whoever hears must end it
     */
    public MeshNode(
            MeshSettings settings,
            Member self,
            EventLoops loops,
            Keyspace keyspace,
            NearTier nearTier,
            Membership membership,
            Agreement agreement,
            Notary notary,
            MeterRegistry meters,
            LongSupplier nanoClock,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> onExpelled) {
        this(
                settings,
                self,
                new Links(settings.links(), self.id(), loops, meters, nanoClock, random),
                new VirtualWorkers(),
                keyspace,
                nearTier,
                membership,
                agreement,
                notary,
                meters,
                nanoClock,
                clock,
                random,
                onExpelled);
    }

    /**
     * @param lanes not started yet; closed with this
     * @param workers closed with this
     */
    MeshNode(
            MeshSettings settings,
            Member self,
            Lanes lanes,
            Workers workers,
            Keyspace keyspace,
            NearTier nearTier,
            Membership membership,
            Agreement agreement,
            Notary notary,
            MeterRegistry meters,
            LongSupplier nanoClock,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> onExpelled) {
        this.self = self;
        this.lanes = lanes;
        this.workers = workers;
        this.keyspace = keyspace;
        this.membership = membership;
        this.nanoClock = nanoClock;
        this.onExpelled = onExpelled;
        this.leftovers = new Leftovers(keyspace, workers);
        int fewest = Shared.fewestCopies(keyspace);
        Holding none = Holding.none(settings.replication(), self, fewest);
        this.epochs = new Epochs(none, lanes.all(), this::pass);
        this.diary = new Diary(notary, workers, self, keyspace, settings.replication());
        epochs.restore(diary.read(), self, fewest);
        this.coherent =
                new Coherent(nearTier, keyspace.tags(), nanoClock, settings.coherence().leftOut());
        this.shared = Shared.of(settings, epochs, keyspace, coherent, nanoClock);
        this.routers = new Routers(self, lanes, shared, random);
        var mailbox = new Mailbox(membership);
        this.council =
                new Council(
                        agreement,
                        notary,
                        (to, message) -> mailbox.send(Mailbox.Kind.AGREEMENT, to, message.encode()),
                        epochs,
                        shared.lease(),
                        workers,
                        nanoClock,
                        onExpelled);
        this.absences = new Absences(council::status, nanoClock);
        this.sync =
                new Sync(
                        epochs,
                        keyspace,
                        shared.pending(),
                        lanes.all().getFirst(),
                        workers,
                        fence,
                        absences,
                        nanoClock,
                        settings);
        this.service =
                new MemberService(
                        shared, sync, routers::here, this::flushHere, this::randomKeyHere, workers);
        var calls = new MemberCalls(self.id(), lanes.all(), service, nanoClock);
        this.walks =
                new Walks(
                        epochs,
                        keyspace,
                        self.id(),
                        calls,
                        operation -> routers.writeAsync(operation, Caller.FLUSH),
                        workers,
                        settings.requestTimeout(),
                        nanoClock,
                        random);
        this.invalidations =
                new Invalidations(shared, self, lanes.all(), walks, routers::writeAsync, workers);
        long life = Math.max(1, clock.millis());
        coherent.wire(self, life, settings.coherence(), lanes, workers, mailbox, shared, random);
        this.audits =
                new Audits(
                        self.id(),
                        shared,
                        calls,
                        lanes.all().getLast(),
                        settings.coherence(),
                        clock,
                        meters);
        var gossip = new Gossip(self.id(), life, settings.gossip(), random);
        this.standing =
                new Standing(
                        self,
                        epochs,
                        keyspace,
                        mailbox,
                        gossip,
                        sync::transfer,
                        shared.lease()::isHeld,
                        council::status);
        this.departure = new Departure(self.id(), epochs, council, standing);
        this.chronicle = new Chronicle(this::topology, standing::isLeaving);
        Lane first = lanes.all().getFirst();
        this.linkWatch =
                new LinkWatch(
                        self,
                        first,
                        nanoClock,
                        settings.agreement().deadLink().dividedBy(LINK_TRIES),
                        council::tell);
        this.rounds = new Rounds(first, nanoClock, settings.gossip().interval(), this::round);
        this.ticks =
                new Rounds(
                        first,
                        nanoClock,
                        settings.agreement().tick(),
                        () -> council.tell(new Event.Ticked()));
        MeshMeters.register(meters, shared, standing, council, sync);
        coherent.register(meters);
    }

    /** What this node invalidates as the primary of its slots. */
    public OwnLog ownLog() {
        return coherent.ownLog();
    }

    /** The gate to each topology. */
    private void pass(Holding before, Holding next, Runnable install) {
        chronicle.passes(before.topology(), next.topology());
        absences.passes(before.topology(), next.topology());
        fence.pass(() -> {
            sync.passing(next);
            leftovers.pass(before, next, () -> coherent.pass(before, next, install));
            // After: who asks for a lease now goes by the new topology already.
            keyspace.leases().revoke(Tenure.broken(before, next));
        });
    }

    private long flushHere(Holding holding) {
        return walks.flushHere(holding);
    }

    private @Nullable Bytes randomKeyHere(Holding holding) {
        return walks.randomKeyHere(holding);
    }

    /**
     * Listens for members. From then on every event loop takes requests; they wait for a topology.
     *
     * @throws IOException when the data port cannot be bound
     */
    public void listen() throws IOException {
        council.tell(new Event.Returned(diary.read().returning()));
        epochs.onServed(this::served);
        epochs.onSynced(this::synced);
        epochs.onEachLoop(_ -> routers.here().topologyChanged());
        lanes.start(self.ports().data(), service);
    }

    /** Joins the mesh or founds it, and returns when the first view has been taken over. */
    public void join() {
        membership.start(
                new Views(
                        council, linkWatch, chronicle, standing, coherent, departure, onExpelled));
        rounds.start();
        ticks.start();
        linkWatch.start();
        audits.start();
        sync.start();
    }

    private void served(Holding holding) {
        lanes.wakeInbound();
        diary.note(holding, () -> council.tell(new Event.Installed(holding.epoch())));
        sync.begin(holding);
        standing.publish();
        departure.look();
    }

    private void synced(Holding holding) {
        chronicle.synced(holding.topology(), sync.transfer());
        diary.note(holding, () -> council.tell(new Event.Synced(holding.epoch())));
        standing.publish();
    }

    private void round() {
        standing.round();
        departure.look();
        if (standing.isSettled() && !departure.isUnderWay()) {
            leftovers.drop(epochs.served());
        }
    }

    @Override
    public void read(Bytes key, Freshness freshness, Callback<Read> callback) {
        routers.read(key, freshness, callback);
    }

    @Override
    public void write(Operation operation, Callback<Outcome> callback) {
        routers.write(operation, callback);
    }

    @Override
    public void write(Operation operation, OperationId id, Callback<Outcome> callback) {
        routers.write(operation, id, callback);
    }

    @Override
    public void awaitLease(Bytes key, long waitMillis, Callback<Bytes> callback) {
        routers.awaitLease(key, waitMillis, callback);
    }

    @Override
    public CompletableFuture<Read> readAsync(Bytes key, Freshness freshness) {
        return routers.readAsync(key, freshness);
    }

    @Override
    public CompletableFuture<Outcome> writeAsync(Operation operation, Caller caller) {
        return routers.writeAsync(operation, caller);
    }

    private <T extends @Nullable Object> CompletableFuture<T> work(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, workers);
    }

    @Override
    public Topology topology() {
        return epochs.latest().topology();
    }

    @Override
    public boolean isEpochFirst(Bytes key) {
        return shared.isConsistent(key);
    }

    @Override
    public FollowedLog log() {
        return new EdgeLog(ownLog(), slot -> epochs.latest().isServing(slot));
    }

    @Override
    public Freshness freshnessOf(Bytes key) {
        return keyspace.settingsOf(key).freshness();
    }

    @Override
    public Member self() {
        return self;
    }

    @Override
    public AutoCloseable onTopology(Consumer<Topology> consumer) {
        return epochs.subscribe(consumer);
    }

    @Override
    public CompletableFuture<ScanPage> scan(long cursor, int keysMin, Scope scope) {
        return work(() -> walks.scan(cursor, keysMin, scope));
    }

    @Override
    public CompletableFuture<Long> size(Scope scope) {
        return work(() -> walks.size(scope));
    }

    @Override
    public List<Bytes> keysInSlot(int slot, int keysMax) {
        return walks.keysInSlot(slot, keysMax);
    }

    @Override
    public int countInSlot(int slot) {
        return keyspace.tiers().liveCount(slot);
    }

    @Override
    public CompletableFuture<@Nullable Bytes> randomKey() {
        return work(walks::randomKey);
    }

    @Override
    public CompletableFuture<Void> flush(Scope scope, Caller caller) {
        return CompletableFuture.runAsync(() -> walks.flush(scope, caller), workers);
    }

    @Override
    public CompletableFuture<Invalidation.Done> invalidate(Invalidation what, Caller caller) {
        return invalidations.start(what, caller);
    }

    @Override
    public long[] tagsOf(Bytes key, List<Bytes> names) {
        return keyspace.tagsOf(key, names);
    }

    @Override
    public CompletableFuture<Explanation> explain(Bytes key) {
        return work(() -> walks.explain(key));
    }

    @Override
    public MeshStatus status() {
        return standing.status();
    }

    @Override
    public List<CacheSettings> caches() {
        return keyspace.caches();
    }

    @Override
    public CompletableFuture<@Nullable Void> drain() {
        return departure.drain();
    }

    /**
     * Asks the others to go on without this member, and to put off copying what it held for so long
     * as it may be away. Completes when they have agreed; fails when nobody else is there.
     */
    public CompletableFuture<@Nullable Void> leaveForRestart(Duration backWithin) {
        return departure.restart(backWithin);
    }

    @Override
    public Drain drainState() {
        return departure.state();
    }

    @Override
    public List<Loss> losses() {
        return keyspace.ledger().losses();
    }

    @Override
    public AuditReport audit() {
        return audits.report();
    }

    /** Whether it has handed over what it had: for its health endpoint. */
    public boolean isDrained() {
        return departure.isDrained();
    }

    /** Whether this node is a member and serves requests: for its health endpoint. */
    public boolean ready() {
        Holding served = epochs.served();
        return served.isMember() && served == epochs.latest();
    }

    /**
     * Resigns, waits a little for the others to agree on going on without this member, leaves,
     * waits at most a second for what is under way, and closes the links. The edges have stopped
     * taking requests before; who wants to hand over has called {@link #drain}.
     */
    @Override
    public void close() {
        standing.drain();
        linkWatch.stop();
        audits.stop();
        CompletableFuture<?> resigned = council.resign();
        workers.await(
                () -> resigned.isDone() && departure.mayGo(), RESIGN_PATIENCE_NANOS, nanoClock);
        rounds.stop();
        sync.close();
        membership.close();
        ticks.stop();
        workers.await(() -> routers.isIdle(workers), CLOSE_PATIENCE_NANOS, nanoClock);
        council.close();
        workers.await(() -> council.isQuiet() && diary.isQuiet(), CLOSE_PATIENCE_NANOS, nanoClock);
        coherent.coherence().close();
        lanes.close();
        workers.close();
    }
}
