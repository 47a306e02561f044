package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The entries that this node keeps, by slot, and the rules by which they change.
 *
 * <p><b>Threads.</b> Any thread, event loops too: nothing waits but for the short lock of one
 * slot's writers. Readers take no lock.
 *
 * <p><b>Order.</b> All that changes a slot here happens under one of {@value #STRIPES} locks, slot
 * i under lock i mod {@value #STRIPES}: what is read, the version that is given, and what is stored
 * are one step. Only capacity and expiry take entries without that lock; both leave a key absent,
 * never older.
 */
public final class Keyspace {
    private static final int STRIPES = 1024;

    /** Entries dropped between two releases of the slot's lock. */
    private static final int DROP_BATCH = 256;

    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];
    private final MemoryTier tier;
    private final NamedCaches caches;
    private final HybridClock clock;
    private final LongSupplier wallMillis;
    private final long tombstoneRetentionMillis;
    private final Writer writer;

    /**
     * @param clock gives the versions of this node's writes; shared with whoever else hears of
     *     other members' versions
     * @param self written into the versions that this node gives
     * @param wallMillis milliseconds since 1970
     */
    public Keyspace(
            MemoryTier tier,
            HybridClock clock,
            MemberId self,
            LongSupplier wallMillis,
            KeyspaceSettings settings) {
        this.tier = tier;
        this.caches = new NamedCaches(settings.caches());
        this.clock = clock;
        this.wallMillis = wallMillis;
        this.tombstoneRetentionMillis = settings.tombstoneRetention().toMillis();
        this.writer = new Writer(tier, caches, clock, self, tombstoneRetentionMillis);
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    /**
     * The live entry, or null: expired entries and tombstones are not seen. Counts as a use, for
     * eviction, and as a hit or a miss. O(1); allocates nothing.
     */
    public @Nullable Entry findOrNull(Bytes key) {
        return tier.findOrNull(key);
    }

    /**
     * The entry or tombstone as it is kept, without counting as a use; for transfer, repair and
     * explain. An entry that has expired and not left yet is shown as it is.
     */
    public @Nullable Entry peekOrNull(Bytes key) {
        return tier.peekOrNull(key);
    }

    /**
     * Applies an operation as the slot's primary: checks its condition and the cache's limits,
     * gives it a version greater than any this node has seen (C1), and stores it. An expired entry
     * counts as absent; a write that is expired already leaves a tombstone.
     *
     * @param epoch the epoch of the topology that makes this node the primary
     */
    public Change apply(Operation operation, long epoch) {
        return apply(operation, operation.key().slotIndex(), epoch);
    }

    /** The same, for a caller that knows the slot of the operation's key. */
    public Change apply(Operation operation, int slot, long epoch) {
        ReentrantLock lock = lockOf(slot);
        lock.lock();
        try {
            return writer.apply(operation, new Writer.Moment(epoch, wallMillis.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stores what another owner had, if it is later than what stands here (C8). Its version is
     * witnessed: what this node writes next is later. What has expired on the way still supersedes
     * what is older, and is remembered as a removal is.
     *
     * @return whether it was stored
     * @throws GossamerException {@link ErrorCode#CLOCKDRIFT} when its clock is further ahead than
     *     {@link KeyspaceSettings#driftMax}; nothing is changed then
     */
    public boolean merge(Bytes key, Entry entry) {
        clock.witness(entry.version());
        ReentrantLock lock = lockOf(key.slotIndex());
        lock.lock();
        try {
            Entry standing = tier.peekOrNull(key);
            if (standing != null && !entry.isLaterThan(standing)) {
                return false;
            }
            return keepMerged(key, entry, standing != null);
        } finally {
            lock.unlock();
        }
    }

    private boolean keepMerged(Bytes key, Entry entry, boolean replaces) {
        long now = wallMillis.getAsLong();
        if (!entry.expiredAt(now)) {
            tier.put(key, entry);
            return true;
        }
        long forgetAt =
                entry.isTombstone()
                        ? entry.expiresAtMillis()
                        : Expiries.after(entry.expiresAtMillis(), tombstoneRetentionMillis);
        if (forgetAt > now) {
            tier.put(key, Entry.tombstone(entry.version(), forgetAt));
            return true;
        }
        return replaces && tier.remove(key);
    }

    /** The settings of the cache that the key belongs to. Allocates nothing. */
    public CacheSettings settingsOf(Bytes key) {
        return caches.of(key);
    }

    /** All named caches, the default one first. */
    public List<CacheSettings> caches() {
        return caches.all();
    }

    /**
     * Live entries and tombstones of a slot, in ascending order of the key's hash, from a position
     * on. A walk from position 0 to {@link SlotPage#END} sees every key at least once that is here
     * all the while. Positions are below 2³² and mean the same on every node, so that a walk may go
     * on at another.
     *
     * @param fromPosition 0, or what the page before gave as the next
     * @param entriesMax at least 1; more come only where keys share a hash
     * @param bytesMax of keys and values; a page has at least one entry unless the slot has no more
     */
    public SlotPage page(int slot, long fromPosition, int entriesMax, long bytesMax) {
        long now = wallMillis.getAsLong();
        MemoryTier.KeyPage keys = tier.keysFrom(slot, fromPosition, entriesMax);
        List<Item> items = new ArrayList<>(keys.keys().size());
        long bytes = 0;
        long last = SlotPage.END;
        for (Bytes key : keys.keys()) {
            long position = MemoryTier.positionOf(key);
            if (bytes >= bytesMax && position != last) {
                return new SlotPage(items, position);
            }
            last = position;
            Entry entry = tier.peekOrNull(key);
            if (entry != null && !entry.expiredAt(now)) {
                items.add(new Item(key, entry));
                bytes += key.length() + entry.valueLength();
            }
        }
        return new SlotPage(items, keys.next() < 0 ? SlotPage.END : keys.next());
    }

    /**
     * How many live entries (not tombstones) a slot has here, those included that have expired and
     * not left yet. O(1).
     */
    public int liveCount(int slot) {
        return tier.liveCount(slot);
    }

    /** How many live entries are here. O(slots). */
    public long liveCount() {
        return tier.liveCount();
    }

    /** The bytes that entries, tombstones and their bookkeeping take here. */
    public long bytes() {
        return tier.bytes();
    }

    /** The budget of {@link #bytes}. */
    public long bytesMax() {
        return tier.bytesMax();
    }

    /**
     * Drops all of a slot without tombstones, for this node does not own it any more. What is
     * written meanwhile may stay. Takes as long as there are entries, and leaves room for writers
     * in between; to be called by no event loop.
     *
     * @return entries dropped
     */
    public int dropSlot(int slot) {
        return dropSlot(slot, _ -> true);
    }

    /**
     * The same for some caches only.
     *
     * @param which by the cache's {@link CacheSettings#replication}
     */
    public int dropSlot(int slot, IntPredicate which) {
        int dropped = 0;
        long position = 0;
        while (position != MemoryTier.KeyPage.END) {
            MemoryTier.KeyPage page = tier.keysFrom(slot, position, DROP_BATCH);
            List<Bytes> keys =
                    page.keys().stream()
                            .filter(key -> which.test(settingsOf(key).replication()))
                            .toList();
            dropped += drop(slot, keys);
            position = page.next();
        }
        return dropped;
    }

    private int drop(int slot, List<Bytes> keys) {
        int dropped = 0;
        ReentrantLock lock = lockOf(slot);
        lock.lock();
        try {
            for (Bytes key : keys) {
                dropped += tier.remove(key) ? 1 : 0;
            }
        } finally {
            lock.unlock();
        }
        return dropped;
    }

    private ReentrantLock lockOf(int slot) {
        return stripes[slot & (STRIPES - 1)];
    }

    /**
     * What an operation did here.
     *
     * @param outcome what the caller is told
     * @param changed what the backups must store, as (key, entry or tombstone); empty when nothing
     *     changed
     */
    public record Change(Outcome outcome, List<Item> changed) {
        public Change {
            changed = List.copyOf(changed);
        }
    }

    /** A key and what is kept under it. */
    public record Item(Bytes key, Entry entry) {}

    /**
     * A part of a slot.
     *
     * @param next the position to go on from, or {@link #END}
     */
    public record SlotPage(List<Item> items, long next) {
        public static final long END = -1;
    }
}
