package dev.gossamer.node.mesh;

import dev.gossamer.node.cache.Keyspace;
import dev.gossamer.node.cache.Operation;
import dev.gossamer.node.mesh.link.Lane;
import dev.gossamer.node.store.LowerTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests of one loop that wait for a key to be read from the SSD, by key. Whatever comes for the
 * key meanwhile waits behind them, so that requests for one key are carried out in the order of
 * their arrival; other keys go on.
 *
 * <p>When the key is here, all that waited are carried out in one go, while it is held ({@link
 * Tiers#warm}). If it cannot be read in time, a read finds nothing, and a change that builds on
 * what is there is refused: nothing that was acknowledged is overwritten by what ignores it.
 *
 * <p><b>Threads.</b> The loop. <b>Bounds.</b> What waits is counted as pending, as parked requests
 * are; the reads themselves by the disk's own queue.
 */
final class Warming {
    private final LoopRouter router;
    private final Keyspace keyspace;
    private final Lane lane;
    private final Map<Bytes, List<Attempt>> waiting = new HashMap<>();

    /** Made once, for every read. */
    private final LowerTier.Validity validity;

    Warming(LoopRouter router, Keyspace keyspace, Lane lane) {
        this.router = router;
        this.keyspace = keyspace;
        this.lane = lane;
        this.validity = keyspace.tags()::isValid;
    }

    /** Whether requests for the key have to wait for one that came before. */
    boolean isUnderWay(Bytes key) {
        return !waiting.isEmpty() && waiting.containsKey(key);
    }

    /** Whether the key must be read before a request that looks at it can be carried out. */
    boolean isNeeded(int slot, Bytes key) {
        return isUnderWay(key) || keyspace.tiers().isCold(slot, key);
    }

    /**
     * Whether a read that has found nothing in memory is answered all the same, and need not wait:
     * its value lies in memory that the SSD tier has locked, and nobody wants more than the value.
     *
     * <p>It is current: had a later write been visible before, the tier would not have handed it
     * over. Whether that write is over is looked for after, as for an entry that was found (C5).
     *
     * @param any whether it takes whatever is at hand
     */
    boolean isSpared(int slot, Bytes key, boolean any, ReadAttempt.Answer answer) {
        Mesh.ValueTaker taker = answer.takerOrNull();
        if (taker == null
                || isUnderWay(key)
                || !keyspace.tiers().lend(slot, key, validity, taker)) {
            return false;
        }
        if (any || !router.shared.pending().isPending(slot, key)) {
            taker.taken();
            return true;
        }
        taker.takeBack();
        return false;
    }

    /** Whether an operation has to wait for keys to be read, or for one that does. */
    boolean isNeeded(Operation operation, int slot) {
        if (operation instanceof Operation.PutAllIfAbsent(var pairs)) {
            return pairs.stream().anyMatch(pair -> isNeeded(slot, pair.key()));
        }
        return operation.looks() ? isNeeded(slot, operation.key()) : isUnderWay(operation.key());
    }

    /**
     * Makes the attempt wait for the first of the keys that has to be read, if there is one; then
     * it is stepped again when the key has been.
     *
     * @param looks whether what stands under the keys matters to it, and not just the order
     * @return whether it waits, or has failed for want of room
     */
    boolean delays(Attempt attempt, List<Bytes> keys, boolean looks) {
        for (Bytes key : keys) {
            List<Attempt> before = waiting.get(key);
            if (before != null) {
                if (router.count(attempt)) {
                    before.add(attempt);
                }
                return true;
            }
            if (looks && keyspace.tiers().isCold(attempt.slot, key)) {
                if (router.count(attempt)) {
                    begin(attempt, key);
                }
                return true;
            }
        }
        return false;
    }

    private void begin(Attempt attempt, Bytes key) {
        List<Attempt> those = new ArrayList<>(1);
        those.add(attempt);
        waiting.put(key, those);
        keyspace.tiers().warm(attempt.slot, key, () -> lane.execute(() -> go(key)));
    }

    private void go(Bytes key) {
        List<Attempt> those = waiting.remove(key);
        try {
            if (those != null) {
                those.forEach(attempt -> step(attempt, key));
            }
        } finally {
            keyspace.tiers().release(key);
        }
    }

    private void step(Attempt attempt, Bytes key) {
        if (attempt.isTooLate(attempt.router.nanoTime())) {
            attempt.tooLate();
        } else if (attempt.buildsOnWhatStands() && keyspace.tiers().isUnread(key)) {
            attempt.failed(ErrorCode.BUSY, "the SSD does not answer in time");
        } else {
            attempt.step();
        }
    }
}
