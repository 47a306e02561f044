package dev.gossamer.node.cache;

import dev.gossamer.node.cache.CacheSettings.Partition;
import dev.gossamer.node.cache.Keyspace.Change;
import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Outcome.Applied;
import dev.gossamer.node.cache.Outcome.Refused;
import dev.gossamer.node.cache.Outcome.Unchanged;
import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.Tiers;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Epoch;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.MemberId;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Version;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What each operation does to the key space, with the semantics of Redis 7.4 where Redis has the
 * operation.
 *
 * <p><b>Threads.</b> The caller holds the lock of the operation's slot.
 */
final class Writer {
    private static final byte[] NOTHING = {};

    private final Tiers tiers;
    private final NamedCaches caches;
    private final Tags tags;

    /** Made once, for every read. */
    private final BiPredicate<Bytes, Entry> isValid;

    private final HybridClock clock;
    private final MemberId self;
    private final long tombstoneRetentionMillis;
    private final ChangeListener unkept;
    private final Leases leases;
    private final Lending lending;

    /**
     * @param unkept hears of removals that leave nothing here, and so are in no {@link Change}
     */
    Writer(
            Tiers tiers,
            NamedCaches caches,
            Tags tags,
            HybridClock clock,
            MemberId self,
            long tombstoneRetentionMillis,
            Leases leases,
            ChangeListener unkept) {
        this.unkept = unkept;
        this.tiers = tiers;
        this.caches = caches;
        this.tags = tags;
        this.isValid = tags::isValidForRead;
        this.clock = clock;
        this.self = self;
        this.tombstoneRetentionMillis = tombstoneRetentionMillis;
        this.leases = leases;
        this.lending = new Lending(leases, tags, this);
    }

    /**
     * Under which topology, and when, an operation is applied to a slot.
     *
     * @param alone whether no other member can have a copy of anything in the slot
     * @param idOrNull the name of the call, if it has one
     * @param stamp {@link Tags#stamp} before anything was looked at
     * @param caller on whose behalf
     */
    record Moment(
            long epoch,
            int slot,
            long nowMillis,
            boolean alone,
            @Nullable OperationId idOrNull,
            long stamp,
            Caller caller) {
        Moment at(long later) {
            return new Moment(epoch, slot, nowMillis, alone, idOrNull, later, caller);
        }
    }

    /**
     * @throws GossamerException {@link ErrorCode#BUSY} when the clock has no time to give; nothing
     *     is changed then
     */
    Change apply(Operation operation, Moment at) {
        Refused behind = behindOrNull(operation, at);
        if (behind != null) {
            return nothing(behind);
        }
        Moment now = at;
        Change change = carryOutOrNull(operation, now);
        while (change == null) {
            now = at.at(tags.stamp());
            change = carryOutOrNull(operation, now);
        }
        leases.changed(at.slot(), operation, change.changed());
        return change;
    }

    /** Null when it was overtaken. */
    private @Nullable Change carryOutOrNull(Operation operation, Moment at) {
        try {
            return carryOut(operation, at);
        } catch (Overtaken e) {
            return null;
        }
    }

    /**
     * Some tag was invalidated between the look at what stands and the version: see {@link Tags}.
     */
    private static final class Overtaken extends RuntimeException {
        Overtaken() {
            super(null, null, false, false);
        }
    }

    /** A version for what is made of something older, which still counts at that version. */
    private Version versionOver(boolean older, Moment at) {
        Version version = version(at);
        if (older && tags.stamp() != at.stamp()) {
            throw new Overtaken();
        }
        return version;
    }

    /**
     * Where the epoch is compared first, a version of this epoch cannot follow one of a later: who
     * was deposed and does not know it yet may not write. Where the clock is, it has witnessed all
     * that stands here.
     */
    private @Nullable Refused behindOrNull(Operation operation, Moment at) {
        if (!caches.anyConsistent()) {
            return null;
        }
        if (operation instanceof Operation.PutAllIfAbsent all) {
            for (Operation.Pair pair : all.pairs()) {
                Refused refused = behindOrNull(pair.key(), at);
                if (refused != null) {
                    return refused;
                }
            }
            return null;
        }
        return behindOrNull(operation.key(), at);
    }

