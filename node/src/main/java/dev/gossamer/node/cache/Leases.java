package dev.gossamer.node.cache;

import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.ErrorCode;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.OperationId;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may load which missing key (C7), as the primaries of the keys' slots know it; and which keys
 * their origins are known not to have. The leases are those of memcached (Nishtala et al., "Scaling
 * Memcache at Facebook", 2013), made exact: what they do by chance of a miss is done here under the
 * slot's lock.
 *
 * <p><b>One lease.</b> A key has at most one at a time. Its token is a version that nothing else
 * has ever had (C1), so it fences: tokens of one key grow, across failover too, and an origin may
 * compare them.
 *
 * <p><b>Overtaken.</b> A lease ends when its key is written, removed or expired by anybody, whether
 * there was something to remove or not; when its slot gets another primary; when its time is over
 * and somebody else asks. A fill under a lease that has ended is refused (C6). Until somebody else
 * asks, a loader that is late may still fill, for as long again as it had: else a load that always
 * takes a little longer than its lease would never be kept.
 *
 * <p><b>Leases do not move.</b> A new primary knows none, and so refuses the tokens of the old one.
 *
 * <p><b>Threads.</b> Any. What must be one step with a change of the key ({@link #take}, {@link
 * #isHeld}, {@link #filled}, {@link #changed}) is called under the lock of the key's slot.
 *
 * <p><b>Cost.</b> A write looks at one array element while its slot has no lease.
 */
public final class Leases {
    /** The longest that a key is known to be absent. */
    public static final Duration ABSENT_MAX = Duration.ofHours(1);

    /**
     * What a lease takes: itself, its token, its place in the map. Its caller is the one of a
     * connection, and is no more than a reference here.
     */
    static final int LEASE_BYTES = 296;

    /** What one who waits takes, its request on this node included. */
    static final int WAITER_BYTES = 160;

    /** What is known to be absent may take this share, so that leases always find room. */
    private static final int ABSENT_SHARE = 2;

    /** A full table is looked through for what is over no more often than this. */
    private static final long SWEEP_PAUSE_NANOS = 100_000_000;

    private final LeaseSettings settings;
    private final LongSupplier nanoClock;
    private final LeaseMeters meters = new LeaseMeters();
    private final AtomicIntegerArray bySlot = new AtomicIntegerArray(Slot.COUNT);

    /** Guarded by this, as all below. */
    private final Map<Bytes, Held> byKey = new HashMap<>();

    private long bytes;
    private long absentBytes;
    private int waiters;
    private long sweptAtNanos;

    /** Hears that it is worth asking again. */
    public interface Waiter {
        /** Called at most once, under locks, by any thread: to be handed over and no more. */
        void over();
    }

    /** What became of asking for a lease. */
    sealed interface Taken {
        /** The asker has it, for so long. */
        record Given(Version token, long leftNanos) implements Taken {}

        /** Somebody else has it, at most for so long. */
        record Busy(long leftNanos) implements Taken {}

        /** The origin has nothing under the key; nobody needs to ask it for so long. */
        record Absent(long leftNanos) implements Taken {}
    }

    /** Why a lease has ended. */
    enum End {
        FILLED,
        DROPPED,
        OVERTAKEN,
        TIMED_OUT,
        REVOKED
    }

    /**
     * A lease that somebody has.
     *
     * @param ageMillis since it was given
     * @param leftMillis until its time is over
     * @param waiting how many wait at this node for its end
     */
    public record Running(
            Version token, Caller holder, long ageMillis, long leftMillis, int waiting) {}

    private static final class Held {
        final int slot;
        final Bytes key;

        /** {@link Version#NONE} where the key is known to be absent. */
        final Version token;

        final @Nullable OperationId holderOrNull;
        final Caller caller;
        final long givenNanos;
        final long timeoutNanos;
        final Set<Waiter> waiters = new LinkedHashSet<>(0);

        Held(
                int slot,
                Bytes key,
                Version token,
                @Nullable OperationId holderOrNull,
                Caller caller,
                long givenNanos,
                long timeoutNanos) {
            this.slot = slot;
            this.key = key;
            this.token = token;
            this.holderOrNull = holderOrNull;
            this.caller = caller;
            this.givenNanos = givenNanos;
            this.timeoutNanos = timeoutNanos;
        }

        boolean isAbsence() {
            return token.equals(Version.NONE);
        }

        long leftNanos(long now) {
            return timeoutNanos - (now - givenNanos);
        }

        /** Whether not even its late holder may fill under it any more. */
        boolean isForgotten(long now) {
            return leftNanos(now) <= (isAbsence() ? 0 : -timeoutNanos);
        }

        int weightBytes() {
            return LEASE_BYTES + key.length();
        }
    }

    Leases(LeaseSettings settings, LongSupplier nanoClock, MeterRegistry registry) {
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.sweptAtNanos = nanoClock.getAsLong();
        meters.register(registry, this);
    }

    public LeaseSettings settings() {
        return settings;
    }

    /**
     * @param holderOrNull names the call: who asks again under the same name gets the same lease
     * @param caller on whose behalf, for {@link #runningOrNull}
     * @param timeoutMillis 0 for the default one; cut to the longest that is allowed
     * @param tokens gives a version greater than any before
     * @throws GossamerException {@link ErrorCode#BUSY} when there is no room, or no version
     */
    Taken take(
            int slot,
            Bytes key,
            @Nullable OperationId holderOrNull,
            Caller caller,
            long timeoutMillis,
            Supplier<Version> tokens) {
        synchronized (this) {
            long now = nanoClock.getAsLong();
            Held held = byKey.get(key);
            if (held != null && held.leftNanos(now) > 0) {
                return answer(held, holderOrNull, now);
            }
            if (held != null) {
                end(held, End.TIMED_OUT);
            }
            makeRoom(LEASE_BYTES + key.length(), now);
            Held given =
                    new Held(
                            slot,
                            key,
                            tokens.get(),
                            holderOrNull,
                            caller,
                            now,
                            timeoutNanos(timeoutMillis));
            add(given);
            meters.given.increment();
            return new Taken.Given(given.token, given.timeoutNanos);
        }
    }

    private static Taken answer(Held held, @Nullable OperationId asker, long now) {
        long left = held.leftNanos(now);
        if (held.isAbsence()) {
            return new Taken.Absent(left);
        }
        return held.holderOrNull != null && held.holderOrNull.equals(asker)
                ? new Taken.Given(held.token, left)
                : new Taken.Busy(left);
    }

    private long timeoutNanos(long wantedMillis) {
        long max = settings.timeoutMax().toMillis();
        long millis =
                wantedMillis > 0 ? Math.min(wantedMillis, max) : settings.timeout().toMillis();
        return Duration.ofMillis(millis).toNanos();
    }

    private void add(Held held) {
        byKey.put(held.key, held);
        bySlot.incrementAndGet(held.slot);
        bytes += held.weightBytes();
        absentBytes += held.isAbsence() ? held.weightBytes() : 0;
    }

    private void makeRoom(int weight, long now) {
        if (bytes + weight > settings.bytesMax() && now - sweptAtNanos >= SWEEP_PAUSE_NANOS) {
            sweep(now);
        }
        if (bytes + weight > settings.bytesMax()) {
            meters.refused.increment();
            throw new GossamerException(ErrorCode.BUSY, fullText());
        }
    }

    private String fullText() {
        return "leases take " + settings.bytesMax() + " bytes here: see limits.leases-bytes-max";
    }

    /** The lease of the key that somebody has now, or null. */
    public synchronized @Nullable Running runningOrNull(Bytes key) {
        long now = nanoClock.getAsLong();
        Held held = byKey.get(key);
        return held == null || held.isAbsence() || held.leftNanos(now) <= 0
                ? null
                : new Running(
                        held.token,
                        held.caller,
                        (now - held.givenNanos) / 1_000_000,
                        held.leftNanos(now) / 1_000_000,
                        held.waiters.size());
    }

    /** Whether a fill under this token may still be stored. */
    synchronized boolean isHeld(Bytes key, Version token) {
        Held held = byKey.get(key);
        boolean is = held != null && !held.isAbsence() && held.token.equals(token);
        if (!is) {
            meters.overtakenFills.increment();
        }
        return is;
    }

    /** The value that the lease was for has been stored. */
    synchronized void filled(Bytes key) {
        Held held = byKey.get(key);
        if (held != null) {
            meters.loaded(nanoClock.getAsLong() - held.givenNanos);
            end(held, End.FILLED);
        }
    }

    /** Whoever held the lease does not load. */
    synchronized void dropped(Bytes key) {
        Held held = byKey.get(key);
        if (held != null) {
            end(held, End.DROPPED);
        }
    }

    /** The origin has nothing under the key. Kept while there is room for it. */
    synchronized void absent(int slot, Bytes key, long millis) {
        filled(key);
        int weight = LEASE_BYTES + key.length();
        if (absentBytes + weight <= settings.bytesMax() / ABSENT_SHARE
                && bytes + weight <= settings.bytesMax()) {
            long nanos = Duration.ofMillis(Math.min(millis, ABSENT_MAX.toMillis())).toNanos();
            add(new Held(slot, key, Version.NONE, null, Caller.NODE, nanoClock.getAsLong(), nanos));
        }
    }

    /** An operation has been applied: what it changed, or was to remove, overtakes its leases. */
    void changed(int slot, Operation operation, List<Keyspace.Item> items) {
        if (bySlot.get(slot) == 0) {
            return;
        }
        switch (operation) {
            // They end their own leases.
            case Operation.TakeLease _, Operation.Fill _, Operation.EndLease _ -> {}
            // Who removes what is not here invalidates all the same.
            case Operation.Remove _, Operation.Expire _ -> overtake(slot, operation.key());
            case Operation.Put _,
                    Operation.Append _,
                    Operation.SetRange _,
                    Operation.Increment _,
                    Operation.IncrementDecimal _,
                    Operation.PutAllIfAbsent _ ->
                    items.forEach(item -> overtake(slot, item.key()));
        }
    }

    /** What is loaded under a lease of this key now must not be stored. */
    void overtake(int slot, Bytes key) {
        if (bySlot.get(slot) == 0) {
            return;
        }
        synchronized (this) {
            Held held = byKey.get(key);
            if (held != null) {
                end(held, End.OVERTAKEN);
            }
        }
    }

    /** The same of all keys of these slots, for everything in them is being invalidated. */
    public synchronized void overtakeAll(IntPredicate slots) {
        endAll(held -> slots.test(held.slot), End.OVERTAKEN);
    }

    /**
     * The same whenever a whole cache is invalidated: what was known to be absent is so no more.
     * {@link Lending} itself looks at the tags of what is filled.
     */
    void follow(Tags tags, NamedCaches caches) {
        tags.onBumped((_, tag, _) -> {
            CacheSettings cache = tags.cacheOrNull(tag);
            if (cache != null) {
                overtakeKeys(key -> caches.of(key).equals(cache));
            }
        });
    }

    private synchronized void overtakeKeys(Predicate<Bytes> keys) {
        endAll(held -> keys.test(held.key), End.OVERTAKEN);
    }

    /** Ends the leases of slots that this node is not, or was not all the while, the primary of. */
    public synchronized void revoke(IntPredicate slots) {
        endAll(held -> slots.test(held.slot), End.REVOKED);
    }

    /** Forgets what is over; to be called now and then. */
    synchronized void cleanUp() {
        sweep(nanoClock.getAsLong());
    }

    private void sweep(long now) {
        sweptAtNanos = now;
        endAll(held -> held.isForgotten(now), End.TIMED_OUT);
    }

    private void endAll(Predicate<Held> which, End why) {
        Iterator<Held> each = byKey.values().iterator();
        while (each.hasNext()) {
            Held held = each.next();
            if (which.test(held)) {
                each.remove();
                ended(held, why);
            }
        }
    }

    private void end(Held held, End why) {
        byKey.remove(held.key);
        ended(held, why);
    }

    private void ended(Held held, End why) {
        bySlot.decrementAndGet(held.slot);
        bytes -= held.weightBytes() + (long) WAITER_BYTES * held.waiters.size();
        waiters -= held.waiters.size();
        if (held.isAbsence()) {
            absentBytes -= held.weightBytes();
        } else {
            meters.ended(why);
        }
        held.waiters.forEach(Waiter::over);
    }

    /**
     * Tells the waiter when the lease of the key ends that somebody has now; its time being over is
     * for the waiter to notice.
     *
     * @return how long the lease will last at most; 0 when nobody has one, and nothing is told
     * @throws GossamerException {@link ErrorCode#BUSY} when there is no room for so many who wait
     */
    public synchronized long await(Bytes key, Waiter waiter) {
        long now = nanoClock.getAsLong();
        Held held = byKey.get(key);
        if (held == null || held.isAbsence() || held.leftNanos(now) <= 0) {
            return 0;
        }
        makeRoom(WAITER_BYTES, now);
        if (byKey.get(key) != held) {
            return 0;
        }
        held.waiters.add(waiter);
        bytes += WAITER_BYTES;
        waiters++;
        meters.waited.increment();
        return held.leftNanos(now);
    }

    /** Who waited has lost patience, and is told nothing any more unless it was told already. */
    public synchronized void leave(Bytes key, Waiter waiter) {
        Held held = byKey.get(key);
        if (held != null && held.waiters.remove(waiter)) {
            bytes -= WAITER_BYTES;
            waiters--;
        }
    }

    /** Leases that are given now, and keys that are known to be absent. */
    public synchronized int count() {
        return byKey.size();
    }

    synchronized int waiters() {
        return waiters;
    }

    synchronized long bytes() {
        return bytes;
    }
}
