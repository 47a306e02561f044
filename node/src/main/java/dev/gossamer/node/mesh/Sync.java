package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.mesh.Mesh.Transfer;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.mesh.link.Reply;
import dev.gossamer.node.mesh.link.Request;
import dev.gossamer.node.mesh.link.RequestHandler.Responder;
import dev.gossamer.node.mesh.link.SyncReply;
import dev.gossamer.node.mesh.link.SyncRequest;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Slot;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What each topology asks of this node before it is in its place: to take over the slots it has
 * become the primary of, to offer what its side of a partition wrote, and to mirror the others'
 * slots that it holds. A new topology ends what is under way and plans anew; what was copied by
 * then is here, and its digests say so.
 *
 * <p><b>Threads.</b> The work runs on one lane and its workers; the methods may be called by any
 * thread, unless they say otherwise.
 *
 * <p><b>Bounds.</b> Of takeovers four at a time, of copies as many as the settings say, each with
 * one page. Copying keeps to the transfer rate; a takeover does not wait for it.
 */
final class Sync {
    private static final long ABSENCE_LOOK_NANOS = 100_000_000;
    private static final Duration RETRIEVAL_INTERVAL = Duration.ofMillis(500);

    private final Epochs epochs;
    private final Keyspace keyspace;
    private final PendingWrites pending;
    private final Lane lane;
    private final Executor workers;
    private final LongSupplier nanoClock;
    private final MeshSettings settings;
    private final TransferPace pace;
    private final Fence fence;
    private final Absences absences;
    private final SettledClocks settled = new SettledClocks();
    private final Reconciliation reconciliation;

    /** Whether the last topology that began was provisional. */
    private boolean wasOnASide;

    private final Repair repair;
    private final TagSync tags;
    private final SyncService service;
    private final Rounds rounds;
    private final Retrieval retrieval;
    private final Rounds retrievals;
    private volatile boolean closed;
    private volatile Transfer transfer = Transfer.NONE;

    /** Belongs to the lane. */
    private Progress progress;

    /**
     * @param lane on which this does its work
     * @param workers threads that may wait; for what walks over slots
     * @param fence passed by every step to another topology
     * @param absences for whom copying is put off
     */
    Sync(
            Epochs epochs,
            Keyspace keyspace,
            PendingWrites pending,
            Lane lane,
            Executor workers,
            Fence fence,
            Absences absences,
            LongSupplier nanoClock,
            MeshSettings settings) {
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.pending = pending;
        this.lane = lane;
        this.workers = workers;
        this.fence = fence;
        this.absences = absences;
        this.nanoClock = nanoClock;
        this.settings = settings;
        this.pace = new TransferPace(settings.transferBytesPerSecondMax(), nanoClock);
        this.reconciliation = new Reconciliation(keyspace, settings.fillPageBytes());
        this.repair = new Repair(keyspace, settled, pending::isQuiet, this::mirror);
        this.service = new SyncService(keyspace, settled, settings.frameBytesMax() / 2);
        this.tags = new TagSync(keyspace.tags(), settings.fillPageBytes());
        this.progress = new Progress(nanoClock.getAsLong(), 0);
        this.rounds =
                new Rounds(
                        lane,
                        nanoClock,
                        settings.repairInterval(),
                        () -> repair.round(errand(epochs.served())));
        this.retrieval = new Retrieval(keyspace, settings.fillPageBytes(), pace::spend, nanoClock);
        this.retrievals =
                new Rounds(
                        lane,
                        nanoClock,
                        RETRIEVAL_INTERVAL,
                        () -> retrieval.round(errand(epochs.served())));
    }

    void start() {
        rounds.start();
        retrievals.start();
    }

    /** Nothing goes on after this, but a page that is being stored. */
    void close() {
        closed = true;
        rounds.stop();
        retrievals.stop();
    }

