package dev.gossamer.node.mesh;

import dev.gossamer.gossip.invalidation.Position;
import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Caller;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Leases;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Member;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the reads and writes of one event loop: here, or at the slot's primary.
 *
 * <p><b>Authority (C5).</b> A read that must be fresh and a write are carried out here only while
 * this node serves the slot as its primary and holds its lease. A read looks for pending writes
 * after it has found its entry, a write is pending before it is applied: so nobody hears of a write
 * that could still be lost.
 *
 * <p><b>Order.</b> Requests for one slot that arrive on one loop are carried out in the order of
 * their arrival. Those that were sent under one topology travel one link in order. Where some are
 * still unresolved under an older topology, or parked, later ones for the slot park behind them.
 * Only a read that takes whatever is at hand waits for nobody.
 *
 * <p><b>Threads.</b> Everything runs on the loop.
 */
final class LoopRouter {
    private static final long RETRY_NANOS = 10_000_000;

    final Shared shared;
    final Lane lane;
    private final Epochs epochs;
    private final Keyspace keyspace;

    /** Names the writes of this lane whose callers gave them no name. */
    private final long operationsClient;

    private long operations;

    /**
     * Per slot how many attempts are under way, and the epoch that the last of them began under.
     */
    private final int[] underWay = new int[Slot.COUNT];

    private final long[] underWayEpoch = new long[Slot.COUNT];
    private final int[] writesUnderWay = new int[Slot.COUNT];
    private final NearReads nearReads;
    private final Warming warming;

    /** Per slot what waits, by order of arrival. Never holds an empty list. */
    private final Map<Integer, List<Attempt>> parked = new LinkedHashMap<>();

    private final Unfinished unfinished = new Unfinished();
    private long orders;
    private int open;

    private final DeadlineWheel.Deadline retry =
            new DeadlineWheel.Deadline() {
                @Override
                protected void expired() {
                    retryAll();
                }
            };

    /**
     * @param operationsClient drawn at random, for this lane and this run of the node
     */
    LoopRouter(Shared shared, Lane lane, long operationsClient) {
        this.shared = shared;
        this.lane = lane;
        this.epochs = shared.epochs();
        this.keyspace = shared.keyspace();
        this.operationsClient = operationsClient;
        this.nearReads = new NearReads(shared);
        this.warming = new Warming(this, keyspace, lane);
    }

    /**
     * @param forwards whether another member may be asked; false for what another member asked
     */
    void read(Bytes key, Freshness freshness, boolean forwards, ReadAttempt.Answer answer) {
        int slot = key.slotIndex();
        boolean any = freshness instanceof Freshness.Any;
        @Nullable Position at = positionOrNull(forwards);
        Holding holding = epochs.latest();
        if ((any || isClear(slot, key)) && mayAnswer(holding, slot, key, freshness)) {
            Entry entry = keyspace.findOrNull(key);
            if (entry == null && warming.isSpared(slot, key, any, answer)) {
                return;
            }
            boolean isHere = entry != null || !warming.isNeeded(slot, key);
            if (isHere && (any || !shared.pending().isPending(slot, key))) {
                answer.found(entry, Whence.here(at));
                return;
            }
        }
        if (!forwards
                || !hasNoWriteUnderWay(slot)
                || !nearReads.answer(holding, slot, key, freshness, answer)) {
            submit(
                    new ReadAttempt(
                            this, slot, deadline(forwards), key, freshness, forwards, answer));
        }
    }

    /** For what another member asks: it may keep a copy. */
    @Nullable Position positionOrNull(boolean forwards) {
        return forwards ? null : shared.logEnd().get();
    }

    /** Whether a read is answered from this node's memory alone, once nothing is pending. */
    boolean mayAnswer(Holding holding, int slot, Bytes key, Freshness freshness) {
        if (freshness instanceof Freshness.Any) {
            return holding.answers(slot, freshness, keyspace.settingsOf(key).replication());
        }
        return holding.isServing(slot) && shared.mayServe(holding, key);
    }

