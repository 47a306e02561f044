package dev.gossamer.node.store;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What follows from what the memory tier keeps: the index and the digest of each slot, the bytes,
 * and the clocks of what has left.
 *
 * <p><b>Threads.</b> Any; changes of one key are told inside its atomic computation, in their
 * order.
 */
final class TierBooks implements LowerAccounts {
    private final SlotIndex index = new SlotIndex();
    private final Digests digests;
    private final Moves moves = new Moves();
    private final Losses losses = new Losses();
    private final LongAdder bytes = new LongAdder();

    /** By slot the latest clock of what has left it without a successor. 128 KiB. */
    private final AtomicLongArray letGo = new AtomicLongArray(Slot.COUNT);

    /**
     * @param copies how many copies a key's cache wants, for the digests
     */
    TierBooks(ToIntFunction<Bytes> copies) {
        this.digests = new Digests(copies);
    }

    SlotIndex index() {
        return index;
    }

    Digests digests() {
        return digests;
    }

    long bytes() {
        return bytes.sum();
    }

    long letGo(int slot) {
        return letGo.get(slot);
    }

    /** What goes on between the memory and the tier under it. */
    Moves moves() {
        return moves;
    }

    /** What the tier under the memory has lost. */
    Losses losses() {
        return losses;
    }

    /**
     * See {@link MemoryTier#digest}. What goes from one tier to the other counts in one of them.
     */
    long digest(int slot, int rank) {
        while (true) {
            int moment = moves.quiet(slot);
            long digest = digests.of(slot, rank);
            if (moves.isQuietSince(slot, moment)) {
                return digest;
            }
        }
    }

    /** What stood under a key has given way, to nothing where that is null. */
    void account(int slot, Bytes key, @Nullable Entry before, @Nullable Entry after) {
        long delta = liveWeight(key, after) - liveWeight(key, before);
        if (delta != 0) {
            bytes.add(delta);
        }
        digests.change(slot, key, before, after);
        boolean wasLive = isLive(before);
        boolean isLive = isLive(after);
        if (wasLive && isLive) {
            return;
        }
        if (before == null) {
            index.add(slot, key);
        } else if (after == null) {
            index.remove(slot, key);
            letGo(slot, before.clock());
        } else if (!wasLive) {
            // The tombstone's own copy of the key goes with it.
            index.replace(slot, key);
        }
        if (wasLive != isLive) {
            index.addLive(slot, isLive ? 1 : -1);
        }
    }

    /** The entry counts in the tier below from now on. */
    void cease(int slot, Bytes key, Entry entry) {
        bytes.add(-liveWeight(key, entry));
        digests.change(slot, key, entry, null);
        index.remove(slot, key);
        index.addLive(slot, -1);
    }

    @Override
    public void mixed(int slot, int copies, long position, Version version) {
        long mix =
                EntryMix.of(
                        slot, position, version.epoch(), version.clock(), version.member().value());
        mixed(slot, copies, mix);
    }

    @Override
    public void mixed(int slot, int copies, long mix) {
        digests.mixed(slot, copies, mix);
    }

    @Override
    public void lost(int slot) {
        losses.lost(slot);
    }

    @Override
    public void letGo(int slot, long clock) {
        letGo.accumulateAndGet(slot, clock, Math::max);
    }

    private static boolean isLive(@Nullable Entry entry) {
        return entry != null && !entry.isTombstone();
    }

    private static long liveWeight(Bytes key, @Nullable Entry entry) {
        return entry == null || entry.isTombstone() ? 0 : MemoryTier.weightOf(key, entry);
    }
}
