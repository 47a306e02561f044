package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.KeyRanges;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries that this node keeps, by slot, and the rules by which they change.
 *
 * <p><b>Threads.</b> Any thread, event loops too: nothing waits but for the short lock of one
 * slot's writers. Readers take no lock.
 *
 * <p><b>Order.</b> All that changes a slot here happens under one of {@value SlotLocks#COUNT}
 * locks, slot i under lock i mod {@value SlotLocks#COUNT}: what is read, the version that is given,
 * and what is stored are one step. Only capacity and expiry take entries without that lock; both
 * leave a key absent, never older.
 */
public final class Keyspace {
    private final SlotLocks locks = new SlotLocks();
    private final Tiers tiers;
    private final NamedCaches caches;
    private final HybridClock clock;
    private final LongSupplier wallMillis;
    private final Writer writer;
    private final OperationTable operations;
    private final Ledger ledger;
    private final Leases leases;
    private final Reconciliation reconciliation;
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
    private final Tags tags;
    private final TagSweep sweep;
    private final SlotDrop drops;
    private final Arrivals arrivals;
    private final Mutations mutations;

    /** Made once, for every read. */
    private final BiPredicate<Bytes, Entry> isValid;

    /**
     * @param clock gives the versions of this node's writes; shared with whoever else hears of
     *     other members' versions
     * @param self written into the versions that this node gives
     * @param wallMillis milliseconds since 1970
     * @param nanoClock monotonic; the age of operations is counted with it
     */
    public Keyspace(
            Tiers tiers,
            HybridClock clock,
            MemberId self,
            LongSupplier wallMillis,
            LongSupplier nanoClock,
            KeyspaceSettings settings,
            MeterRegistry registry) {
        this.tiers = tiers;
        this.caches = new NamedCaches(settings.caches());
        this.clock = clock;
        this.wallMillis = wallMillis;
        long retentionMillis = settings.tombstoneRetention().toMillis();
        this.leases = new Leases(settings.leases(), nanoClock, registry);
        this.tags = new Tags(clock, caches, settings.tagsBytesMax(), registry);
        this.drops = new SlotDrop(tiers, caches, locks::of);
        this.isValid = tags::isValidForRead;
        this.writer =
                new Writer(tiers, caches, tags, clock, self, retentionMillis, leases, this::tell);
        this.arrivals = new Arrivals(tiers, tags, leases, wallMillis, retentionMillis);
        leases.follow(tags, caches);
        this.operations = new OperationTable(settings, nanoClock, registry);
        this.ledger = new Ledger(settings.ledgerBytesMax(), registry);
        this.reconciliation = new Reconciliation(this, ledger, wallMillis, self);
        this.mutations = new Mutations(wallMillis, settings.mutationsBytesMax(), registry);
        this.sweep = new TagSweep(tiers.memory(), drops, mutations, tags, registry);
        tiers.memory().onLeft(mutations::left);
    }

    /** From now on {@code listener} hears of every change of what stands under a key. */
    public void onChange(ChangeListener listener) {
        listeners.add(listener);
    }

    private void tell(int slot, Bytes key, Version version) {
        for (ChangeListener each : listeners) {
            each.changed(slot, key, version);
        }
    }

    /**
     * The live entry, or null: expired and invalidated entries and tombstones are not seen. Counts
     * as a use, for eviction, and as a hit or a miss. O(1); allocates nothing.
     */
    public @Nullable Entry findOrNull(Bytes key) {
        return tiers.findOrNull(key, isValid);
    }

    /** What is known here of invalidated tags, and so which entries count. */
    public Tags tags() {
        return tags;
    }

    /** The hashes of some tags of the key's cache, as {@link Operation.Put} wants them. */
    public long[] tagsOf(Bytes key, List<Bytes> names) {
        return Tags.hashesOf(caches.of(key), names);
    }

    /**
     * The entry or tombstone as it stands in memory, without counting as a use. An entry that has
     * expired or is invalid and not left yet is shown as it is.
     */
    public @Nullable Entry peekOrNull(Bytes key) {
        return tiers.peekOrNull(key);
    }

    /**
     * The same, read from the SSD where it rests there; for transfer, repair and explain. May wait.
     */
    public @Nullable Entry readOrNull(Bytes key) {
        return tiers.readOrNull(key);
    }

    /**
     * The same where only the version counts, and whether it is a tombstone: the value may be
     * missing. Never waits.
     */
    public @Nullable Entry standingOrNull(Bytes key) {
        return tiers.standingOrNull(key.slotIndex(), key);
    }

    /** Memory, and what rests below it. */
    public Tiers tiers() {
        return tiers;
    }

    /**
     * Applies an operation as the slot's primary: checks its condition and the cache's limits,
     * gives it a version greater than any this node has seen (C1), and stores it. An expired entry
     * counts as absent; a write that is expired already leaves a tombstone, and so does a removal
     * that finds nothing here: see {@link Change#changed}.
     *
     * <p>Refused, to be sent again: {@link ErrorCode#BUSY} when the clock has no time to give;
     * {@link ErrorCode#WRONGEPOCH} when the cache compares epochs first and what stands here is of
     * a later one.
     *
     * @param epoch the epoch of the topology that makes this node the primary
     */
    public Change apply(Operation operation, long epoch) {
        int slot = operation.key().slotIndex();
        return apply(operation, slot, epoch, null, false, Caller.UNKNOWN);
    }

    /**
     * The same, once for an id: when it is known here, nothing is done and the outcome is the first
     * one ({@link Change#repeated}); else it is known from now on, unless the outcome was a refusal
     * to be sent again.
     *
     * @param slot of the operation's key
     * @param caller on whose behalf, for {@link #mutations}
     */
    public Change apply(Operation operation, int slot, long epoch, OperationId id, Caller caller) {
        return apply(operation, slot, epoch, id, false, caller);
    }

    /**
     * The same where nobody else can have a copy: a removal that finds nothing changes nothing.
     *
     * @param id null where none is needed
     */
    public Change applyAlone(
            Operation operation, int slot, long epoch, @Nullable OperationId id, Caller caller) {
        return apply(operation, slot, epoch, id, true, caller);
    }

    private Change apply(
            Operation operation,
            int slot,
            long epoch,
            @Nullable OperationId id,
            boolean alone,
            Caller caller) {
        try (var _ = locks.hold(slot)) {
            // A lease knows its holder itself, and so does not outlive its time here.
            OperationId once = operation instanceof Operation.TakeLease ? null : id;
            Outcome first = once == null ? null : operations.findOrNull(once);
            if (first != null) {
                return new Change(first, List.of(), true);
            }
            Change change = carryOut(operation, slot, epoch, id, alone, caller);
            for (Item item : change.changed()) {
                Version version = item.entry().version();
                tell(slot, item.key(), version);
                mutations.applied(operation, item, version, caller);
            }
            if (once != null && !change.outcome().isToBeSentAgain()) {
                operations.remember(slot, once, change.outcome());
            }
            return change;
        }
    }

    private Change carryOut(
            Operation operation,
            int slot,
            long epoch,
            @Nullable OperationId id,
            boolean alone,
            Caller caller) {
        try {
            long now = wallMillis.getAsLong();
            return writer.apply(
                    operation,
                    new Writer.Moment(epoch, slot, now, alone, id, tags.stamp(), caller));
        } catch (GossamerException e) {
            Outcome refused = new Outcome.Refused(e.code(), String.valueOf(e.getMessage()));
            return new Change(refused, List.of(), false);
        }
    }

    /**
     * Stores what another owner had, if it is later, in the order of its cache, than what stands
     * here (C8). Its version is witnessed: what this node writes next is later. What has expired on
     * the way still supersedes what is older, and is remembered as a removal is.
     *
     * @return whether it was stored
     * @throws GossamerException {@link ErrorCode#CLOCKDRIFT} when its clock is further ahead than
     *     {@link KeyspaceSettings#driftMax}, and {@link ErrorCode#BUSY} when this node's clock
     *     cannot follow it yet; nothing is changed then
     */
    public boolean merge(Bytes key, Entry entry) {
        return merge(key, entry, Mutation.What.TRANSFERRED);
    }

    /** The same of what came for this reason. */
    boolean merge(Bytes key, Entry entry, Mutation.What why) {
        clock.witness(entry.version());
        int slot = key.slotIndex();
        try (var _ = locks.hold(slot)) {
            Entry standing = tiers.standingOrNull(slot, key);
            if (standing != null && !caches.of(key).partition().isLater(entry, standing)) {
                return false;
            }
            boolean stored = arrivals.keep(slot, key, entry, standing != null);
            tell(slot, key, entry.version());
            if (stored) {
                mutations.arrived(why, key, entry);
            }
            return stored;
        }
    }

    /**
     * Merges what the primary wrote together with the operations whose effect it has: whoever looks
     * at the slot's operations sees both or neither. Copies may overtake one another on their way:
     * what {@link MemoryTier#mayHaveOutlived} is not stored, as if it had been evicted, too.
     *
     * @throws GossamerException as {@link #merge(Bytes, Entry)} does
     */
    public void merge(int slot, List<Item> items, List<RecentOperation> effective) {
        try (var _ = locks.hold(slot)) {
            for (Item item : items) {
                if (!tiers.mayHaveOutlived(slot, item.key(), item.entry())) {
                    merge(item.key(), item.entry(), Mutation.What.COPIED);
                }
            }
            for (RecentOperation operation : effective) {
                operations.remember(slot, operation.id(), operation.outcome());
            }
        }
    }

    /**
     * Merges what a member brings from its side of a partition that has healed, as the slot's
     * primary, and writes into the {@link #ledger} what lost by it. A version that was brought
     * before changes nothing.
     *
     * @param blind whether the side that has parted had no copy of what the key was before
     * @throws GossamerException as {@link #merge(Bytes, Entry)} does
     */
    public Merged reconcile(Bytes key, Entry brought, boolean blind) {
        try (var _ = locks.hold(key.slotIndex())) {
            return reconciliation.merge(key, brought, blind);
        }
    }

    /**
     * Remembers a removal that this node's SSD kept over a restart. What stands here is later, for
     * the SSD hears of everything; what is over is not remembered.
     */
    public void recover(int slot, Bytes key, Entry tombstone) {
        try (var _ = locks.hold(slot)) {
            arrivals.recover(slot, key, tombstone);
        }
    }

    /** What has become of keys lately, and who caused it. */
    public Mutations mutations() {
        return mutations;
    }

    /** Who may load what, of the slots that this node is primary of. */
    public Leases leases() {
        return leases;
    }

    /** What was lost when partitions healed, as far as this node was primary. */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * What this node knows of the slot's recent operations, the oldest first; for members that come
     * to own the slot. The list has at most {@link KeyspaceSettings#operationsBytesMax} bytes.
     */
    public List<RecentOperation> recentOperations(int slot) {
        return operations.ofSlot(slot);
    }

    /** What this node knows of an operation, if it is one of the recent ones. */
    public Optional<RecentOperation> operation(OperationId id) {
        Outcome outcome = operations.findOrNull(id);
        return outcome == null ? Optional.empty() : Optional.of(new RecentOperation(id, outcome));
    }

    /** Takes the place of what was known of the same operation. */
    public void remember(int slot, RecentOperation operation) {
        operations.remember(slot, operation.id(), operation.outcome());
    }

    /**
     * Makes the slot's operations those of the primary, whose entries this node has mirrored.
     *
     * @param before what {@link #recentOperations} gave here before the primary was asked: what the
     *     primary does not know of it was never acknowledged and is forgotten. What came since
     *     stays
     */
    public void mirrorOperations(
            int slot, List<RecentOperation> before, List<RecentOperation> ofPrimary) {
        operations.mirror(slot, before, ofPrimary);
    }

    /** The latest time that this node has given or witnessed. */
    public long clock() {
        return clock.latest();
    }

    /**
     * Makes sure that what this node writes from now on is later than that time of another member.
     *
     * @throws GossamerException {@link ErrorCode#CLOCKDRIFT} or {@link ErrorCode#BUSY}, as {@link
     *     #merge(Bytes, Entry)} does
     */
    public void witness(long time) {
        clock.witness(time);
    }

    /**
     * One number over all that is kept of a slot, tombstones too, in caches with more than {@code
     * rank} copies: equal on two nodes, but for a chance of 2⁻⁶⁴, if and only if they have the same
     * keys in the same versions. O(1).
     */
    public long digest(int slot, int rank) {
        return tiers.memory().digest(slot, rank);
    }

    /**
     * Keys and versions of a slot, tombstones too, in caches with more than {@code rank} copies:
     * what {@link #digest} is taken over, up to position {@code to}. See {@link #page}.
     *
     * @param keysMax at least 1; more come only where keys share a hash, fewer where caches have
     *     fewer copies
     */
    public VersionPage versions(int slot, long from, long to, int keysMax, int rank) {
        long asOf = settledClock(slot);
        return VersionPage.of(
                tiers.pageFrom(
                        slot, from, to, keysMax, copies -> copies > rank, Long.MAX_VALUE, false),
                key -> caches.of(key).replication() > rank,
                asOf);
    }

    /**
     * {@link #digest} by ranges. O(entries of the slot); to be called by no event loop.
     *
     * @param ranges a power of two; see {@link KeyRanges}
     */
    public RangeDigests rangeDigests(int slot, int rank, int ranges) {
        return new RangeDigests(settledClock(slot), tiers.rangeDigests(slot, rank, ranges));
    }

    /** A time up to which all that this node wrote in the slot is stored. */
    private long settledClock(int slot) {
        try (var _ = locks.hold(slot)) {
            return clock.latest();
        }
    }

    /**
     * Drops what is here under the key, a tombstone too, without leaving one, unless it is later
     * than the bound in the order of the key's cache.
     *
     * @return whether something was dropped
     */
    public boolean dropUnlessLater(Bytes key, Version bound) {
        try (var _ = locks.hold(key.slotIndex())) {
            Entry entry = standingOrNull(key);
            if (entry == null
                    || caches.of(key).partition().order().compare(entry.version(), bound) > 0
                    || !tiers.remove(key)) {
                return false;
            }
            mutations.left(Mutation.What.DROPPED, key, entry.version(), 0);
            return true;
        }
    }

    /** Forgets what is over; to be called now and then, by no event loop. */
    public void cleanUp() {
        operations.forgetOld();
        leases.cleanUp();
        tiers.memory().cleanUp();
        sweep.step();
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
        return SlotPage.of(tiers, wallMillis.getAsLong(), slot, fromPosition, entriesMax, bytesMax);
    }

    /** {@link #dropSlot(int, IntPredicate, Predicate)} of all caches, without exception. */
    public int dropSlot(int slot) {
        return dropSlot(slot, _ -> true, _ -> false);
    }

    /**
     * Drops all of a slot without tombstones, for this node does not own it any more. What is
     * written meanwhile may stay. Takes as long as there are entries, and leaves room for writers
     * in between; to be called by no event loop.
     *
     * @param which of its caches, by their {@link CacheSettings#replication}
     * @param spared what stays all the same
     * @return entries dropped
     */
    public int dropSlot(int slot, IntPredicate which, Predicate<Version> spared) {
        return drops.drop(slot, which, spared);
    }

    /**
     * What an operation did here.
     *
     * @param outcome what the caller is told
     * @param changed what the backups must store, as (key, entry or tombstone); empty when nothing
     *     changed. With {@link Outcome.Unchanged} a tombstone, for a copy that may be elsewhere
     * @param repeated whether it was applied before and this is its first outcome. What it changed
     *     may not be everywhere yet: the answer waits for what is pending under its keys
     */
    public record Change(Outcome outcome, List<Item> changed, boolean repeated) {
        public Change {
            changed = List.copyOf(changed);
        }
    }

    /** A key and what is kept under it. */
    public record Item(Bytes key, Entry entry) {}

    /** A key and the version of what is kept under it. */
    public record KeyVersion(Bytes key, Version version) {}
}