    private @Nullable Refused behindOrNull(Bytes key, Moment at) {
        if (caches.of(key).partition() == Partition.AVAILABLE) {
            return null;
        }
        Entry standing = tiers.standingOrNull(at.slot(), key);
        return standing == null || standing.epoch() <= at.epoch()
                ? null
                : new Refused(
                        ErrorCode.WRONGEPOCH,
                        "the key was written under epoch "
                                + Epoch.text(standing.epoch())
                                + ", and this member goes by "
                                + Epoch.text(at.epoch()));
    }

    private Change carryOut(Operation operation, Moment at) {
        return switch (operation) {
            case Operation.Put put -> put(put, false, at);
            case Operation.Remove remove -> remove(remove, at);
            case Operation.Expire expire -> expire(expire, at);
            case Operation.Append append -> append(append, at);
            case Operation.SetRange setRange -> setRange(setRange, at);
            case Operation.Increment increment -> increment(increment, at);
            case Operation.IncrementDecimal increment -> incrementDecimal(increment, at);
            case Operation.PutAllIfAbsent all -> putAllIfAbsent(all, at);
            case Operation.TakeLease take -> nothing(lending.take(take, at));
            case Operation.Fill fill -> lending.fill(fill, at);
            case Operation.EndLease end -> lending.end(end, at);
        };
    }

    /** Of a value that was looked up elsewhere: it counts at its version, or is looked at again. */
    Change putLoaded(Operation.Put put, Moment at) {
        return put(put, true, at);
    }

    private Change put(Operation.Put put, boolean loaded, Moment at) {
        CacheSettings cache = caches.of(put.key());
        Refused refused = Limits.refusalOrNull(cache, put.key(), put.value().length);
        if (refused != null) {
            return nothing(refused);
        }
        // Half of what a plain SET costs is the look-up, so who does not care what stands here
        // skips it.
        Entry live = put.looks() ? liveOrNull(put.key(), at) : null;
        Entry previous = put.wantPrevious() ? live : null;
        if (!Conditions.hold(put.condition(), live)) {
            return nothing(new Unchanged(previous));
        }
        long expiresAt = Expiries.resolve(put.expiry(), cache, live, at.nowMillis());
        Version version = versionOver(loaded || live != null, at);
        Entry entry = entry(put.value(), version, expiresAt, put.tags(), at);
        return keep(put.key(), entry, new Applied(version, 0, null, previous), at);
    }

    private Change remove(Operation.Remove remove, Moment at) {
        Entry live = liveOrNull(remove.key(), at);
        if (live == null) {
            return removeAbsent(remove.key(), at);
        }
        Entry previous = remove.wantPrevious() ? live : null;
        if (!Conditions.hold(remove.condition(), live)) {
            return nothing(new Unchanged(previous));
        }
        Version version = version(at);
        Applied applied = new Applied(version, 0, null, previous);
        return keep(remove.key(), tombstone(version, at), applied, at);
    }

    /**
     * Capacity and expiry take entries at each member by itself, so a copy may still stand where
     * this node has none. The caller hears that there was nothing, and may rely on it whatever its
     * condition was: so the copy must not be found when its holder becomes the primary (C8), and a
     * tombstone goes there as if something had been removed. Where one stands already, it did. Who
     * is alone needs none, but near copies may stand anywhere, so it is told all the same.
     *
     * <p>When there is no room for so many tombstones, the oldest are forgotten early; they have
     * ousted the copies by then.
     */
    private Change removeAbsent(Bytes key, Moment at) {
        if (at.alone()) {
            unkept.changed(at.slot(), key, version(at));
            return nothing(new Unchanged(null));
        }
        Entry standing = tiers.peekOrNull(key);
        if (standing != null && standing.isTombstone()) {
            return nothing(new Unchanged(null));
        }
        Entry tombstone = tombstone(version(at), at);
        tiers.put(at.slot(), key, tombstone);
        return new Change(new Unchanged(null), List.of(new Item(key, tombstone)), false);
    }