    /** A write of this node's own, which it names itself where others must know it. */
    void write(Operation operation, Mesh.Callback<Outcome> callback) {
        int slot = operation.key().slotIndex();
        Holding holding = epochs.latest();
        if (isClear(slot, operation.key())
                && mayApply(holding, slot, operation.key())
                && isOnlyCopy(holding, slot, operation.key())
                && !mustBeDurable()
                && !warming.isNeeded(operation, slot)) {
            Keyspace.Change change =
                    keyspace.applyAlone(operation, slot, holding.epoch(), null, callback.caller());
            if (holding == epochs.latest() || change.changed().isEmpty()) {
                callback.done(change.outcome());
            } else {
                replicate(call(operation, nextId(), true, callback), change);
            }
            return;
        }
        write(operation, nextId(), true, callback);
    }

    private OperationId nextId() {
        return new OperationId(operationsClient, operations++);
    }

    private WriteCall call(
            Operation operation,
            OperationId id,
            boolean forwards,
            Mesh.Callback<Outcome> callback) {
        int slot = operation.key().slotIndex();
        return new WriteCall(operation, slot, id, deadline(forwards), forwards, callback);
    }

    /**
     * @param forwards whether another member may be asked; false for what another member asked
     */
    void write(
            Operation operation,
            OperationId id,
            boolean forwards,
            Mesh.Callback<Outcome> callback) {
        WriteCall call = call(operation, id, forwards, callback);
        Holding holding = epochs.latest();
        if (isClear(call.slot(), operation.key())
                && mayApply(holding, call.slot(), operation.key())
                && !warming.isNeeded(operation, call.slot())
                && !isCrowded(call)) {
            apply(call, holding);
        } else {
            submit(new WriteAttempt(this, call));
        }
    }

    boolean mayApply(Holding holding, int slot, Bytes key) {
        return holding.isServing(slot) && shared.mayServe(holding, key);
    }

    boolean isCrowded(WriteCall call) {
        return shared.pending().isCrowded(call.slot(), call.keys());
    }

    private boolean isAlone(Holding holding, int slot, Bytes key) {
        return holding.isAlone(slot, keyspace.settingsOf(key).replication());
    }

    private boolean mustBeDurable() {
        return keyspace.tiers().lower().acknowledgesDurable();
    }

    /** Whether nobody has a copy that this node has not; the other side of a partition may. */
    private boolean isOnlyCopy(Holding holding, int slot, Bytes key) {
        return isAlone(holding, slot, key) && !holding.topology().isProvisional();
    }

    /** Applies as the primary, and answers when all who must have the change have it. */
    void apply(WriteCall call, Holding holding) {
        // A lease changes no entry: as for a read, it is enough to look for pending writes after.
        if (call.operation() instanceof Operation.TakeLease
                || (isAlone(holding, call.slot(), call.key()) && !mustBeDurable())) {
            Keyspace.Change change = changeOf(call, holding);
            if (change.changed().isEmpty()) {
                answerUnchanged(call, change.outcome(), holding);
            } else if (holding == epochs.latest()) {
                call.callback().done(change.outcome());
            } else {
                replicate(call, change);
            }
        } else {
            List<Member> targets = targets(holding, call);
            if (shared.bytes().tryTake(call.weightBytes(), targets)) {
                applyForAll(call, holding, targets);
            } else {
                call.callback().failed(ErrorCode.BUSY, shared.bytes().fullText());
            }
        }
    }

    private List<Member> targets(Holding holding, WriteCall call) {
        return holding.targets(call.slot(), settingsOf(call).replication());
    }

    private Keyspace.Change changeOf(WriteCall call, Holding holding) {
        Caller caller = call.callback().caller();
        Operation operation = call.operation();
        return isOnlyCopy(holding, call.slot(), call.key())
                ? keyspace.applyAlone(operation, call.slot(), holding.epoch(), call.id(), caller)
                : keyspace.apply(operation, call.slot(), holding.epoch(), call.id(), caller);
    }

