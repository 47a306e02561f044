package dev.gossamer.node.cache;

import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which operations were applied lately and with what outcome, so that a call that is sent again is
 * applied once (C5).
 *
 * <p><b>Bound.</b> An outcome is forgotten, the oldest first, when it is older than the retention
 * or when there is no room for a newer one. An operation that is repeated after that is applied
 * again: so both must be more than what comes in while a client still repeats its calls, that is
 * until its deadline.
 *
 * <p><b>Threads.</b> Any; one lock, a leaf of the lock order. <b>Cost.</b> O(1) but for {@link
 * #ofSlot}, which is linear in what it gives.
 */
final class OperationTable {
    /** Measured: the record, its id and outcome, its place in the map. */
    static final int OVERHEAD_BYTES = 216;

    /** An outcome may take this part of the whole, so that one large value does not oust all. */
    private static final int SHARE = 16;

    private static final class Remembered {
        private final int slot;
        private final long atNanos;
        private final int weight;
        private final RecentOperation operation;
        private @Nullable Remembered newer;
        private @Nullable Remembered newerInSlot;
        private boolean forgotten;

        Remembered(int slot, RecentOperation operation, int weight, long atNanos) {
            this.slot = slot;
            this.operation = operation;
            this.weight = weight;
            this.atNanos = atNanos;
        }
    }

    private final LongSupplier nanoClock;
    private final long bytesMax;
    private final long retentionNanos;
    private final Map<OperationId, Remembered> byId = new HashMap<>();
    private final @Nullable Remembered[] oldestOfSlot = new @Nullable Remembered[Slot.COUNT];
    private final @Nullable Remembered[] newestOfSlot = new @Nullable Remembered[Slot.COUNT];
    private @Nullable Remembered oldest;
    private @Nullable Remembered newest;
    private long bytes;
    private final LongAdder dropped = new LongAdder();

    OperationTable(KeyspaceSettings settings, LongSupplier nanoClock, MeterRegistry registry) {
        this.nanoClock = nanoClock;
        this.bytesMax = settings.operationsBytesMax();
        this.retentionNanos = settings.operationRetention().toNanos();
        Gauge.builder("gossamer.operations.bytes", this, OperationTable::bytes)
                .description("Bytes of outcomes that are remembered for repeated calls")
                .register(registry);
        Gauge.builder("gossamer.operations.bytes.max", this, table -> table.bytesMax)
                .description("The bound of remembered outcomes")
                .register(registry);
        FunctionCounter.builder("gossamer.operations.dropped", dropped, LongAdder::sum)
                .description("Outcomes forgotten before their time for want of room")
                .register(registry);
    }

    synchronized @Nullable Outcome findOrNull(OperationId id) {
        Remembered found = byId.get(id);
        return found == null ? null : found.operation.outcome();
    }

    /** Takes the place of what was remembered of the same id. */
    synchronized void remember(int slot, OperationId id, Outcome outcome) {
        RecentOperation operation = new RecentOperation(id, fitting(outcome));
        int weight = weightOf(operation.outcome());
        long now = nanoClock.getAsLong();
        Remembered added = new Remembered(slot, operation, weight, now);
        Remembered before = byId.putIfAbsent(id, added);
        if (before != null) {
            if (before.operation.equals(operation)) {
                return;
            }
            before.forgotten = true;
            byId.put(id, added);
        }
        append(added);
        forgetOld(now);
    }

    private void append(Remembered added) {
        if (newest == null) {
            oldest = added;
        } else {
            newest.newer = added;
        }
        newest = added;
        Remembered last = newestOfSlot[added.slot];
        if (last == null) {
            oldestOfSlot[added.slot] = added;
        } else {
            last.newerInSlot = added;
        }
        newestOfSlot[added.slot] = added;
        bytes += added.weight;
    }

    /** What this node knows of a slot's operations, the oldest first. */
    synchronized List<RecentOperation> ofSlot(int slot) {
        if (oldestOfSlot[slot] == null) {
            return List.of();
        }
        List<RecentOperation> operations = new ArrayList<>();
        for (Remembered each = oldestOfSlot[slot]; each != null; each = each.newerInSlot) {
            if (!each.forgotten) {
                operations.add(each.operation);
            }
        }
        return operations;
    }

    /** See {@link Keyspace#mirrorOperations}. */
    synchronized void mirror(
            int slot, List<RecentOperation> before, List<RecentOperation> ofPrimary) {
        Set<OperationId> known = new HashSet<>();
        for (RecentOperation operation : ofPrimary) {
            known.add(operation.id());
            remember(slot, operation.id(), operation.outcome());
        }
        for (RecentOperation operation : before) {
            if (!known.contains(operation.id())) {
                forget(operation);
            }
        }
    }

    /** Keeps another outcome of it that was remembered meanwhile. */
    private void forget(RecentOperation operation) {
        Remembered found = byId.get(operation.id());
        if (found != null && found.operation.equals(operation)) {
            // It keeps its place, and its weight, until it would have left anyway.
            found.forgotten = true;
            byId.remove(operation.id());
        }
    }

    /** To be called now and then, so that what is old leaves while nothing comes in. */
    synchronized void forgetOld() {
        forgetOld(nanoClock.getAsLong());
    }

    private void forgetOld(long now) {
        while (oldest != null) {
            boolean isOld = now - oldest.atNanos >= retentionNanos;
            if (!isOld && bytes <= bytesMax) {
                return;
            }
            if (!isOld && !oldest.forgotten) {
                dropped.increment();
            }
            removeOldest(oldest);
        }
    }

    private void removeOldest(Remembered first) {
        oldest = first.newer;
        if (oldest == null) {
            newest = null;
        }
        // The oldest of all is the oldest of its slot.
        oldestOfSlot[first.slot] = first.newerInSlot;
        if (first.newerInSlot == null) {
            newestOfSlot[first.slot] = null;
        }
        bytes -= first.weight;
        if (!first.forgotten) {
            byId.remove(first.operation.id());
        }
    }

    /** The bytes that remembered outcomes take. */
    synchronized long bytes() {
        return bytes;
    }

    private Outcome fitting(Outcome outcome) {
        if (weightOf(outcome) <= bytesMax / SHARE) {
            return outcome;
        }
        return new Outcome.Refused(
                ErrorCode.TIMEOUT,
                "this call was carried out when it was sent first, but the value that it was to"
                        + " answer was too large to be remembered (limits.operations-bytes-max)");
    }

    private static int weightOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Applied applied ->
                    OVERHEAD_BYTES
                            + (applied.text() == null ? 0 : applied.text().length())
                            + (applied.previous() == null ? 0 : applied.previous().valueLength());
            case Outcome.Unchanged unchanged ->
                    OVERHEAD_BYTES
                            + (unchanged.previous() == null
                                    ? 0
                                    : unchanged.previous().valueLength());
            case Outcome.Leased leased ->
                    OVERHEAD_BYTES + (leased.entry() == null ? 0 : leased.entry().valueLength());
            case Outcome.Refused refused -> OVERHEAD_BYTES + refused.message().length();
        };
    }
}
