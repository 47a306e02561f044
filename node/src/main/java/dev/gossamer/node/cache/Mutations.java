package dev.gossamer.node.cache;

import dev.gossamer.node.cache.Keyspace.Item;
import dev.gossamer.node.cache.Mutation.Kind;
import dev.gossamer.node.cache.Mutation.What;
import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The last changes of the keys that this node has as an owner, and who caused them: what {@code
 * explain} tells of the past. Kept in memory, by the hash of the key.
 *
 * <p><b>Bound (C12).</b> Of the budget 8/16 are for what was stored, 4/16 for removals, 3/16 for
 * what left by itself (expired, evicted, voided), 1/16 for invalidations of tags and caches and for
 * flushes. So many writes do not push out who removed something, nor evictions who wrote. Each part
 * but the last is {@value #STRIPES} rings, by the hash, and in each the oldest leaves first. The
 * bound holds for arrays and callers together; rings grow as they are used.
 *
 * <p><b>Threads.</b> Any, event loops too: the lock of one ring is held for an addition. It is a
 * leaf.
 *
 * <p><b>Cost.</b> An addition hashes the key, reads the clock and writes some 50 bytes; it
 * allocates nothing as a rule.
 */
public final class Mutations {
    /** The most that is told of one key and kind. */
    public static final int PER_KEY_MAX = 64;

    private static final int STRIPES = 8;
    private static final int PARTS = 16;
    private static final int EVENT_BYTES = 200;

    private final LongSupplier wallMillis;
    private final long bytesMax;
    private final MutationRing[] stored;
    private final MutationRing[] removed;
    private final MutationRing[] left;
    private final LongAdder recorded = new LongAdder();

    /** What concerns many keys, the oldest first. Guarded by itself, as its weight. */
    private final Deque<Mutation> events = new ArrayDeque<>();

    private long eventBytes;

    /**
     * @param wallMillis milliseconds since 1970
     * @param bytesMax 0 for keeping nothing
     */
    Mutations(LongSupplier wallMillis, long bytesMax, MeterRegistry registry) {
        this.wallMillis = wallMillis;
        this.bytesMax = bytesMax;
        this.stored = rings(8);
        this.removed = rings(4);
        this.left = rings(3);
        Gauge.builder("gossamer.mutations.bytes", this, Mutations::bytes)
                .description("Bytes that remembered mutations and their callers take")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("gossamer.mutations.bytes.max", this, it -> it.bytesMax)
                .description("The bound of remembered mutations")
                .baseUnit("bytes")
                .register(registry);
        FunctionCounter.builder("gossamer.mutations.recorded", recorded, LongAdder::sum)
                .description("Mutations that were written down for explain")
                .register(registry);
    }

    private MutationRing[] rings(int parts) {
        MutationRing[] rings = new MutationRing[STRIPES];
        for (int i = 0; i < STRIPES; i++) {
            rings[i] = new MutationRing(bytesMax * parts / PARTS / STRIPES);
        }
        return rings;
    }

    /** This node, as the primary, has changed a key. */
    void applied(Operation operation, Item item, Version version, Caller caller) {
        if (bytesMax > 0) {
            boolean removal = item.entry().isTombstone();
            What what = removal ? What.REMOVED : whatOf(operation);
            add(item.key(), what, false, removal, version, 0, caller);
        }
    }

    /** This node has a copy that comes from another. */
    void arrived(What what, Bytes key, Entry entry) {
        if (bytesMax > 0) {
            add(key, what, false, entry.isTombstone(), entry.version(), 0, Caller.NODE);
        }
    }

    /**
     * An entry has left this node.
     *
     * @param tag by which it was void, or 0
     */
    void left(What what, Bytes key, Version version, long tag) {
        if (bytesMax > 0) {
            add(key, what, false, true, version, tag, Caller.NODE);
        }
    }

    /** Whether an entry is void, and so leaves this node now. */
    boolean isVoid(Tags tags, Bytes key, Entry entry) {
        long tag = tags.voidedBy(key, entry);
        if (tag != 0) {
            left(What.VOIDED, key, entry.version(), tag);
        }
        return tag != 0;
    }

    /** An entry has left this node by its expiry, or for want of memory. */
    void left(Bytes key, Entry entry, boolean expired) {
        left(expired ? What.EXPIRED : What.EVICTED, key, entry.version(), 0);
    }

    /** Another member has answered what this node asked it on somebody's behalf. */
    public void asked(Operation operation, Outcome outcome, Caller caller) {
        boolean done = outcome instanceof Outcome.Applied;
        if (bytesMax == 0 || !done || operation instanceof Operation.TakeLease) {
            return;
        }
        Version version = ((Outcome.Applied) outcome).version();
        boolean changed = !version.equals(Version.NONE) && !isNoPatch(operation);
        if (changed && operation instanceof Operation.PutAllIfAbsent(var pairs)) {
            pairs.forEach(pair -> add(pair.key(), What.PUT, true, false, version, 0, caller));
        } else if (changed) {
            What what = whatOf(operation);
            boolean removal = what == What.REMOVED;
            add(operation.key(), what, true, removal, version, 0, caller);
        }
    }

    /** Answered with the version of what stood there before. */
    private static boolean isNoPatch(Operation operation) {
        return operation instanceof Operation.SetRange range && range.patch().length == 0;
    }

    private static What whatOf(Operation operation) {
        return switch (operation) {
            case Operation.Put _, Operation.PutAllIfAbsent _ -> What.PUT;
            case Operation.Append _,
                    Operation.SetRange _,
                    Operation.Increment _,
                    Operation.IncrementDecimal _ ->
                    What.CHANGED;
            case Operation.Fill _ -> What.FILLED;
            case Operation.Expire _ -> What.EXPIRY;
            case Operation.Remove _, Operation.TakeLease _, Operation.EndLease _ -> What.REMOVED;
        };
    }

    private void add(
            Bytes key,
            What what,
            boolean asked,
            boolean removal,
            Version version,
            long tag,
            Caller caller) {
        long hash = KeyHash.of(key);
        MutationRing[] rings = what.kind() == Kind.DEPARTURE ? left : removal ? removed : stored;
        ringOf(rings, hash)
                .add(wallMillis.getAsLong(), hash, what, asked, removal, version, tag, caller);
        recorded.increment();
    }

    private static MutationRing ringOf(MutationRing[] rings, long hash) {
        return rings[(int) (hash >>> (Long.SIZE - 3)) & (STRIPES - 1)];
    }

    /**
     * Somebody has invalidated a tag through this node.
     *
     * @param name of the tag, or of the cache where all of that depends on the tag
     */
    public void invalidated(
            boolean ofCache, long tag, String name, Version version, Caller caller) {
        What what = ofCache ? What.CACHE_INVALIDATED : What.TAG_INVALIDATED;
        long now = wallMillis.getAsLong();
        event(new Mutation(now, what, true, true, version, caller, tag, name));
    }

    /** Somebody has asked this node for the removal of everything. */
    public void flushed(Caller caller) {
        long now = wallMillis.getAsLong();
        event(new Mutation(now, What.FLUSHED, true, true, Version.NONE, caller, 0, ""));
    }

    private void event(Mutation event) {
        synchronized (events) {
            events.addLast(event);
            eventBytes += weightBytes(event);
            while (eventBytes > bytesMax / PARTS) {
                eventBytes -= weightBytes(events.removeFirst());
            }
        }
        recorded.increment();
    }

    private static int weightBytes(Mutation event) {
        return EVENT_BYTES + event.detail().length() + event.caller().weightBytes();
    }

    /**
     * What is remembered of a key, and of invalidations that may have concerned it; the newest
     * first. Looks at an eighth of all that is kept; to be called by no event loop.
     *
     * @param tags hashes of the tags to tell of, that of the cache among them
     */
    public List<Mutation> of(Bytes key, Set<Long> tags) {
        long hash = KeyHash.of(key);
        List<Mutation> found = new ArrayList<>();
        for (MutationRing[] rings : List.of(stored, removed, left)) {
            ringOf(rings, hash).collect(hash, PER_KEY_MAX, found);
        }
        synchronized (events) {
            Iterator<Mutation> newest = events.descendingIterator();
            for (int told = 0; told < PER_KEY_MAX && newest.hasNext(); ) {
                Mutation event = newest.next();
                if (event.what() == What.FLUSHED || tags.contains(event.tag())) {
                    found.add(event);
                    told++;
                }
            }
        }
        found.sort(
                Comparator.comparingLong(Mutation::atMillis)
                        .thenComparingLong(mutation -> mutation.version().clock())
                        .reversed());
        return found;
    }

    private long bytes() {
        long sum = 0;
        for (MutationRing[] rings : List.of(stored, removed, left)) {
            for (MutationRing ring : rings) {
                sum += ring.bytes();
            }
        }
        synchronized (events) {
            return sum + eventBytes;
        }
    }
}
