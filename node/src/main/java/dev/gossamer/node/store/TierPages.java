package dev.gossamer.node.store;

import dev.gossamer.node.store.LowerTier.Rested;
import dev.gossamer.node.store.LowerTier.RestedItem;
import dev.gossamer.node.store.LowerTier.RestedPage;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists what both tiers have of a slot. Whatever is here all the while is in the list, in whichever
 * tier and version, however often it moves: members that copy drop what is not.
 *
 * <p>(1) The keys in memory and the places below are taken down in a moment in which nothing moves
 * ({@link Moves}); together they are all. (2) Then they are looked up one by one, which may take as
 * long as the disk likes: what has left memory since is looked for below, and the other way round.
 * (3) What is in neither tier then has gone, unless something has moved again: then all of it is
 * done once more.
 *
 * <p><b>Threads.</b> Any that may wait.
 */
final class TierPages {
    private static final int STEP = 1024;

    /** Many, for each takes microseconds; a disk is waited for in few of them. */
    private static final int MOMENTS_MAX = 10_000;

    private static final int ATTEMPTS_MAX = 32;

    private final Tiers tiers;
    private final MemoryTier memory;
    private final LowerTier lower;
    private final Moves moves;

    TierPages(Tiers tiers, MemoryTier memory, LowerTier lower) {
        this.tiers = tiers;
        this.memory = memory;
        this.lower = lower;
        this.moves = memory.books().moves();
    }

    /** What is asked for: see {@link Tiers#pageFrom}. */
    record Wanted(
            int slot,
            long from,
            long to,
            int max,
            IntPredicate copies,
            long bytesMax,
            boolean whole) {}

    /** What there was in one moment. */
    private record Listed(int moment, MemoryTier.KeyPage standing, RestedPage rested) {
        /** Up to where both lists tell everything. */
        long end() {
            return Math.min(endOf(standing.next()), endOf(rested.next()));
        }

        private static long endOf(long next) {
            return next == MemoryTier.KeyPage.END ? Long.MAX_VALUE : next;
        }
    }

    Tiers.Page page(Wanted wanted) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Tiers.Page page = pageOrNull(wanted);
            if (page != null) {
                return page;
            }
        }
        throw restless(wanted.slot());
    }

    private static GossamerException restless(int slot) {
        return new GossamerException(
                ErrorCode.BUSY, "slot " + slot + " changes too fast to be listed");
    }

    /** Null when it is not known what has become of something. */
    private Tiers.@Nullable Page pageOrNull(Wanted wanted) {
        int slot = wanted.slot();
        Listed listed = listed(wanted);
        long end = listed.end();
        Map<Bytes, Entry> found = new LinkedHashMap<>();
        for (Bytes key : listed.standing().keys()) {
            Entry entry = MemoryTier.positionOf(key) < end ? entryOrNull(wanted, key) : null;
            if (entry != null) {
                found.put(key, entry);
            }
        }
        List<Rested> below =
                listed.rested().rested().stream()
                        .filter(each -> each.position() < end)
                        .filter(each -> wanted.copies().test(each.copies()))
                        .toList();
        if (!below.isEmpty()
                && !addRested(wanted, below, found)
                && !moves.isQuietSince(slot, listed.moment())) {
            return null;
        }
        List<RestedItem> items = new ArrayList<>(found.size());
        found.forEach((key, entry) -> items.add(new RestedItem(key, entry)));
        items.sort((a, b) ->
                Long.compare(MemoryTier.positionOf(a.key()), MemoryTier.positionOf(b.key())));
        return new Tiers.Page(items, end == Long.MAX_VALUE ? MemoryTier.KeyPage.END : end);
    }

    private Listed listed(Wanted wanted) {
        int slot = wanted.slot();
        for (int i = 0; i < MOMENTS_MAX; i++) {
            int moment = moves.quiet(slot);
            var standing = memory.keysFrom(slot, wanted.from(), wanted.to(), wanted.max());
            var rested =
                    lower.restedFrom(
                            slot, wanted.from(), wanted.to(), wanted.max(), wanted.bytesMax());
            if (moves.isQuietSince(slot, moment)) {
                return new Listed(moment, standing, rested);
            }
        }
        throw restless(slot);
    }

    private @Nullable Entry entryOrNull(Wanted wanted, Bytes key) {
        Entry entry = memory.peekOrNull(key);
        if (entry != null) {
            return entry;
        }
        return wanted.whole() ? tiers.readOrNull(key) : tiers.standingOrNull(wanted.slot(), key);
    }

    /**
     * Adds what was listed below.
     *
     * @return whether all of it was found, here or there
     */
    private boolean addRested(Wanted wanted, List<Rested> below, Map<Bytes, Entry> found) {
        Set<Long> read = new HashSet<>();
        for (RestedItem item : lower.read(wanted.slot(), below, wanted.whole())) {
            Entry since = memory.peekOrNull(item.key());
            found.put(item.key(), since == null ? item.entry() : since);
            read.add(MemoryTier.positionOf(item.key()));
        }
        boolean all = true;
        for (Rested each : below) {
            all &= read.contains(each.position()) || addRisen(wanted, each.position(), found);
        }
        return all;
    }

    /** Adds what stands in memory at the place. */
    private boolean addRisen(Wanted wanted, long position, Map<Bytes, Entry> found) {
        boolean any = false;
        var risen = memory.keysFrom(wanted.slot(), position, position + 1, wanted.max());
        for (Bytes key : risen.keys()) {
            Entry entry = entryOrNull(wanted, key);
            if (entry != null) {
                found.put(key, entry);
                any = true;
            }
        }
        return any;
    }

    /** As {@link Tiers#rangeDigests}. */
    long[] rangeDigests(int slot, int rank, int ranges) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int moment = moves.quiet(slot);
            long[] sums = new long[ranges];
            addStanding(slot, rank, sums);
            addRested(slot, rank, sums);
            if (moves.isQuietSince(slot, moment)) {
                return sums;
            }
        }
        throw restless(slot);
    }

    private void addStanding(int slot, int rank, long[] sums) {
        long next = 0;
        while (next != MemoryTier.KeyPage.END) {
            MemoryTier.KeyPage page = memory.keysFrom(slot, next, STEP);
            for (Bytes key : page.keys()) {
                Entry entry =
                        memory.books().digests().reaches(rank, key) ? memory.peekOrNull(key) : null;
                if (entry != null) {
                    long position = MemoryTier.positionOf(key);
                    sums[KeyRanges.of(position, sums.length)] ^= EntryMix.of(slot, position, entry);
                }
            }
            next = page.next();
        }
    }

    private void addRested(int slot, int rank, long[] sums) {
        long next = 0;
        while (next != MemoryTier.KeyPage.END) {
            RestedPage page = lower.restedFrom(slot, next, KeyRanges.END, STEP, Long.MAX_VALUE);
            for (Rested each : page.rested()) {
                if (each.copies() > rank) {
                    Version version = each.version();
                    sums[KeyRanges.of(each.position(), sums.length)] ^=
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
    }
}
