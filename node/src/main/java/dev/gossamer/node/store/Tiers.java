package dev.gossamer.node.store;

import dev.gossamer.node.store.LowerTier.RestedItem;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * All that this node keeps: what stands in memory, and what rests below it.
 *
 * <p>Writes go to memory, which tells the tier below. What rests below has to be {@link #warm
 * brought up} before it is read or changed: while somebody holds it, it is found as if it stood in
 * memory, even where memory would not keep it.
 *
 * <p><b>Threads.</b> Any; what may wait for a disk says so.
 */
public final class Tiers {
    private static final byte[] NOTHING = {};

    private final MemoryTier memory;
    private final LowerTier lower;
    private final Moves moves;
    private final TierPages pages;

    /** What was read below, or that nothing was found, for those who hold it. */
    private final ConcurrentMap<Bytes, Held> held = new ConcurrentHashMap<>();

    /**
     * @param late whether it could not be read in time, and may be anything
     */
    private record Held(Optional<Entry> entry, boolean late, int holders) {}

    /** Makes the tier below lie under the memory. */
    public Tiers(MemoryTier memory, LowerTier lower) {
        this.memory = memory;
        this.lower = lower;
        memory.under(lower);
        this.moves = memory.books().moves();
        if (lower != LowerTier.NONE) {
            moves.layered();
        }
        this.pages = new TierPages(this, memory, lower);
    }

    /** The memory, for what concerns nothing else. */
    public MemoryTier memory() {
        return memory;
    }

    /** As {@link MemoryTier#findOrNull(Bytes, BiPredicate)}. */
    public @Nullable Entry findOrNull(Bytes key, BiPredicate<Bytes, Entry> isValid) {
        Entry entry = memory.findOrNull(key, isValid);
        if (entry != null || held.isEmpty()) {
            return entry;
        }
        Entry below = heldOrNull(key);
        return below != null && memory.isLive(below) && isValid.test(key, below) ? below : null;
    }

    /** As {@link MemoryTier#peekOrNull}: what rests below is seen only while it is held. */
    public @Nullable Entry peekOrNull(Bytes key) {
        Entry entry = memory.peekOrNull(key);
        return entry != null || held.isEmpty() ? entry : heldOrNull(key);
    }

    /** As {@link MemoryTier#peekValueOrNull}; likewise. */
    public @Nullable Entry peekValueOrNull(Bytes key) {
        Entry entry = memory.peekValueOrNull(key);
        return entry != null || held.isEmpty() ? entry : heldOrNull(key);
    }

    /** As long as nothing else has come to stand or rest there since it was read. */
    private @Nullable Entry heldOrNull(Bytes key) {
        Held below = held.get(key);
        if (below == null || below.entry().isEmpty() || memory.peekOrNull(key) != null) {
            return null;
        }
        Entry entry = below.entry().get();
        return entry.version().equals(lower.versionOrNull(key.slotIndex(), key)) ? entry : null;
    }

    /**
     * What is known of what stands under the key without waiting for a disk: its version and
     * whether it is a tombstone. Its value may not be what it says.
     */
    public @Nullable Entry standingOrNull(int slot, Bytes key) {
        while (true) {
            Entry entry = memory.peekOrNull(key);
            if (entry != null) {
                return entry;
            }
            int moment = moves.quiet(slot);
            entry = memory.peekOrNull(key);
            if (entry != null) {
                return entry;
            }
            Version version = lower.versionOrNull(slot, key);
            if (version != null) {
                return Entry.of(NOTHING, version, Entry.NEVER);
            }
            if (moves.isQuietSince(slot, moment)) {
                return null;
            }
        }
    }

    /**
     * What stands or rests under the key. May wait for the disk.
     *
     * @throws GossamerException as {@link LowerTier#read(int, Bytes)} does
     */
    public @Nullable Entry readOrNull(Bytes key) {
        int slot = key.slotIndex();
        while (true) {
            int moment = moves.quiet(slot);
            Entry entry = peekOrNull(key);
            if (entry != null) {
                return entry;
            }
            Entry below = lower.mayHave(slot, key) ? lower.read(slot, key) : null;
            Entry since = memory.peekOrNull(key);
            if (since != null || below != null) {
                return since == null ? below : since;
            }
            if (moves.isQuietSince(slot, moment)) {
                return null;
            }
        }
    }

