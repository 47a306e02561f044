package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One number per slot and per number of copies that says what the tier has: the exclusive or over
 * all that is kept of a mix of the key's place and the version ({@link EntryMix}). Two members with
 * equal digests have, but for a chance of 2⁻⁶⁴, the same keys in the same versions, whatever order
 * they came in.
 *
 * <p>Caches may want different numbers of copies, so an owner at rank 1 has nothing of a cache with
 * one copy. Their sums are kept apart, one array for each number of copies that occurs, and a rank
 * adds up those that reach it.
 *
 * <p><b>Threads.</b> Any; no locks. <b>Cost.</b> A few nanoseconds per change; 128 KiB per number
 * of copies that occurs.
 */
final class Digests {
    /** No slot has more owners than this, so more copies than this are as many. */
    private static final int COPIES_MAX = 16;

    private final ToIntFunction<Bytes> copies;
    private final AtomicReferenceArray<AtomicLongArray> sums =
            new AtomicReferenceArray<>(COPIES_MAX);

    /**
     * @param copies how many copies the key's cache wants; at least 1, and for a key always the
     *     same
     */
    Digests(ToIntFunction<Bytes> copies) {
        this.copies = copies;
    }

    /** What stood under the key is replaced; called in the order of the key's changes. */
    void change(int slot, Bytes key, @Nullable Entry before, @Nullable Entry after) {
        long position = MemoryTier.positionOf(key);
        long change = mixOrZero(slot, position, before) ^ mixOrZero(slot, position, after);
        if (change != 0) {
            mixed(slot, copies.applyAsInt(key), change);
        }
    }

    /** A mix begins to count, or ceases to. */
    void mixed(int slot, int copiesWanted, long mix) {
        sumOf(Math.min(copiesWanted, COPIES_MAX) - 1).accumulateAndGet(slot, mix, (a, b) -> a ^ b);
    }

    /** Over all that an owner at this rank is to have; rank 0 is the primary. */
    long of(int slot, int rank) {
        long all = 0;
        for (int i = rank; i < COPIES_MAX; i++) {
            AtomicLongArray sum = sums.get(i);
            if (sum != null) {
                all ^= sum.get(slot);
            }
        }
        return all;
    }

    /** Whether an owner at this rank is to have the key. */
    boolean reaches(int rank, Bytes key) {
        return copies.applyAsInt(key) > rank;
    }

    private static long mixOrZero(int slot, long position, @Nullable Entry entry) {
        return entry == null ? 0 : EntryMix.of(slot, position, entry);
    }

    private AtomicLongArray sumOf(int index) {
        AtomicLongArray sum = sums.get(index);
        if (sum != null) {
            return sum;
        }
        sums.compareAndSet(index, null, new AtomicLongArray(Slot.COUNT));
        return sums.get(index);
    }
}
