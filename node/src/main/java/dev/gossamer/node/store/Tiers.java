package dev.gossamer.node.store;

import dev.gossamer.node.store.LowerTier.Rested;
import dev.gossamer.node.store.LowerTier.RestedItem;
import dev.gossamer.node.store.LowerTier.RestedPage;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
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
    private static final int RESTED_STEP = 1024;

    private final MemoryTier memory;
    private final LowerTier lower;

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
        Entry entry = memory.peekOrNull(key);
        if (entry != null) {
            return entry;
        }
        Version version = lower.versionOrNull(slot, key);
        return version == null ? null : Entry.of(NOTHING, version, Entry.NEVER);
    }

    /**
     * What stands or rests under the key. May wait for the disk.
     *
     * @throws GossamerException as {@link LowerTier#read(int, Bytes)} does
     */
    public @Nullable Entry readOrNull(Bytes key) {
        Entry entry = peekOrNull(key);
        int slot = key.slotIndex();
        if (entry != null || !lower.mayHave(slot, key)) {
            return entry;
        }
        Entry below = lower.read(slot, key);
        Entry since = memory.peekOrNull(key);
        return since == null ? below : since;
    }

    /** Whether something may rest below under the key that has to be brought up first. */
    public boolean isCold(int slot, Bytes key) {
        return lower.mayHave(slot, key) && memory.peekOrNull(key) == null && !held.containsKey(key);
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

    /** As {@link MemoryTier#mayHaveOutlived}. */
    public boolean mayHaveOutlived(int slot, Bytes key, Entry entry) {
        return memory.mayHaveOutlived(slot, key, entry);
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
        MemoryTier.KeyPage standing = memory.keysFrom(slot, from, to, max);
        RestedPage rested = lower.restedFrom(slot, from, to, max, bytesMax);
        long end = Math.min(endOf(standing.next()), endOf(rested.next()));
        List<RestedItem> found = new ArrayList<>(standing.keys().size());
        for (Bytes key : standing.keys()) {
            Entry entry = MemoryTier.positionOf(key) < end ? memory.peekOrNull(key) : null;
            if (entry != null) {
                found.add(new RestedItem(key, entry));
            }
        }
        List<Rested> wanted =
                rested.rested().stream()
                        .filter(each -> each.position() < end && copies.test(each.copies()))
                        .toList();
        if (!wanted.isEmpty()) {
            for (RestedItem item : lower.read(slot, wanted, whole)) {
                if (memory.peekOrNull(item.key()) == null) {
                    found.add(item);
                }
            }
            found.sort((a, b) ->
                    Long.compare(MemoryTier.positionOf(a.key()), MemoryTier.positionOf(b.key())));
        }
        return new Page(found, end == Long.MAX_VALUE ? MemoryTier.KeyPage.END : end);
    }

    /**
     * What the digest of the slot is taken over, by ranges of positions: see {@link KeyRanges}. Not
     * one moment's; O(entries of the slot).
     */
    public long[] rangeDigests(int slot, int rank, int ranges) {
        long[] sums = memory.rangeDigests(slot, rank, ranges);
        long next = 0;
        while (next != MemoryTier.KeyPage.END) {
            RestedPage page =
                    lower.restedFrom(slot, next, KeyRanges.END, RESTED_STEP, Long.MAX_VALUE);
            for (Rested each : page.rested()) {
                if (each.copies() > rank) {
                    Version version = each.version();
                    sums[KeyRanges.of(each.position(), ranges)] ^=
                            EntryMix.of(
                                    slot,
                                    each.position(),
                                    version.epoch(),
                                    version.clock(),
                                    version.member().value());
                }
            }
            next = page.next();
        }
        return sums;
    }

    private static long endOf(long next) {
        return next == MemoryTier.KeyPage.END ? Long.MAX_VALUE : next;
    }

    /**
     * A part of a slot.
     *
     * @param next the position to go on from, or {@link MemoryTier.KeyPage#END}
     */
    public record Page(List<RestedItem> items, long next) {}
}