    private Change expire(Operation.Expire expire, Moment at) {
        Entry live = liveOrNull(expire.key(), at);
        Entry previous = expire.wantPrevious() ? live : null;
        CacheSettings cache = caches.of(expire.key());
        long expiresAt = Expiries.resolve(expire.expiry(), cache, live, at.nowMillis());
        if (live == null) {
            return isOver(expiresAt, at)
                    ? removeAbsent(expire.key(), at)
                    : nothing(new Unchanged(null));
        }
        boolean stays = expiresAt == Entry.NEVER && live.expiresAtMillis() == Entry.NEVER;
        boolean asked = !(expire.expiry() instanceof Operation.Expiry.Keep);
        if (stays || !asked || !Conditions.hold(expire.condition(), live, expiresAt)) {
            return nothing(new Unchanged(previous));
        }
        Version version = versionOver(live != null, at);
        Entry entry = entry(live.value(), version, expiresAt, live.tags(), at);
        return keep(expire.key(), entry, new Applied(version, 0, null, previous), at);
    }

    private Change append(Operation.Append append, Moment at) {
        Entry live = liveOrNull(append.key(), at);
        byte[] present = live == null ? NOTHING : live.value();
        byte[] suffix = append.suffix();
        long length = (long) present.length + suffix.length;
        CacheSettings cache = caches.of(append.key());
        Refused refused = Limits.growthRefusalOrNull(cache, append.key(), length);
        if (refused != null) {
            return nothing(refused);
        }
        byte[] value = Arrays.copyOf(present, (int) length);
        System.arraycopy(suffix, 0, value, present.length, suffix.length);
        return rewrite(append.key(), live, value, length, null, at);
    }

    private Change setRange(Operation.SetRange setRange, Moment at) {
        Entry live = liveOrNull(setRange.key(), at);
        byte[] present = live == null ? NOTHING : live.value();
        byte[] patch = setRange.patch();
        if (setRange.offset() < 0) {
            return nothing(new Refused(ErrorCode.ERR, "offset is out of range"));
        }
        if (patch.length == 0) {
            Version version = live == null ? Version.NONE : live.version();
            return nothing(new Applied(version, present.length, null, null));
        }
        long length = Math.max(present.length, (long) setRange.offset() + patch.length);
        CacheSettings cache = caches.of(setRange.key());
        Refused refused = Limits.growthRefusalOrNull(cache, setRange.key(), length);
        if (refused != null) {
            return nothing(refused);
        }
        byte[] value = Arrays.copyOf(present, (int) length);
        System.arraycopy(patch, 0, value, setRange.offset(), patch.length);
        return rewrite(setRange.key(), live, value, length, null, at);
    }

    private Change increment(Operation.Increment increment, Moment at) {
        Entry live = liveOrNull(increment.key(), at);
        OptionalLong present = live == null ? OptionalLong.of(0) : IntegerText.parse(live.value());
        if (present.isEmpty()) {
            return nothing(new Refused(ErrorCode.ERR, "value is not an integer or out of range"));
        }
        long before = present.getAsLong();
        long sum = before + increment.delta();
        if (((before ^ sum) & (increment.delta() ^ sum)) < 0) {
            return nothing(new Refused(ErrorCode.ERR, "increment or decrement would overflow"));
        }
        return rewriteNumber(increment.key(), live, IntegerText.format(sum), sum, null, at);
    }

    private Change incrementDecimal(Operation.IncrementDecimal increment, Moment at) {
        Entry live = liveOrNull(increment.key(), at);
        Optional<BigDecimal> present =
                live == null ? Optional.of(BigDecimal.ZERO) : DecimalText.parse(live.value());
        if (present.isEmpty()) {
            return nothing(new Refused(ErrorCode.ERR, "value is not a valid float"));
        }
        if (!DecimalText.inRange(increment.delta())) {
            return nothing(notFinite());
        }
        BigDecimal sum = DecimalText.sum(present.get(), increment.delta());
        if (!DecimalText.inRange(sum)) {
            return nothing(notFinite());
        }
        String text = DecimalText.format(sum);
        byte[] value = text.getBytes(StandardCharsets.US_ASCII);
        return rewriteNumber(increment.key(), live, value, 0, text, at);
    }

    /** Why nothing can be kept under the key, or null. */
    @Nullable Refused refusalOrNull(Bytes key) {
        return Limits.refusalOrNull(caches.of(key), key, 0);
    }

    private static Refused notFinite() {
        return new Refused(ErrorCode.ERR, "increment would produce NaN or Infinity");
    }

