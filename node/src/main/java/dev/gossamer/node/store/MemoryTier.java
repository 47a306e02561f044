package dev.gossamer.node.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.gossamer.node.store.Tombstones.Grave;
import dev.gossamer.protocol.Bytes;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * L1: entries in this node's memory, bounded by bytes, the removals that are remembered, and the
 * index and the digest of what each slot has.
 *
 * <p>Caffeine decides which live entries stay (Einziger, Friedman, Manes, "TinyLFU: A Highly
 * Efficient Cache Admission Policy", 2017); tombstones stay until their time is over or their own
 * budget is used up, the oldest going first. Every change, of either kind, runs inside the map's
 * atomic computation for its key, and Caffeine evicts and expires inside the same, so for each key
 * the index, the digest, the counts and the bytes change in exactly the order in which the key
 * does: (1) a key is in the index if and only if it is in the map or has a tombstone, never both,
 * for whoever looks from inside such a computation; (2) from outside, an index may show a key a
 * moment before or after the map does, never for longer than that computation.
 *
 * <p><b>Threads.</b> Any, event loops too. Reading takes no lock and allocates nothing.
 *
 * <p><b>Cost.</b> Reading is one look-up. The policy's upkeep runs on the threads that read and
 * write, a few entries at a time; the upkeep of whoever finds it under way is done by the other.
 *
 * <p><b>Bound.</b> Bytes beyond the budget are at most {@link #slackBytes}, and one entry for each
 * thread that writes at the moment: a writer that finds more waits until the surplus is evicted.
 * Tombstones pass theirs by one for each thread that removes at the moment.
 *
 * <p><b>Expiry.</b> An expired entry is not found from the moment on, and leaves with the next
 * {@link #cleanUp}, which the root calls every {@value #CLEAN_UP_INTERVAL_MILLIS} ms, to within
 * about a second: Caffeine's timer wheel is that coarse. A tombstone whose time is over leaves
 * then, too, once those before it have left.
 */
public final class MemoryTier {
    /**
     * What an entry costs beside the bytes of key and value, measured on JDK 25 with compressed
     * references: docs/memory.md lists the parts, and MemoryAccountingTest holds it against the
     * heap.
     */
    public static final int ENTRY_OVERHEAD_BYTES = 240;

    /** What a tombstone costs beside the bytes of its key, measured likewise. */
    public static final int TOMBSTONE_OVERHEAD_BYTES = 200;

    /** What the tags of an entry cost, beside 8 bytes for each of them; measured likewise. */
    public static final int TAGS_OVERHEAD_BYTES = 24;

    /** How often the root calls {@link #cleanUp}. */
    public static final long CLEAN_UP_INTERVAL_MILLIS = 1_000;

    private static final int SURPLUS_ATTEMPTS = 200;
    private static final long SURPLUS_PAUSE_NANOS = 50_000;
    private static final int INITIAL_ENTRIES_MAX = 1 << 16;

    private final MemorySettings settings;
    private final LongSupplier wallMillis;
    private final Cache<Bytes, Entry> cache;
    private final ConcurrentMap<Bytes, Entry> map;
    private final Policy<Bytes, Entry> policy;
    private final TierBooks books;
    private final Tombstones tombstones;
    private final Moves moves;
    private final TierCounts counts = new TierCounts();
    private final long bytesLimit;
    private volatile LeftListener leftListener = (_, _, _) -> {};
    private volatile LowerTier lower = LowerTier.NONE;

    /**
     * @param nanoClock monotonic; Caffeine's ticker
     * @param wallMillis milliseconds since 1970, what an entry's expiry is compared with
     * @param copies how many copies a key's cache wants, for the digests; always the same for a key
     */
    public MemoryTier(
            MemorySettings settings,
            LongSupplier nanoClock,
            LongSupplier wallMillis,
            ToIntFunction<Bytes> copies,
            MeterRegistry registry) {
        this.settings = settings;
        this.wallMillis = wallMillis;
        this.books = new TierBooks(copies);
        this.moves = books.moves();
        this.tombstones = new Tombstones(settings.tombstoneBytesMax(), nanoClock);
        this.bytesLimit = settings.bytesMax() + slackBytes(settings.bytesMax());
        // The caller's thread does the upkeep: on few cores a hand-over costs more than the work.
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(settings.bytesMax())
                        .weigher(MemoryTier::weightOf)
                        .expireAfter(new UntilExpiry(wallMillis))
                        .ticker(nanoClock::getAsLong)
                        .executor(Runnable::run)
                        .initialCapacity(initialEntries(settings.bytesMax()))
                        .evictionListener(this::left)
                        .build();
        this.map = cache.asMap();
        this.policy = cache.policy();
        counts.register(registry, this);
    }

    /** From now on this one, and no other, hears of entries that are evicted or expire. */
    public void onLeft(LeftListener listener) {
        leftListener = listener;
    }

    /** From now on what leaves for want of room may rest there. To be called once, at the start. */
    public void under(LowerTier tier) {
        lower = tier;
    }

    /** What follows from what is kept. */
    TierBooks books() {
        return books;
    }

    /** What the tier under this one counts with. */
    public LowerAccounts accounts() {
        return books;
    }

    /** The live entry, or null. Counts as a use, and as a hit or a miss. */
    public @Nullable Entry findOrNull(Bytes key) {
        return findOrNull(key, (_, _) -> true);
    }

    /** The same, where an entry that the caller does not take for valid counts as absent. */
    public @Nullable Entry findOrNull(Bytes key, BiPredicate<Bytes, Entry> isValid) {
        Entry entry = cache.getIfPresent(key);
        if (entry == null || isExpired(entry) || !isValid.test(key, entry)) {
            counts.missed();
            return null;
        }
        counts.hit();
        return entry;
    }

    /**
     * What is kept under the key, a tombstone or an expired entry that has not left yet too, or
     * null. No use, no hit, no miss.
     */
    public @Nullable Entry peekOrNull(Bytes key) {
        while (true) {
            long cleared = tombstones.cleared();
            Entry entry = policy.getIfPresentQuietly(key);
            if (entry == null) {
                entry = tombstones.findOrNull(key);
            }
            // A tombstone that gives way to an entry between the two looks is missed by both.
            if (entry != null || cleared == tombstones.cleared()) {
                return entry;
            }
        }
    }

    /** The same, of live entries and expired ones only. */
    public @Nullable Entry peekValueOrNull(Bytes key) {
        return policy.getIfPresentQuietly(key);
    }

    /** Keeps the entry in place of any other. What is too large for the budget leaves at once. */
    public void put(Bytes key, Entry entry) {
        put(key.slotIndex(), key, entry);
    }

    /** The same, for a caller that knows the key's slot. */
    public void put(int slot, Bytes key, Entry entry) {
        if (entry.isTombstone()) {
            bury(slot, key, entry);
        } else {
            keep(slot, key, entry);
        }
    }

    private void keep(int slot, Bytes key, Entry entry) {
        change(key, new Change(slot, entry));
        if (books.bytes() > bytesLimit) {
            evictSurplus();
        }
    }

    private void bury(int slot, Bytes key, Entry tombstone) {
        change(key, new Change(slot, tombstone));
        Grave surplus = tombstones.surplusOrNull();
        while (surplus != null) {
            forget(surplus);
            surplus = tombstones.surplusOrNull();
        }
    }

    private void change(Bytes key, Change change) {
        try {
            map.compute(key, change);
        } finally {
            if (change.isMove) {
                moves.end(change.slot);
            }
        }
        Grave left = change.left;
        if (left != null) {
            tombstones.clear(left);
        }
    }

    /** What stands under one key gives way to something else or, where that is null, to nothing. */
    private final class Change implements BiFunction<Bytes, @Nullable Entry, @Nullable Entry> {
        private final int slot;
        private final @Nullable Entry after;

        /** The tombstone that gave way. */
        private @Nullable Grave left;

        private boolean changed;
        private boolean isMove;

        Change(int slot, @Nullable Entry after) {
            this.slot = slot;
            this.after = after;
        }

        /** Inside the key's atomic computation. */
        @Override
        public @Nullable Entry apply(Bytes key, @Nullable Entry live) {
            Entry before = live;
            if (live == null) {
                // Something may rest below that gives way to this.
                moves.begin(slot);
                isMove = true;
                left = tombstones.leaveOrNull(key);
                before = left == null ? null : left.tombstone();
            }
            if (after == null || after.isTombstone()) {
                return removed(key, live, before);
            }
            books.account(slot, key, before, after);
            lower.written(slot, key, after);
            return after;
        }

        private @Nullable Entry removed(Bytes key, @Nullable Entry live, @Nullable Entry before) {
            if (after != null) {
                tombstones.add(key, after, after.expiresAtMillis() - wallMillis.getAsLong());
                lower.removed(slot, key, after);
            } else if (lower.dropped(slot, key)) {
                changed = true;
            }
            changed |= before != null || after != null;
            if (before != null || after != null) {
                books.account(slot, key, before, after);
            }
            if (live != null || (before != null && after == null)) {
                counts.removed();
            }
            return null;
        }
    }

    private void forget(Grave grave) {
        map.compute(
                grave.key(),
                (key, live) -> {
                    if (tombstones.leave(grave)) {
                        books.account(key.slotIndex(), key, grave.tombstone(), null);
                        counts.forgot(tombstones.isOver(grave));
                    }
                    return live;
                });
        tombstones.clear(grave);
    }

    /**
     * A writer that was suspended while it told Caffeine of its entry hides those of later writers
     * for as long, so one attempt may find nothing to evict.
     */
    private void evictSurplus() {
        for (int attempt = 0; books.bytes() > bytesLimit && attempt < SURPLUS_ATTEMPTS; attempt++) {
            if (attempt > 0) {
                LockSupport.parkNanos(SURPLUS_PAUSE_NANOS);
            }
            cache.cleanUp();
        }
    }

    /** Forgets the key and what stands under it, a tombstone too. */
    public boolean remove(Bytes key) {
        Change change = new Change(key.slotIndex(), null);
        change(key, change);
        return change.changed;
    }

    /**
     * One number over all that a slot has here, tombstones too, in caches with more than {@code
     * rank} copies: equal on two nodes, but for a chance of 2⁻⁶⁴, if and only if they have the same
     * keys in the same versions. An entry that has expired counts until it has left. O(1).
     */
    public long digest(int slot, int rank) {
        return books.digest(slot, rank);
    }

    /** Keys of a slot in the order of their positions, from {@code position} on. */
    public KeyPage keysFrom(int slot, long position, int keysMax) {
        return books.index().keysFrom(slot, position, KeyRanges.END, keysMax);
    }

    /** The same, of the keys before position {@code to} alone. */
    public KeyPage keysFrom(int slot, long position, long to, int keysMax) {
        return books.index().keysFrom(slot, position, to, keysMax);
    }

    /** Where a key stands in the order of its slot: from 0 to 2³² − 1, the same on every node. */
    public static long positionOf(Bytes key) {
        return Integer.toUnsignedLong(KeyOrder.of(key));
    }

    /** How many entries of a slot are here, tombstones not counted. O(1). */
    public int liveCount(int slot) {
        return books.index().liveCount(slot);
    }

    /** How many entries are here, tombstones not counted. */
    public long liveCount() {
        return books.index().liveCount();
    }

    /** Told of removals. */
    @FunctionalInterface
    public interface TombstoneVisitor<E extends Exception> {
        void visit(int slot, Bytes key, Entry tombstone) throws E;
    }

    /** Names all removals that are remembered; those that come or leave meanwhile may be missed. */
    public <E extends Exception> void eachTombstone(TombstoneVisitor<E> visitor) throws E {
        for (Grave grave : tombstones.all()) {
            visitor.visit(grave.key().slotIndex(), grave.key(), grave.tombstone());
        }
    }

    public long tombstoneCount() {
        return tombstones.count();
    }

    /** The bytes that remembered removals take. */
    public long tombstoneBytes() {
        return tombstones.bytes();
    }

    public long tombstoneBytesMax() {
        return tombstones.bytesMax();
    }

    /** The bytes that keys, values and their bookkeeping take; tombstones are counted apart. */
    public long bytes() {
        return books.bytes();
    }

    public long bytesMax() {
        return settings.bytesMax();
    }

    /** How far the bytes may pass the budget before a writer waits. */
    public static long slackBytes(long bytesMax) {
        return Math.max(bytesMax >>> 7, 64 << 10);
    }

    /**
     * Lets expired entries and tombstones leave and the policy catch up. To be called by no event
     * loop.
     */
    public void cleanUp() {
        cache.cleanUp();
        Grave overdue = tombstones.overdueOrNull();
        while (overdue != null) {
            forget(overdue);
            overdue = tombstones.overdueOrNull();
        }
    }

    /** What an entry or a tombstone counts towards its budget. */
    public static int weightOf(Bytes key, Entry entry) {
        int overhead = entry.isTombstone() ? TOMBSTONE_OVERHEAD_BYTES : ENTRY_OVERHEAD_BYTES;
        int tags = entry.tags().length;
        return overhead
                + align(key.length())
                + align(entry.valueLength())
                + (tags == 0 ? 0 : TAGS_OVERHEAD_BYTES + tags * Long.BYTES);
    }

    /**
     * Compares map, index, counts and bytes with one another; only while nobody writes. Entries
     * that have expired and not left yet are hidden by the map, so let them leave first for a whole
     * check.
     *
     * @throws IllegalStateException when they differ
     */
    void check() {
        cleanUp();
        books.index().check();
        new TierCheck(map, tombstones, books.digests(), this, cache.estimatedSize()).run();
    }

    private static int align(int length) {
        return (length + 7) & ~7;
    }

    private static int initialEntries(long bytesMax) {
        return (int) Math.min(INITIAL_ENTRIES_MAX, bytesMax / (4L * ENTRY_OVERHEAD_BYTES));
    }

    /** Whether the entry has not expired by now. */
    boolean isLive(Entry entry) {
        return !entry.isTombstone() && !isExpired(entry);
    }

    private boolean isExpired(Entry entry) {
        return entry.expiresAtMillis() != Entry.NEVER && entry.expiredAt(wallMillis.getAsLong());
    }

    /** Caffeine's listener: it is called inside the key's atomic computation. */
    private void left(@Nullable Bytes key, @Nullable Entry entry, RemovalCause cause) {
        if (key == null || entry == null) {
            throw new IllegalStateException("a strong reference was collected");
        }
        int slot = key.slotIndex();
        boolean expired = cause == RemovalCause.EXPIRED;
        counts.left(cause);
        if (expired) {
            lower.expired(slot, key, entry);
        } else if (sinks(slot, key, entry)) {
            return;
        }
        books.account(slot, key, entry, null);
        leftListener.left(key, entry, expired);
    }

    private boolean sinks(int slot, Bytes key, Entry entry) {
        moves.begin(slot);
        try {
            boolean taken = lower.takes(slot, key, entry);
            if (taken) {
                books.cease(slot, key, entry);
            }
            return taken;
        } finally {
            moves.end(slot);
        }
    }

    /**
     * Takes up what was read from the tier below, if it still rests there and nothing stands here.
     *
     * @return whether it stands here now; it may leave at once for want of room
     */
    public boolean raise(int slot, Bytes key, Entry entry) {
        boolean[] raised = new boolean[1];
        moves.begin(slot);
        try {
            map.compute(
                    key,
                    (_, live) -> {
                        raised[0] =
                                live == null
                                        && tombstones.findOrNull(key) == null
                                        && lower.raises(slot, key, entry);
                        if (!raised[0]) {
                            return live;
                        }
                        books.account(slot, key, null, entry);
                        return entry;
                    });
        } finally {
            moves.end(slot);
        }
        if (raised[0] && books.bytes() > bytesLimit) {
            evictSurplus();
        }
        return raised[0];
    }

    /**
     * A part of a slot's keys.
     *
     * @param next the position to go on from, or {@link #END}
     */
    public record KeyPage(List<Bytes> keys, long next) {
        public static final long END = -1;

        static final KeyPage NONE = new KeyPage(List.of(), END);
    }
}
