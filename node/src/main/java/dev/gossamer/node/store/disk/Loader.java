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
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Brings what is in the log into the index, from the newest record to the oldest: the first that is
 * met of a place is the truth about it, so each entry can be served as soon as it is here. What is
 * written meanwhile is newer than all of it.
 *
 * <p>What is not taken in is erased in the log, if a later start could take it for true: what may
 * be older than it should be, and what is of a cache that is not kept now, for what is written of
 * that from now on does not reach the log.
 *
 * <p><b>Threads.</b> One, which may wait.
 */
final class Loader {
    private static final int ERASURE_BYTES = 1 << 10;
    private static final long PAUSE_NANOS = 1_000_000;

    private final LogFolder folder;
    private final DiskIndex index;
    private final Shelf shelf;
    private final Staging staging;
    private final Intents intents;
    private final DiskWatch watch;
    private final DiskCaches caches;
    private final LongSupplier wallMillis;
    private final BooleanSupplier isOver;
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

    /**
     * @param isOver whether nothing more is to be brought
     */
    Loader(Parts parts, BooleanSupplier isOver) {
        this.folder = parts.folder();
        this.index = parts.index();
        this.shelf = parts.shelf();
        this.staging = parts.staging();
        this.intents = parts.intents();
        this.watch = parts.watches().loader();
        this.caches = parts.caches();
        this.wallMillis = parts.wallMillis();
        this.isOver = isOver;
        for (int i = 0; i < caches.all().size(); i++) {
            numbers.put(caches.all().get(i).name(), i);
        }
    }

    /**
     * Goes through one segment, if it is not over before that; they come from the newest to the
     * oldest.
     */
    void load(Segment segment) throws IOException {
        ScannedSegment scanned;
        watch.begins();
        try {
            scanned = folder.scan(segment, caches::nameOf, watch);
        } finally {
            watch.ends();
        }
        quarantined += scanned.quarantined().size();
        SegmentIndex facts = scanned.index();
        for (int fact = facts.count() - 1; fact >= 0 && !isOver.getAsBoolean(); fact--) {
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
        boolean isUnwanted = isUnwanted(facts, fact);
        boolean isSuspect =
                facts.kind(fact) == RecordKind.VALUE
                        && intents.isSuspect(Change.placeOf(slot, position), segment.number());
        if ((isUnwanted || isSuspect) && !hasRoomToErase()) {
            return;
        }
        synchronized (index.lock(slot)) {
            if (!shelf.takesFound(slot) || index.find(slot, position) >= 0) {
                return;
            }
            if (isUnwanted || isSuspect) {
                erase(facts, fact, slot, position);
                suspects += isSuspect ? 1 : 0;
            } else if (!segment.retired().get()) {
                decide(segment, facts, fact, slot, position);
            }
        }
    }

    private boolean isUnwanted(SegmentIndex facts, int fact) {
        int cache = numberOf(facts, fact);
        return facts.kind(fact) == RecordKind.VALUE
                && (cache < 0 || !caches.all().get(cache).rules().isKept());
    }

    /** The cache's number, or −1 when there is none of that name now. */
    private int numberOf(SegmentIndex facts, int fact) {
        return numbers.getOrDefault(facts.caches().get(facts.cache(fact)), -1);
    }

    /** Waits until the writer has followed: the log is given up when erasures are too many. */
    private boolean hasRoomToErase() {
        while (!staging.hasRoom(ERASURE_BYTES) && !isOver.getAsBoolean()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return !isOver.getAsBoolean();
    }

    /** The place is void, in the log as well. The caller holds the slot's lock. */
    private void erase(SegmentIndex facts, int fact, int slot, long position) {
        latestClock = Math.max(latestClock, facts.version(fact).clock());
        shelf.erase(slot, position, Math.max(0, numberOf(facts, fact)));
        index.put(slot, position, Version.NONE, 0, 0, Marks.VOID);
    }

    private void decide(Segment segment, SegmentIndex facts, int fact, int slot, long position) {
        int cache = numberOf(facts, fact);
        long where = Where.of(segment.address(facts.offset(fact)), facts.length(fact));
        long expiresAt = Integer.toUnsignedLong(facts.expirySeconds(fact)) * 1000;
        long now = wallMillis.getAsLong();
        boolean isExpired = expiresAt != 0 && expiresAt <= now;
        Version version = facts.version(fact);
        latestClock = Math.max(latestClock, version.clock());
        if (facts.kind(fact) == RecordKind.TOMBSTONE && !isExpired) {
            removals.add(new Removal(slot, position, where, version));
        }
        if (facts.kind(fact) != RecordKind.VALUE
                || isExpired
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
