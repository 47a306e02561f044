package dev.gossamer.node.store.disk;

import dev.gossamer.node.store.disk.format.RecordKind;
import dev.gossamer.node.store.disk.format.ScannedSegment;
import dev.gossamer.node.store.disk.format.SegmentIndex;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Brings what is in the log into the index, from the newest record to the oldest: the first that is
 * met of a place is the truth about it, so each entry can be served as soon as it is here. What is
 * written meanwhile is newer than all of it.
 *
 * <p><b>Threads.</b> One, which may wait.
 */
final class Loader {
    private final LogFolder folder;
    private final DiskIndex index;
    private final Shelf shelf;
    private final Intents intents;
    private final DiskCaches caches;
    private final LongSupplier wallMillis;
    private final Map<String, Integer> numbers = new HashMap<>();

    /** Slots of which everything that is older is void. */
    private final BitSet erased = new BitSet(Slot.COUNT);

    /** Removals that are remembered yet. */
    private final List<Removal> removals = new ArrayList<>();

    private long entries;
    private long latestClock;
    private long suspects;
    private long quarantined;

    /** A tombstone's record. */
    record Removal(int slot, long position, long where, Version version) {}

    Loader(
            LogFolder folder,
            DiskIndex index,
            Shelf shelf,
            Intents intents,
            DiskCaches caches,
            LongSupplier wallMillis) {
        this.folder = folder;
        this.index = index;
        this.shelf = shelf;
        this.intents = intents;
        this.caches = caches;
        this.wallMillis = wallMillis;
        for (int i = 0; i < caches.all().size(); i++) {
            numbers.put(caches.all().get(i).name(), i);
        }
    }

    /** Goes through one segment; they come from the newest to the oldest. */
    void load(Segment segment) throws IOException {
        ScannedSegment scanned = folder.scan(segment, caches::nameOf);
        quarantined += scanned.quarantined().size();
        SegmentIndex facts = scanned.index();
        for (int fact = facts.count() - 1; fact >= 0; fact--) {
            load(segment, facts, fact);
        }
    }

    private void load(Segment segment, SegmentIndex facts, int fact) {
        int slot = facts.slot(fact);
        if (facts.kind(fact) == RecordKind.ERASE_SLOT) {
            erased.set(slot);
            return;
        }
        if (erased.get(slot)) {
            return;
        }
        long position = Integer.toUnsignedLong(facts.position(fact));
        synchronized (index.lock(slot)) {
            if (shelf.takesFound(slot)
                    && !segment.retired().get()
                    && index.find(slot, position) < 0) {
                decide(segment, facts, fact, slot, position);
            }
        }
    }

    private void decide(Segment segment, SegmentIndex facts, int fact, int slot, long position) {
        int cache = numbers.getOrDefault(facts.caches().get(facts.cache(fact)), -1);
        long where = Where.of(segment.address(facts.offset(fact)), facts.length(fact));
        long expiresAt = Integer.toUnsignedLong(facts.expirySeconds(fact)) * 1000;
        long now = wallMillis.getAsLong();
        boolean isOver = expiresAt != 0 && expiresAt <= now;
        Version version = facts.version(fact);
        latestClock = Math.max(latestClock, version.clock());
        if (facts.kind(fact) == RecordKind.TOMBSTONE && !isOver) {
            removals.add(new Removal(slot, position, where, version));
        }
        boolean isKept =
                facts.kind(fact) == RecordKind.VALUE
                        && !isOver
                        && cache >= 0
                        && caches.all().get(cache).rules().isKept();
        if (isKept && intents.isSuspect(Change.placeOf(slot, position), segment.number())) {
            suspects++;
            shelf.erase(slot, position, cache);
            isKept = false;
        }
        if (!isKept
                || !index.put(
                        slot, position, version, cache, where, Marks.expiry(expiresAt, now))) {
            index.put(slot, position, Version.NONE, 0, 0, Marks.VOID);
        } else {
            entries++;
        }
    }

    /** Forgets which places were decided without an entry. */
    void finish() {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            synchronized (index.lock(slot)) {
                SlotTable table = index.tableOrNull(slot);
                for (int row = table == null ? -1 : table.size() - 1; row >= 0; row--) {
                    if ((index.table(slot).marks(row) & Marks.VOID) != 0) {
                        index.remove(slot, row, false);
                    }
                }
            }
        }
    }

    /** Parts of segments that cannot be read. */
    long quarantined() {
        return quarantined;
    }

    List<Removal> removals() {
        return removals;
    }

    /** The latest clock of anything that was found. */
    long latestClock() {
        return latestClock;
    }

    /** Entries found. */
    long entries() {
        return entries;
    }

    /** Entries that were dropped, for a later change may not have reached the log. */
    long suspects() {
        return suspects;
    }
}