    /** Its bytes are counted already, as waiting for these members. */
    private void applyForAll(WriteCall call, Holding holding, List<Member> waitsFor) {
        PendingWrites.Write write = shared.pending().begin(call);
        Keyspace.Change change = changeOf(call, holding);
        if (change.changed().isEmpty()) {
            shared.pending().end(write, true);
            shared.bytes().give(call.weightBytes(), waitsFor);
            answerUnchanged(call, change.outcome(), holding);
        } else {
            new Replication(this, call, change, write, waitsFor).start();
        }
    }

    /** Replicates what was applied as if nobody else had to store it. */
    private void replicate(WriteCall call, Keyspace.Change change) {
        List<Member> targets = targets(epochs.latest(), call);
        shared.bytes().take(call.weightBytes(), targets);
        new Replication(this, call, change, shared.pending().begin(call), targets).start();
    }

    /**
     * Nothing was changed: a condition did not hold, or the operation was applied before. Either
     * may rest on a write that is not over.
     */
    private void answerUnchanged(WriteCall call, Outcome outcome, Holding holding) {
        List<Bytes> keys = call.keys();
        if (keys.stream().noneMatch(key -> shared.pending().isPending(call.slot(), key))) {
            answerApplied(call, outcome, holding);
            return;
        }
        WriteAttempt attempt = new WriteAttempt(this, call);
        attempt.mayHaveBeenDone();
        open++;
        PendingWait.start(attempt, keys, () -> attempt.done(outcome));
    }

    /**
     * What was applied under an earlier topology, and perhaps not acknowledged then, is
     * acknowledged as a write of this one where it matters: see {@link Replication}.
     */
    private void answerApplied(WriteCall call, Outcome outcome, Holding holding) {
        if (outcome instanceof Outcome.Applied applied
                && applied.version().epoch() < holding.epoch()
                && !shared.isConsistent(call.key())) {
            if (mustBeReadAgain(call)) {
                return;
            }
            List<Keyspace.Item> standing = standing(call.keys(), applied.version());
            if (!standing.isEmpty()) {
                replicate(call, new Keyspace.Change(outcome, standing, false));
                return;
            }
        }
        call.callback().done(outcome);
    }

    /** What was applied rests on the SSD: it is read, and the call carried out again. */
    private boolean mustBeReadAgain(WriteCall call) {
        if (call.keys().stream().noneMatch(key -> warming.isNeeded(call.slot(), key))) {
            return false;
        }
        WriteAttempt attempt = new WriteAttempt(this, call);
        attempt.mayHaveBeenDone();
        open++;
        return warming.delays(attempt, call.keys(), true);
    }

    private List<Keyspace.Item> standing(List<Bytes> keys, Version version) {
        List<Keyspace.Item> items = new ArrayList<>(1);
        for (Bytes key : keys) {
            Entry entry = keyspace.peekOrNull(key);
            if (entry != null && entry.version().equals(version)) {
                items.add(new Keyspace.Item(key, entry));
            }
        }
        return items;
    }

    /** Another member has carried out what this one forwarded. */
    void carriedOut(WriteCall call, Outcome outcome) {
        keyspace.mutations().asked(call.operation(), outcome, call.callback().caller());
    }

    Leases leases() {
        return keyspace.leases();
    }

    long nanoTime() {
        return shared.nanoTime();
    }

    CacheSettings settingsOf(WriteCall call) {
        return keyspace.settingsOf(call.key());
    }

    /**
     * A forwarded request gets less time here than its sender gives it, so that its answer counts.
     */
    private long deadline(boolean forwards) {
        long timeout = shared.timeoutNanos();
        return nanoTime() + (forwards ? timeout : timeout - timeout / 4);
    }

    long nextOrder() {
        return orders++;
    }

    private boolean isClear(int slot, Bytes key) {
        return underWay[slot] == 0
                && (parked.isEmpty() || !parked.containsKey(slot))
                && !warming.isUnderWay(key);
    }

    Warming warming() {
        return warming;
    }

