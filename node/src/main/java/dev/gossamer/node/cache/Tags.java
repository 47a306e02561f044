package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.GossamerException;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Slot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What this member knows of invalidated tags, and so which entries count as absent. A tag belongs
 * to one named cache: the same name in two caches is two tags. Each cache has one more, of no name,
 * on which all its entries depend.
 *
 * <p><b>The rule.</b> An entry is valid while its version's clock is later than the last
 * invalidation of each of its tags and of its cache. Nothing but hashes of its tags is kept with
 * it, for one clock tells the order of both: whoever stores an invalidation that comes from outside
 * ({@link #hear}) counts it as no earlier than its own clock. So whatever stands at a member when
 * it hears of an invalidation is invalid there at once, whosever clock runs ahead; and as the
 * invalidation's version in the end is the latest that any member has counted it as, and each
 * follows it with its clock ({@link #raise}), all agree on which entries were before it, and
 * whatever is written once it is acknowledged is after it.
 *
 * <p><b>Read-modify-write.</b> What is made of an old value must not have a version that is later
 * than the invalidation. So {@link Writer} takes a {@link #stamp} before it looks at what stands,
 * and looks at it again when it has its version: if it is the same, no invalidation has begun to be
 * stored before, so each that comes is no earlier than that version.
 *
 * <p><b>Threads.</b> Any. {@link #isValid} takes no lock and allocates nothing; for an entry
 * without tags it is one comparison, unless it is older than the last invalidation of a whole
 * cache.
 */
public final class Tags {
    /** The most that an entry may have. */
    public static final int PER_ENTRY_MAX = 64;

    /** The most bytes that a tag's name may have. */
    public static final int NAME_BYTES_MAX = 1024;

    /** Of an entry that depends on none. */
    public static final long[] NONE = {};

    private static final Bytes NO_NAME = Bytes.EMPTY;
    private static final int SLOT_SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(Slot.COUNT);

    /** Hears of invalidations. Called on the thread that stores one, an event loop as a rule. */
    public interface Listener {
        /**
         * A tag is invalidated here from now on. More than once for one invalidation, as its
         * version grows; never when what is stored here says as much already.
         *
         * @param slot of the tag, {@link Tags#slotOf}
         * @param clock of its version as far as it is known here
         */
        void bumped(int slot, long tag, long clock);
    }

    /**
     * A tag and when it was invalidated.
     *
     * @param clock of the version
     */
    public record Bumped(long tag, long clock) {}

    /**
     * A part of what a member knows of invalidated tags.
     *
     * @param floor no tag counts as invalidated earlier
     * @param digest over all tags, and the floor
     * @param count of all tags
     */
    public record Page(long floor, long digest, int count, List<Bumped> tags) {
        public Page {
            tags = List.copyOf(tags);
        }
    }

    private final HybridClock clock;
    private final NamedCaches caches;
    private final TagTable table;
    private final long bytesMax;
    private final IdentityHashMap<CacheSettings, Integer> cacheIndex = new IdentityHashMap<>();
    private final long[] cacheTags;

    /** By cache, in the order of their settings. They are never folded. */
    private final AtomicLongArray cacheClocks;

    /** The latest of them. */
    private final AtomicLong cacheClockMax = new AtomicLong();

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** Held while an invalidation is stored; a leaf. */
    private final ReentrantLock storing = new ReentrantLock();

    /** Odd while an invalidation is stored. Changed under the lock. */
    private final AtomicLong stamp = new AtomicLong();

    /** Written to under the lock. */
    private @Nullable TagJournal journal;

    private final LongAdder heard = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();

    Tags(HybridClock clock, NamedCaches caches, long bytesMax, MeterRegistry registry) {
        this.clock = clock;
        this.caches = caches;
        this.bytesMax = bytesMax;
        this.table = new TagTable(bytesMax);
        this.cacheTags = caches.all().stream().mapToLong(cache -> hashOf(cache, NO_NAME)).toArray();
        this.cacheClocks = new AtomicLongArray(cacheTags.length);
        caches.all().forEach(cache -> cacheIndex.put(cache, cacheIndex.size()));
        register(registry);
    }

    private void register(MeterRegistry registry) {
        gauge(registry, "gossamer.tags.count", "Invalidated tags that are known", TagTable::count);
        gauge(registry, "gossamer.tags.bytes", "Bytes that they take", TagTable::bytes);
        Gauge.builder("gossamer.tags.bytes.max", this, it -> it.bytesMax)
                .description("The budget of invalidated tags")
                .register(registry);
        FunctionCounter.builder("gossamer.tags.folded", table, TagTable::folded)
                .description("Tags folded into the floor for want of room")
                .register(registry);
        FunctionCounter.builder("gossamer.tags.invalidations", heard, LongAdder::sum)
                .description("Invalidations of tags and caches stored here")
                .register(registry);
        FunctionCounter.builder("gossamer.tags.refused.reads", turnedAway, LongAdder::sum)
                .description("Reads that found an entry whose tag or cache was invalidated")
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String description,
            ToDoubleFunction<TagTable> value) {
        Gauge.builder(name, table, value).description(description).register(registry);
    }

    /**
     * Takes over what an earlier run of this member has written down, and writes down from now on
     * whatever is stored here, before anybody is told. To be called once, before anything is heard.
     *
     * @throws GossamerException when this node's clock cannot follow; then the journal is as good
     *     as one that is not whole
     */
    public void restore(TagJournal from) {
        adopt(from.found());
        storing.lock();
        try {
            journal = from;
        } finally {
            storing.unlock();
        }
    }

    /** How many tags may be known at a time, those of whole caches included. */
    public int countMax() {
        return table.countMax() + cacheTags.length;
    }

    /** Hears of every invalidation that is stored here from now on. */
    public void onBumped(Listener listener) {
        listeners.add(listener);
    }

    /**
     * The tag of a cache by that name; with an empty name the one on which the whole cache depends.
     */
    static long hashOf(CacheSettings cache, Bytes name) {
        byte[] prefix = (cache.name() + ':').getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(prefix, prefix.length + name.length());
        System.arraycopy(name.array(), 0, whole, prefix.length, name.length());
        return KeyHash.of(Bytes.wrap(whole));
    }

    /** The tag on which all entries of a cache depend. */
    public static long ofCache(CacheSettings cache) {
        return hashOf(cache, NO_NAME);
    }

    /** The slot of a tag: the upper bits of its hash. */
    public static int slotOf(long tag) {
        return (int) (tag >>> SLOT_SHIFT);
    }

    /**
     * The hashes of some tags of one cache, each once, in ascending order.
     *
     * @throws IllegalArgumentException when they are too many, or one is empty or too long
     */
    static long[] hashesOf(CacheSettings cache, List<Bytes> names) {
        if (names.size() > PER_ENTRY_MAX) {
            throw new IllegalArgumentException(
                    names.size() + " tags are more than " + PER_ENTRY_MAX);
        }
        return names.stream()
                .peek(Tags::checkName)
                .mapToLong(name -> hashOf(cache, name))
                .sorted()
                .distinct()
                .toArray();
    }

    static void checkName(Bytes name) {
        if (name.length() == 0 || name.length() > NAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a tag of " + name.length() + " bytes is outside [1, " + NAME_BYTES_MAX + "]");
        }
    }

    /**
     * Whether the entry counts: neither a tag of it nor its cache was invalidated after it was
     * written. Says nothing of its expiry. A tombstone always counts.
     */
    public boolean isValid(Bytes key, Entry entry) {
        return voidedBy(key, entry) == 0;
    }

    /**
     * The tag by which an entry does not count, that of its cache where it is that one; 0 when it
     * counts.
     */
    public long voidedBy(Bytes key, Entry entry) {
        if (entry.isTombstone()) {
            return 0;
        }
        long written = entry.clock();
        for (long tag : entry.tags()) {
            if (table.clockOf(tag) >= written) {
                return tag;
            }
        }
        return isValid(key, written) ? 0 : ofCache(caches.of(key));
    }

    /** {@link #isValid(Bytes, Entry)} of an entry without tags that was written at that clock. */
    public boolean isValid(Bytes key, long written) {
        return written > cacheClockMax.get() || written > clockOf(caches.of(key));
    }

    /** {@link #isValid} for a reader, who is counted. */
    boolean isValidForRead(Bytes key, Entry entry) {
        boolean valid = isValid(key, entry);
        if (!valid) {
            turnedAway.increment();
        }
        return valid;
    }

    private long clockOf(CacheSettings cache) {
        Integer index = cacheIndex.get(cache);
        return index == null ? 0 : cacheClocks.get(index);
    }

    /**
     * When a tag was invalidated last, as far as this member knows; 0 for never. A value that was
     * asked for before must not be stored as later than this.
     */
    public long clockOf(long tag) {
        int cache = cacheOf(tag);
        return cache >= 0 ? cacheClocks.get(cache) : table.clockOf(tag);
    }

    /** The same in milliseconds since 1970. */
    public long atMillis(long tag) {
        return HybridClock.millisOf(clockOf(tag));
    }

    /** The cache whose entries all depend on this tag, or null when it is none of that kind. */
    public @Nullable CacheSettings cacheOrNull(long tag) {
        int index = cacheOf(tag);
        return index < 0 ? null : caches.all().get(index);
    }

    /** Whether one of these tags, or the key's cache, was invalidated at that clock or later. */
    boolean anySince(long since, Bytes key, long[] some) {
        for (long tag : some) {
            if (table.clockOf(tag) >= since) {
                return true;
            }
        }
        return clockOf(caches.of(key)) >= since;
    }

    private int cacheOf(long tag) {
        for (int i = 0; i < cacheTags.length; i++) {
            if (cacheTags[i] == tag) {
                return i;
            }
        }
        return -1;
    }

    /**
     * A clock for the version of a new invalidation, later than all that this member knows.
     *
     * @throws GossamerException {@link dev.gossamer.protocol.ErrorCode#BUSY} when there is none
     */
    public long begin() {
        return clock.next();
    }

    /**
     * Hears of an invalidation: everything that stands here counts as earlier.
     *
     * @param from the clock of its version so far
     * @return as of which clock it counts here, which its version must not be earlier than
     * @throws GossamerException when this node's clock cannot follow; nothing is changed then
     */
    public long hear(long tag, long from) {
        clock.witness(from);
        heard.increment();
        return store(tag, clock::latest);
    }

    /**
     * An invalidation that was heard of, or is known to another member, is as late as this.
     *
     * @return as of which clock it counts here
     * @throws GossamerException when this node's clock cannot follow; nothing is changed then
     */
    public long raise(long tag, long to) {
        clock.witness(to);
        return store(tag, () -> to);
    }

    private long store(long tag, LongSupplier to) {
        storing.lock();
        long stored;
        boolean grew;
        try {
            stamp.incrementAndGet();
            long before = clockOf(tag);
            stored = keep(tag, to.getAsLong());
            grew = stored > before;
            if (grew && journal != null) {
                journal.bumped(tag, stored, () -> page(0, 1));
            }
        } finally {
            stamp.incrementAndGet();
            storing.unlock();
        }
        if (grew) {
            listeners.forEach(each -> each.bumped(slotOf(tag), tag, stored));
        }
        return stored;
    }

    /** Another number whenever an invalidation has come between. */
    long stamp() {
        long now = stamp.get();
        while ((now & 1) != 0) {
            // One is being stored, which takes less than a microsecond as a rule.
            now = stampWhenStored();
        }
        return now;
    }

    private long stampWhenStored() {
        storing.lock();
        try {
            return stamp.get();
        } finally {
            storing.unlock();
        }
    }

    private long keep(long tag, long to) {
        int cache = cacheOf(tag);
        if (cache < 0) {
            return table.raise(tag, to);
        }
        long stored = cacheClocks.accumulateAndGet(cache, to, Math::max);
        cacheClockMax.accumulateAndGet(to, Math::max);
        return stored;
    }

    /**
     * What is known here, as much of it as falls to one of several parts; with no parts the summary
     * alone. A tag is always of the same part.
     */
    public Page page(int part, int parts) {
        List<Bumped> found = new ArrayList<>();
        Sum sum = new Sum();
        TagTable.Visitor visitor =
                (tag, at) -> {
                    sum.add(tag, at);
                    if (parts > 0 && Math.floorMod(Long.hashCode(tag), parts) == part) {
                        found.add(new Bumped(tag, at));
                    }
                };
        for (int i = 0; i < cacheTags.length; i++) {
            if (cacheClocks.get(i) > 0) {
                visitor.visit(cacheTags[i], cacheClocks.get(i));
            }
        }
        long floor = table.forEach(visitor);
        return new Page(floor, sum.digest ^ KeyHash.mix(floor), sum.count, found);
    }

    private static final class Sum {
        private long digest;
        private int count;

        void add(long tag, long at) {
            digest ^= KeyHash.mix(tag ^ KeyHash.mix(at));
            count++;
        }
    }

    /**
     * Takes over what another member knows: of each tag the later invalidation.
     *
     * @throws GossamerException when this node's clock cannot follow; some is taken over then
     */
    public void adopt(Page page) {
        clock.witness(page.floor());
        raiseFloor(page.floor());
        for (Bumped each : page.tags()) {
            if (clockOf(each.tag()) < each.clock()) {
                raise(each.tag(), each.clock());
            }
        }
    }

    private void raiseFloor(long floor) {
        storing.lock();
        try {
            if (table.raiseFloor(floor) && journal != null) {
                journal.floorRaised(floor, () -> page(0, 1));
            }
        } finally {
            storing.unlock();
        }
    }
}
