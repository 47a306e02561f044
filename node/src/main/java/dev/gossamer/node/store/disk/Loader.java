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

/**
 * Brings what is in the log into the index, from the newest record to the oldest: the first that is
 * met of a place is the truth about it, so each entry can be served as soon as it is here. What is
 * written meanwhile is newer than all of it. Segments are taken some at a time and brought slot by
 * slot, for a slot's rows are one array that every single row would move half of.
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

    /** How many facts are brought together: 32 bytes each, and 12 more while they are sorted. */
    private static final int BATCH_FACTS_MAX = 1 << 19;

    private final LogFolder folder;
    private final DiskIndex index;
    private final Shelf shelf;
    private final Staging staging;
    private final DiskWatch watch;
    private final BooleanSupplier isOver;
    private final Intents.Suspects suspected;
    private final DiskCaches caches;
    private final Map<String, Integer> numbers = new HashMap<>();

    /** Slots of which everything that is older is void. */
    private final BitSet erased = new BitSet(Slot.COUNT);

    /** Removals that are remembered yet. */
    private final List<Removal> removals = new ArrayList<>();

    private final SlotFill fill;
    private final long nowMillis;
    private FactBatch batch = new FactBatch();

    /** What was written last is asked for first, so it does not wait for many others. */
    private int batchFacts = BATCH_FACTS_MAX / 16;

    private final List<Erasure> erasures = new ArrayList<>();
    private boolean isWhole = true;
    private String lastCache = "";
    private int lastNumber = -1;
    private long entries;
    private long latestClock;
    private long suspects;
    private long quarantined;

    /** A tombstone's record. */
    record Removal(int slot, long position, long where, Version version) {}

    /** A record whose place is to be erased. */
    private record Erasure(
            SegmentIndex facts, int fact, int slot, long position, boolean suspect) {}

    /**
     * @param isOver whether nothing more is to be brought
     */
    Loader(Parts parts, BooleanSupplier isOver) {
        this.folder = parts.folder();
        this.index = parts.index();
        this.shelf = parts.shelf();
        this.staging = parts.staging();
        this.suspected = parts.intents().suspects();
        this.watch = parts.watches().loader();
        this.caches = parts.caches();
        this.nowMillis = parts.wallMillis().getAsLong();
        this.fill = new SlotFill(index);
        this.isOver = isOver;
        for (int i = 0; i < caches.all().size(); i++) {
            numbers.put(caches.all().get(i).name(), i);
        }
    }

    /** Takes one segment; they come from the newest to the oldest. */
    void load(Segment segment) throws IOException {
        ScannedSegment scanned;
        watch.begins();
        try {
            scanned = folder.scan(segment, caches::nameOf, watch);
        } finally {
            watch.ends();
        }
        quarantined += scanned.quarantined().size();
        batch.add(segment, scanned.index());
        if (batch.count() >= batchFacts) {
            batchFacts = Math.min(BATCH_FACTS_MAX, 2 * batchFacts);
            flush();
        }
    }

    /** What was taken is in the index then, if it is not over before that. */
    void flush() {
        FactBatch facts = batch;
        batch = new FactBatch();
        facts.sort(erased);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (!facts.isEmpty(slot)) {
                bring(facts, slot);
            }
            if (isOver.getAsBoolean()) {
                isWhole &= slot == Slot.COUNT - 1;
                return;
            }
        }
    }

    private void bring(FactBatch facts, int slot) {
        synchronized (index.lock(slot)) {
            if (shelf.takesFound(slot)) {
                fill.begin(slot);
                facts.each(
                        slot,
                        (segment, of, fact, position) -> {
                            if (fill.isFree(position)) {
                                judge(segment, of, fact, slot, position);
                            }
                        });
                fill.end();
            }
        }
        erasures.forEach(this::erase);
        erasures.clear();
    }

    private void judge(Segment segment, SegmentIndex facts, int fact, int slot, long position) {
        if (facts.kind(fact) == RecordKind.VALUE) {
            boolean isSuspect = suspected.has(Change.placeOf(slot, position), segment.number());
            if (isSuspect || !isKept(facts, fact)) {
                erasures.add(new Erasure(facts, fact, slot, position, isSuspect));
                return;
            }
        }
        if (!segment.retired().get()) {
            decide(segment, facts, fact, slot, position);
        }
    }

    private boolean isKept(SegmentIndex facts, int fact) {
        int cache = numberOf(facts, fact);
        return cache >= 0 && caches.all().get(cache).rules().isKept();
    }

    /**
     * The place is void, in the log as well. For that the writer may have to be waited for, which
     * gives the log up when erasures are too many, so the slot's lock is not held before.
     */
    private void erase(Erasure what) {
        while (!staging.hasRoom(ERASURE_BYTES) && !isOver.getAsBoolean()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        if (isOver.getAsBoolean()) {
            isWhole = false;
            return;
        }
        int slot = what.slot();
        latestClock = Math.max(latestClock, what.facts().clock(what.fact()));
        synchronized (index.lock(slot)) {
            if (shelf.takesFound(slot) && index.find(slot, what.position()) < 0) {
                int cache = Math.max(0, numberOf(what.facts(), what.fact()));
                shelf.erase(slot, what.position(), cache);
                index.put(slot, what.position(), Version.NONE, 0, 0, Marks.VOID);
                suspects += what.suspect() ? 1 : 0;
            }
        }
    }

    private void decide(Segment segment, SegmentIndex facts, int fact, int slot, long position) {
        long where = Where.of(segment.address(facts.offset(fact)), facts.length(fact));
        long expiresAt = Integer.toUnsignedLong(facts.expirySeconds(fact)) * 1000;
        boolean isExpired = expiresAt != 0 && expiresAt <= nowMillis;
        latestClock = Math.max(latestClock, facts.clock(fact));
        if (facts.kind(fact) == RecordKind.TOMBSTONE && !isExpired) {
            removals.add(new Removal(slot, position, where, facts.version(fact)));
        }
        if (facts.kind(fact) == RecordKind.VALUE
                && !isExpired
                && add(facts, fact, position, where, expiresAt)) {
            entries++;
        } else {
            fill.addVoid(position);
        }
    }

    private boolean add(SegmentIndex facts, int fact, long position, long where, long expiresAt) {
        SegmentIndex.Writer writer = facts.writers().get(facts.writer(fact));
        return fill.add(
                position,
                writer.epoch(),
                facts.clock(fact),
                writer.member().value(),
                numberOf(facts, fact),
                where,
                Marks.expiry(expiresAt, nowMillis));
    }

    /**
     * The number of the record's cache, or −1 when there is none of that name now. Neighbours are
     * mostly of one cache.
     */
    private int numberOf(SegmentIndex facts, int fact) {
        String cache = facts.caches().get(facts.cache(fact));
        if (!cache.equals(lastCache)) {
            lastCache = cache;
            lastNumber = numbers.getOrDefault(cache, -1);
        }
        return lastNumber;
    }

    /** Whether everything that was taken was brought. */
    boolean isWhole() {
        return isWhole;
    }

    /** Forgets which places were decided without an entry. */
    void finish() {
        fill.close();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            synchronized (index.lock(slot)) {
                index.removeVoid(slot);
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