    /** One version for all pairs: they are one write. */
    private Change putAllIfAbsent(Operation.PutAllIfAbsent all, Moment at) {
        int slot = at.slot();
        Map<Bytes, byte[]> values = new LinkedHashMap<>();
        for (Operation.Pair pair : all.pairs()) {
            Refused refused = refusalOrNull(pair, slot);
            if (refused != null) {
                return nothing(refused);
            }
            values.put(pair.key(), pair.value());
        }
        for (Bytes key : values.keySet()) {
            if (liveOrNull(key, at) != null) {
                return nothing(new Unchanged(null));
            }
        }
        Version version = version(at);
        List<Item> changed = new ArrayList<>(values.size());
        values.forEach((key, value) -> changed.add(putNew(key, value, version, at)));
        return new Change(new Applied(version, 0, null, null), changed, false);
    }

    private @Nullable Refused refusalOrNull(Operation.Pair pair, int slot) {
        if (pair.key().slotIndex() != slot) {
            return new Refused(ErrorCode.CROSSSLOT, "Keys in request don't hash to the same slot");
        }
        return Limits.refusalOrNull(caches.of(pair.key()), pair.key(), pair.value().length);
    }

    private Item putNew(Bytes key, byte[] value, Version version, Moment at) {
        long expiresAt =
                Expiries.resolve(
                        Operation.Expiry.CACHE_DEFAULT, caches.of(key), null, at.nowMillis());
        Entry entry = entry(value, version, expiresAt, Tags.NONE, at);
        tiers.put(at.slot(), key, entry);
        return new Item(key, entry);
    }

    private Change rewriteNumber(
            Bytes key,
            @Nullable Entry live,
            byte[] value,
            long number,
            @Nullable String text,
            Moment at) {
        Refused refused = Limits.refusalOrNull(caches.of(key), key, value.length);
        return refused != null ? nothing(refused) : rewrite(key, live, value, number, text, at);
    }

    /** A read-modify-write: the expiry and the tags stay as they were. */
    private Change rewrite(
            Bytes key,
            @Nullable Entry live,
            byte[] value,
            long number,
            @Nullable String text,
            Moment at) {
        long expiresAt =
                Expiries.resolve(Operation.Expiry.KEEP, caches.of(key), live, at.nowMillis());
        Version version = versionOver(live != null, at);
        long[] kept = live == null ? Tags.NONE : live.tags();
        Entry entry = entry(value, version, expiresAt, kept, at);
        return keep(key, entry, new Applied(version, number, text, null), at);
    }

    Change keep(Bytes key, Entry entry, Applied applied, Moment at) {
        tiers.put(at.slot(), key, entry);
        return new Change(applied, List.of(new Item(key, entry)), false);
    }

    static Change nothing(Outcome outcome) {
        return new Change(outcome, List.of(), false);
    }

    /** The entry, or, when it expired before it was written, the tombstone that it is now. */
    private Entry entry(
            byte[] value, Version version, long expiresAtMillis, long[] depends, Moment at) {
        return isOver(expiresAtMillis, at)
                ? tombstone(version, at)
                : Entry.of(value, version, expiresAtMillis, depends);
    }

    private static boolean isOver(long expiresAtMillis, Moment at) {
        return expiresAtMillis != Entry.NEVER && expiresAtMillis <= at.nowMillis();
    }

    Entry tombstone(Version version, Moment at) {
        return Entry.tombstone(version, Expiries.after(at.nowMillis(), tombstoneRetentionMillis));
    }

    Version version(Moment at) {
        return new Version(at.epoch(), clock.next(at.nowMillis()), self);
    }

    /** The live entry, which counts as used, or null. */
    @Nullable Entry useOrNull(Bytes key) {
        return tiers.findOrNull(key, isValid);
    }

    /**
     * What the operation goes by.
     *
     * @throws GossamerException {@link ErrorCode#BUSY} when it has gone to the SSD since it was
     *     looked for in memory: what is there must not be taken for nothing
     */
    @Nullable Entry liveOrNull(Bytes key, Moment at) {
        Entry entry = tiers.peekValueOrNull(key);
        if (entry == null && tiers.isCold(at.slot(), key)) {
            throw new GossamerException(ErrorCode.BUSY, "the entry has just gone to the SSD");
        }
        return entry == null || entry.expiredAt(at.nowMillis()) || !tags.isValid(key, entry)
                ? null
                : entry;
    }
}