    /** Whether something may rest below under the key that has to be brought up first. */
    public boolean isCold(int slot, Bytes key) {
        while (true) {
            int moment = moves.quiet(slot);
            boolean rests = lower.mayHave(slot, key) && memory.peekOrNull(key) == null;
            if (moves.isQuietSince(slot, moment)) {
                return rests && !held.containsKey(key);
            }
        }
    }

    /**
     * Hands over the value of what rests below, as {@link LowerTier#lend} does, to who has found
     * nothing in memory before. It is not brought up: it is in memory already, where it rests.
     */
    public boolean lend(int slot, Bytes key, LowerTier.Validity validity, ValueSink sink) {
        return lower.lend(slot, key, validity, sink);
    }

    /**
     * Reads what rests below under the key, brings it up, and holds what was found, or that nothing
     * was, until it is {@link #release released}, as often as it was warmed.
     *
     * @param then called on whatever thread, perhaps at once; must not wait
     */
    public void warm(int slot, Bytes key, Runnable then) {
        lower.load(
                slot,
                key,
                new LowerTier.Loading() {
                    @Override
                    public void found(@Nullable Entry found) {
                        hold(key, found, false);
                        if (found != null) {
                            memory.raise(slot, key, found);
                        }
                        then.run();
                    }

                    @Override
                    public void late() {
                        hold(key, null, true);
                        then.run();
                    }
                });
    }

    private void hold(Bytes key, @Nullable Entry found, boolean late) {
        held.compute(
                key,
                (_, before) ->
                        new Held(
                                Optional.ofNullable(found),
                                late,
                                before == null ? 1 : before.holders() + 1));
    }

    /**
     * Whether the key is held, and was not read in time: a reader may be told that there is
     * nothing, but nothing may be changed on the strength of it.
     */
    public boolean isUnread(Bytes key) {
        Held below = held.get(key);
        return below != null && below.late() && memory.peekOrNull(key) == null;
    }

    public void release(Bytes key) {
        held.computeIfPresent(
                key,
                (_, before) ->
                        before.holders() == 1
                                ? null
                                : new Held(before.entry(), before.late(), before.holders() - 1));
    }

    /** As {@link MemoryTier#put(int, Bytes, Entry)}. */
    public void put(int slot, Bytes key, Entry entry) {
        memory.put(slot, key, entry);
    }

    /** Forgets the key and what stands or rests under it. */
    public boolean remove(Bytes key) {
        return memory.remove(key);
    }

    /**
     * Whether something later may have stood under the key and have left, evicted, expired,
     * forgotten or dropped: nothing stands there, and something later has left the slot. O(1).
     */
    public boolean mayHaveOutlived(int slot, Bytes key, Entry entry) {
        return entry.clock() <= memory.books().letGo(slot) && standingOrNull(slot, key) == null;
    }

    /** Whether more may come without something else having to leave, or nearly so. */
    public boolean hasRoom() {
        return memory.bytes() < memory.bytesMax() / 20 * 19 || lower.hasRoom();
    }

    /** Live entries of a slot, in memory and below. O(1). */
    public int liveCount(int slot) {
        return memory.liveCount(slot) + lower.liveCount(slot);
    }

    public long liveCount() {
        return memory.liveCount() + lower.liveCount();
    }

    /** What was lost below and was not made good. */
    public Losses losses() {
        return memory.books().losses();
    }

    /** What is below of a slot, without memory. */
    public LowerTier lower() {
        return lower;
    }

    /**
     * Keys of a slot with what is under them, in the order of their positions. May wait for the
     * disk.
     *
     * @param max of those in memory, and as many below
     * @param copies which of those below are wanted, by their cache's number of copies
     * @param bytesMax of records below that are read
     * @param whole whether values are wanted; else what rests below shows just its version
     */
    public Page pageFrom(
            int slot,
            long from,
            long to,
            int max,
            IntPredicate copies,
            long bytesMax,
            boolean whole) {
        return pages.page(new TierPages.Wanted(slot, from, to, max, copies, bytesMax, whole));
    }

    /**
     * What the digest of the slot is taken over, by ranges of positions: see {@link KeyRanges}. Not
     * one moment's; O(entries of the slot).
     */
    public long[] rangeDigests(int slot, int rank, int ranges) {
        return pages.rangeDigests(slot, rank, ranges);
    }

    /**
     * A part of a slot.
     *
     * @param next the position to go on from, or {@link MemoryTier.KeyPage#END}
     */
    public record Page(List<RestedItem> items, long next) {}
}