    /** This topology is about to come into force; called within the fence. */
    void passing(Holding next) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (next.inheritedRank(slot) > 0) {
                settled.forget(slot);
            }
        }
    }

    /** Requests are served under this topology from now on. */
    void begin(Holding holding) {
        lane.execute(() -> {
            if (!isOver(holding)) {
                beginHere(holding);
            }
        });
    }

    private void beginHere(Holding holding) {
        if (holding.topology().isEmpty()) {
            return;
        }
        progress = new Progress(nanoClock.getAsLong(), pace.bytes());
        transfer = Transfer.NONE;
        Errand errand = errand(holding);
        Takeover takeover =
                new Takeover(
                        errand,
                        keyspace.tiers().lower().loaded(),
                        settled,
                        settings.fillPageBytes(),
                        (_, bytes, then) -> {
                            pace.spendAtOnce(bytes);
                            then.run();
                        },
                        () -> epochs.progressed(holding));
        tags.begin(errand, takeover::start);
        if (holding.topology().isProvisional() || wasOnASide) {
            // What a side was offered is not known beyond it.
            reconciliation.reset();
        }
        wasOnASide = holding.topology().isProvisional();
        if (holding.mustReconcile()) {
            reconciliation.start(
                    errand,
                    () -> {
                        holding.markReconciled();
                        epochs.progressed(holding);
                        copy(errand);
                    });
        } else {
            copy(errand);
        }
    }

    /** What is here must be known before it is compared. */
    private void copy(Errand errand) {
        Mirror mirror = mirror(errand, new Copying(errand.holding));
        errand.after(
                keyspace.tiers().lower().loaded(),
                () -> {
                    List<Integer> all = errand.holding.toMirror();
                    Set<Integer> later = Set.copyOf(absences.putOff(errand.holding, all));
                    mirror.start(all.stream().filter(slot -> !later.contains(slot)).toList());
                    copyLater(errand, mirror, later);
                });
    }

    /** When nobody is expected back with them any more; who comes back brings a new topology. */
    private void copyLater(Errand errand, Mirror mirror, Set<Integer> slots) {
        if (slots.isEmpty()) {
            return;
        }
        if (absences.areOver(errand.holding.topology())) {
            mirror.start(slots.stream().sorted().toList());
        } else {
            errand.later(ABSENCE_LOOK_NANOS, () -> copyLater(errand, mirror, slots));
        }
    }

    private Errand errand(Holding holding) {
        return new Errand(
                holding,
                keyspace,
                lane,
                workers,
                fence,
                nanoClock,
                settings.requestTimeout().toNanos(),
                () -> isOver(holding));
    }

    private boolean isOver(Holding holding) {
        return closed || epochs.latest() != holding;
    }

    private Mirror mirror(Errand errand, Mirror.Listener listener) {
        return new Mirror(
                errand,
                settled,
                settings.fillPageBytes(),
                settings.fillParallelism(),
                pace::spend,
                listener);
    }

    /** What mirroring for a topology brings about. */
    private final class Copying implements Mirror.Listener {
        private final Holding holding;

        Copying(Holding holding) {
            this.holding = holding;
        }

        @Override
        public boolean differs(int slot, long bytes) {
            progress.found(slot, bytes);
            tell();
            return true;
        }

        @Override
        public boolean unknown(int slot) {
            return true;
        }

        @Override
        public void alike(int slot, boolean changed) {
            progress.done(slot);
            tell();
            holding.markMirrored(slot);
            if (holding.isSynced() || holding.openCount() % 512 == 0) {
                epochs.progressed(holding);
            }
        }

        private void tell() {
            transfer = progress.at(nanoClock.getAsLong(), pace.bytes());
        }
    }

    /**
     * Stores what a primary replicates. Runs on an event loop.
     *
     * @throws GossamerException when an entry's clock cannot be followed
     */
    void store(int slot, Request.Replicate replicate, Holding holding) {
        if (!holding.mustReconcile()) {
            keyspace.merge(slot, replicate.items(), replicate.operations());
            return;
        }
        for (Item item : replicate.items()) {
            reconciliation.store(holding, item.key(), item.entry());
        }
        replicate.operations().forEach(operation -> keyspace.remember(slot, operation));
    }

    /**
     * Answers another member. Called on the event loop of its connection, under the topology that
     * is served.
     *
     * @throws GossamerException when it cannot be done; the caller says so then
     */
    void serve(SyncRequest request, Holding holding, Responder responder) {
        if (!keyspace.tiers().lower().loaded().isDone()) {
            throw new GossamerException(ErrorCode.BUSY, "what is on the SSD is being brought in");
        }
        switch (request) {
            case SyncRequest.Survey survey -> reply(responder, service.survey(survey, holding));
            case SyncRequest.Compare compare -> reply(responder, service.compare(compare, holding));
            case SyncRequest.Settle settle -> {
                SyncReply done = service.settle(settle, holding);
                keyspace.tiers().lower().whenDurable(() -> reply(responder, done));
            }
            case SyncRequest.Versions versions ->
                    work(responder, () -> service.versions(versions, holding));
            case SyncRequest.Ranges ranges ->
                    work(responder, () -> service.ranges(ranges, holding));
            case SyncRequest.Tags asked -> work(responder, () -> tags.serve(asked, holding));
            case SyncRequest.Bring bring -> work(responder, () -> service.bring(bring));
            case SyncRequest.Reconcile reconcile ->
                    lane.execute(() ->
                            new Reception(errand(holding), pending, reconcile, responder)
                                    .start(settings.requestTimeout().toNanos() / 2));
        }
    }

    private static void reply(Responder responder, SyncReply reply) {
        responder.reply(new Reply.Synced(reply));
    }

    private void work(Responder responder, Supplier<SyncReply> work) {
        workers.execute(() -> {
            try {
                reply(responder, work.get());
            } catch (GossamerException e) {
                responder.reply(new Reply.Failed(e.code(), String.valueOf(e.getMessage())));
            }
        });
    }

    /** How far this node has come with what the topology asks of it. */
    Transfer transfer() {
        return transfer;
    }

    /** Bytes of entries and versions that came from others since the start. */
    long bytesMoved() {
        return pace.bytes();
    }

    /** Entries that this node's SSD had lost and that came back from others since the start. */
    long retrieved() {
        return retrieval.retrieved();
    }

    /** Slots in which something had to be repaired since the start. */
    long slotsRepaired() {
        return repair.repaired();
    }
}