    void submit(Attempt attempt) {
        open++;
        if (mayGo(attempt.slot)) {
            attempt.step();
        } else {
            park(attempt);
        }
    }

    private boolean mayGo(int slot) {
        return !parked.containsKey(slot)
                && (underWay[slot] == 0 || underWayEpoch[slot] == epochs.latest().epoch());
    }

    /** An attempt asks another member. */
    void begin(Attempt attempt, long epoch) {
        underWay[attempt.slot]++;
        writesUnderWay[attempt.slot] += attempt instanceof WriteAttempt ? 1 : 0;
        underWayEpoch[attempt.slot] = epoch;
    }

    /** The answer, or its absence, has been dealt with: the attempt is over or parked. */
    void end(Attempt attempt) {
        writesUnderWay[attempt.slot] -= attempt instanceof WriteAttempt ? 1 : 0;
        if (--underWay[attempt.slot] == 0 && parked.containsKey(attempt.slot)) {
            lane.execute(() -> retry(attempt.slot));
        }
    }

    /** Whether no write that came before can still be on its way to where it is carried out. */
    boolean hasNoWriteUnderWay(int slot) {
        return writesUnderWay[slot] == 0 && !parked.containsKey(slot);
    }

    /** A read has been put to the key's owner. */
    void asks(ReadAttempt attempt) {
        nearReads.asks(attempt);
    }

    /** The answer is here, or will not come. */
    void answered(ReadAttempt attempt) {
        nearReads.answered(attempt);
    }

    /** Whether something here must be answered before a request that could be answered now. */
    boolean isUnderWay(int slot) {
        return underWay[slot] > 0;
    }

    /** An attempt is about to be answered. */
    void finished(Attempt attempt) {
        open--;
        if (attempt.isCounted) {
            attempt.isCounted = false;
            shared.bytes().give(attempt.weightBytes(), attempt.waitsFor);
        }
    }

    /** Requests that are not answered yet. */
    int open() {
        return open + unfinished.size();
    }

    /**
     * Counts an attempt that is about to wait.
     *
     * @return false when there is no room for it, and it has failed
     */
    boolean count(Attempt attempt) {
        if (!attempt.isCounted) {
            attempt.waitsFor = epochs.latest().waitsFor(attempt.slot);
            if (!shared.bytes().tryTake(attempt.weightBytes(), attempt.waitsFor)) {
                attempt.failed(ErrorCode.BUSY, shared.bytes().fullText());
                return false;
            }
            attempt.isCounted = true;
        }
        return true;
    }

    void park(Attempt attempt) {
        if (!count(attempt)) {
            return;
        }
        List<Attempt> queue = parked.computeIfAbsent(attempt.slot, _ -> new ArrayList<>());
        int at = queue.size();
        while (at > 0 && queue.get(at - 1).order > attempt.order) {
            at--;
        }
        queue.add(at, attempt);
        armRetry();
    }

    private void armRetry() {
        lane.wheel().add(retry, nanoTime() + RETRY_NANOS);
    }

    /** A topology has come into force, or slots have come to be served under it. */
    void topologyChanged() {
        for (Replication each : unfinished.all()) {
            each.topologyChanged();
        }
        retryAll();
    }

    private void retryAll() {
        for (Integer slot : List.copyOf(parked.keySet())) {
            retry(slot);
        }
    }

    /** Steps what waits for a slot, up to the first that must wait on. */
    private void retry(Integer slot) {
        List<Attempt> queue = parked.remove(slot);
        if (queue == null) {
            return;
        }
        long now = nanoTime();
        for (int i = 0; i < queue.size(); i++) {
            Attempt attempt = queue.get(i);
            if (attempt.isTooLate(now)) {
                attempt.tooLate();
            } else if (mayGo(slot)) {
                attempt.step();
            } else {
                park(attempt);
            }
        }
    }

    void unfinished(Replication replication) {
        unfinished.add(replication);
    }

    void finished(Replication replication) {
        unfinished.remove(replication);
    }
}
