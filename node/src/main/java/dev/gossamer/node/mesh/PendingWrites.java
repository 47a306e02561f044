package dev.gossamer.node.mesh;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The writes that have begun on this node as the primary and are not yet on all who must have them.
 * What they wrote stands here already, but if this node died now, it might never have been: so
 * nobody may be told of it before the write is over (C5). Whoever finds an entry looks here
 * afterwards, and waits for those writes of its key that had begun by then; later ones do not
 * matter, so that no reader waits for ever.
 *
 * <p>A write is begun before it is applied, so that its effect is never seen without it.
 *
 * <p><b>Threads.</b> Any. <b>Cost.</b> {@link #isPending} is an array read while nothing of the
 * slot is pending.
 */
final class PendingWrites {
    /** Large enough to keep a link busy, small enough that what each brings along is little. */
    static final int CROWD = 32;

    private final AtomicIntegerArray bySlot = new AtomicIntegerArray(Slot.COUNT);

    /** By order of beginning, nearly always one; the lists are used inside the map's locks only. */
    private final ConcurrentHashMap<Bytes, List<Write>> byKey = new ConcurrentHashMap<>();

    /** One write that is not over. */
    static final class Write {
        private final int slot;
        private final List<Bytes> keys;
        private final @Nullable OperationId idOrNull;

        /** Guarded by this; null when the write is over. */
        private @Nullable List<Waiter> waitersOrNull = new ArrayList<>(0);

        private boolean stored;

        private Write(int slot, List<Bytes> keys, @Nullable OperationId idOrNull) {
            this.slot = slot;
            this.keys = keys;
            this.idOrNull = idOrNull;
        }

        /** The operation; none where this is no caller's write. */
        Optional<OperationId> id() {
            return Optional.ofNullable(idOrNull);
        }

        private void tell(Waiter waiter) {
            synchronized (this) {
                if (waitersOrNull != null) {
                    waitersOrNull.add(waiter);
                    return;
                }
            }
            waiter.over(stored);
        }

        private void over(boolean everywhere) {
            List<Waiter> waiters;
            synchronized (this) {
                waiters = waitersOrNull;
                waitersOrNull = null;
                stored = everywhere;
            }
            if (waiters != null) {
                waiters.forEach(waiter -> waiter.over(everywhere));
            }
        }
    }

    /** Hears of the end of a write, perhaps at once, on any thread. */
    interface Waiter {
        /**
         * @param stored whether everybody has it; false when this node is the primary no more, and
         *     cannot know
         */
        void over(boolean stored);
    }

    /** To be followed by {@link #end}. */
    Write begin(WriteCall call) {
        return begin(new Write(call.slot(), call.keys(), call.id()));
    }

    /** The same, of what comes from another side of a partition; see {@link Reception}. */
    Write beginMerge(Bytes key) {
        return begin(new Write(key.slotIndex(), List.of(key), null));
    }

    private Write begin(Write write) {
        for (Bytes key : write.keys) {
            byKey.compute(key, (_, writes) -> with(writes, write));
        }
        bySlot.incrementAndGet(write.slot);
        return write;
    }

    private static List<Write> with(@Nullable List<Write> writes, Write write) {
        List<Write> more = writes == null ? new ArrayList<>(1) : writes;
        more.add(write);
        return more;
    }

    void end(Write write, boolean stored) {
        for (Bytes key : write.keys) {
            byKey.computeIfPresent(key, (_, writes) -> withoutOrNull(writes, write));
        }
        bySlot.decrementAndGet(write.slot);
        write.over(stored);
    }

    private static @Nullable List<Write> withoutOrNull(List<Write> writes, Write write) {
        writes.remove(write);
        return writes.isEmpty() ? null : writes;
    }

    /** Whether every write of the slot that has begun is over. */
    boolean isQuiet(int slot) {
        return bySlot.get(slot) == 0;
    }

    /** Whether a write of the key has begun and is not over. */
    boolean isPending(int slot, Bytes key) {
        return bySlot.get(slot) != 0 && byKey.containsKey(key);
    }

    /**
     * Whether so many writes of a key have begun and are not over that the next had better wait:
     * each brings along the operations of those before it.
     */
    boolean isCrowded(int slot, List<Bytes> keys) {
        return bySlot.get(slot) >= CROWD && of(keys).size() >= CROWD;
    }

    /** Tells once all writes of these keys that have begun by now are over, perhaps at once. */
    void await(List<Bytes> keys, Waiter then) {
        List<Write> all = of(keys);
        if (all.isEmpty()) {
            then.over(true);
            return;
        }
        Countdown countdown = new Countdown(all.size(), then);
        all.forEach(write -> write.tell(countdown));
    }

    /** Those of these keys that have begun by now and are not over. */
    List<Write> of(List<Bytes> keys) {
        List<Write> all = new ArrayList<>(1);
        for (Bytes key : keys) {
            byKey.computeIfPresent(key, (_, writes) -> copiedTo(all, writes));
        }
        return all;
    }

    private static List<Write> copiedTo(List<Write> all, List<Write> writes) {
        all.addAll(writes);
        return writes;
    }

    /** Keys with a pending write. */
    int keys() {
        return byKey.size();
    }

    private static final class Countdown implements Waiter {
        private final Waiter then;
        private final AtomicReference<State> state;

        private record State(int left, boolean stored) {}

        Countdown(int left, Waiter then) {
            this.then = then;
            this.state = new AtomicReference<>(new State(left, true));
        }

        @Override
        public void over(boolean stored) {
            State now =
                    state.updateAndGet(
                            before -> new State(before.left - 1, before.stored && stored));
            if (now.left == 0) {
                then.over(now.stored);
            }
        }
    }
}
