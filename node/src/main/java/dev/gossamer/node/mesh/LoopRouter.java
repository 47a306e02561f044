package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.CacheSettings;
import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.cache.Outcome;
import dev.gossamer.node.mesh.link.DeadlineWheel;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Freshness;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Carries out the reads and writes of one event loop: here, or at the slot's primary.
 *
 * <p><b>Order.</b> Requests for one slot that arrive on one loop are carried out in the order of
 * their arrival. Those that were sent under one topology travel one link in order. Where some are
 * still unresolved under an older topology, or parked, later ones for the slot park behind them.
 *
 * <p><b>Threads.</b> Everything runs on the loop.
 */
final class LoopRouter {
    private static final long RETRY_NANOS = 10_000_000;

    final Epochs epochs;
    final Keyspace keyspace;
    final Lane lane;
    private final LongSupplier nanoClock;
    private final long timeoutNanos;

    /**
     * Per slot how many attempts are under way, and the epoch that the last of them began under.
     */
    private final int[] underWay = new int[Slot.COUNT];

    private final long[] underWayEpoch = new long[Slot.COUNT];

    /** Per slot what waits, by order of arrival. Never holds an empty list. */
    private final Map<Integer, List<Attempt>> parked = new HashMap<>();

    private final Set<Replication> unfinished = new LinkedHashSet<>();
    private long orders;
    private int open;

    private final DeadlineWheel.Deadline retry =
            new DeadlineWheel.Deadline() {
                @Override
                protected void expired() {
                    retryAll();
                }
            };

    LoopRouter(
            Epochs epochs,
            Keyspace keyspace,
            Lane lane,
            LongSupplier nanoClock,
            long timeoutNanos) {
        this.epochs = epochs;
        this.keyspace = keyspace;
        this.lane = lane;
        this.nanoClock = nanoClock;
        this.timeoutNanos = timeoutNanos;
    }

    /**
     * @param forwards whether another member may be asked; false for what another member asked
     */
    void read(Bytes key, Freshness freshness, boolean forwards, ReadAttempt.Answer answer) {
        int slot = key.slotIndex();
        if (isClear(slot) && answers(epochs.latest(), slot, key, freshness)) {
            answer.found(keyspace.findOrNull(key), null);
            return;
        }
        submit(new ReadAttempt(this, slot, deadline(forwards), key, freshness, forwards, answer));
    }

    /** Whether a read is answered from this node's memory alone. */
    boolean answers(Holding holding, int slot, Bytes key, Freshness freshness) {
        return holding.answers(slot, freshness)
                && (holding.isPrimary(slot)
                        || holding.rankHere(slot) < keyspace.settingsOf(key).replication());
    }

    void write(Operation operation, boolean forwards, Mesh.Callback<Outcome> callback) {
        int slot = operation.key().slotIndex();
        Holding holding = epochs.latest();
        if (isClear(slot) && holding.isPrimary(slot) && holding.isComplete(slot)) {
            applyHere(operation, slot, holding, deadline(forwards), callback);
            return;
        }
        submit(new WriteAttempt(this, slot, deadline(forwards), operation, forwards, callback));
    }

    /** Applies as the primary, and answers when enough owners have the change. */
    void applyHere(
            Operation operation,
            int slot,
            Holding holding,
            long deadlineNanos,
            Mesh.Callback<Outcome> callback) {
        Keyspace.Change change = keyspace.apply(operation, slot, holding.epoch());
        if (change.changed().isEmpty()) {
            callback.done(change.outcome());
            return;
        }
        CacheSettings settings = keyspace.settingsOf(operation.key());
        if (Math.min(settings.replication(), holding.topology().ownerCount(slot)) <= 1
                && holding == epochs.latest()) {
            callback.done(change.outcome());
            return;
        }
        boolean acknowledgedHere = settings.acks() == CacheSettings.Acks.PRIMARY;
        new Replication(
                        this,
                        slot,
                        change,
                        settings.replication(),
                        deadlineNanos,
                        acknowledgedHere ? null : callback)
                .start();
        if (acknowledgedHere) {
            callback.done(change.outcome());
        }
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    /**
     * A forwarded request gets less time here than its sender gives it, so that its answer counts.
     */
    private long deadline(boolean forwards) {
        return nanoTime() + (forwards ? timeoutNanos : timeoutNanos - timeoutNanos / 4);
    }

    long nextOrder() {
        return orders++;
    }

    private boolean isClear(int slot) {
        return underWay[slot] == 0 && (parked.isEmpty() || !parked.containsKey(slot));
    }

    private void submit(Attempt attempt) {
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
        underWayEpoch[attempt.slot] = epoch;
    }

    /** The answer, or its absence, has been dealt with: the attempt is over or parked. */
    void end(Attempt attempt) {
        if (--underWay[attempt.slot] == 0 && parked.containsKey(attempt.slot)) {
            lane.execute(() -> retry(attempt.slot));
        }
    }

    /** Whether something here must be answered before a request that could be answered now. */
    boolean isUnderWay(int slot) {
        return underWay[slot] > 0;
    }

    /** An attempt has been answered. */
    void finished() {
        open--;
    }

    /** Requests that are not answered yet. */
    int open() {
        return open + unfinished.size();
    }

    void park(Attempt attempt) {
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

    /** A topology has come into force. */
    void topologyChanged() {
        retryAll();
        for (Replication each : List.copyOf(unfinished)) {
            each.resume();
        }
    }

    private void retryAll() {
        for (Integer slot : List.copyOf(parked.keySet())) {
            retry(slot);
        }
    }

    private void retry(Integer slot) {
        List<Attempt> queue = parked.remove(slot);
        if (queue == null) {
            return;
        }
        for (Attempt attempt : queue) {
            if (nanoTime() >= attempt.deadlineNanos) {
                attempt.tooLate();
            } else if (mayGo(attempt.slot)) {
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

    /** Whether this node itself wrote the entry under this epoch, so that none can be later. */
    boolean isOwnWrite(Bytes key, Holding holding) {
        Entry entry = keyspace.peekOrNull(key);
        return entry != null && holding.wrote(entry.version());
    }
}
