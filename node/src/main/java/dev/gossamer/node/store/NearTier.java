package dev.gossamer.node.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gossamer.node.store.NearCopy.Question;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.KeyHash;
import dev.gossamer.protocol.Slot;
import dev.gossamer.protocol.Version;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of L1 that keeps copies of what other members own. It has a budget of its own, so that
 * no flood of foreign keys takes room from what this node owns; within it W-TinyLFU keeps what is
 * asked for often.
 *
 * <p>Copies are found by the 64-bit hash that invalidations name keys by, and verified by the whole
 * key: of two keys with one hash the later fill stays. A slot, and all of one origin, is voided by
 * counting a generation on, in O(1): what was asked for before has an earlier one. Void copies
 * leave when they are met, or by eviction.
 *
 * <p><b>Threads.</b> Any, event loops too. <b>Cost.</b> One look-up; 128 KiB for generations.
 *
 * <p><b>Proof.</b> An origin's proof moves on after what it covers has taken copies out. So who has
 * found a copy reads the proof, and then looks whether the copy still stands: a thread that was
 * held up between finding it and that would take an old copy for a proved one.
 *
 * <p><b>Expiry.</b> An expired copy is not found from the moment on, by this node's wall clock.
 */
public class NearTier {
    /** What a copy costs beside the bytes of key and value. */
    public static final int COPY_OVERHEAD_BYTES = 336;

    private final Cache<Long, NearCopy> cache;
    private final ConcurrentMap<Long, NearCopy> map;
    private final LongSupplier wallMillis;
    private final long bytesMax;
    private final AtomicLongArray slotGenerations = new AtomicLongArray(Slot.COUNT);
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder kept = new LongAdder();
    private final LongAdder voided = new LongAdder();

    /** Which of two entries of one key is the later one. */
    public interface Order {
        boolean isLater(Bytes key, Entry entry, Entry other);
    }

    private final Order order;

    /**
     * @param bytesMax the budget; 0 for no near copies
     * @param wallMillis milliseconds since 1970, what an entry's expiry is compared with
     * @param order of the versions of a key
     */
    public NearTier(long bytesMax, LongSupplier wallMillis, Order order) {
        if (bytesMax < 0) {
            throw new IllegalArgumentException("near copies of " + bytesMax + " bytes");
        }
        this.bytesMax = bytesMax;
        this.wallMillis = wallMillis;
        this.order = order;
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(bytesMax)
                        .weigher(NearTier::weightOf)
                        .evictionListener((_, copy, _) -> markOut(copy))
                        .executor(Runnable::run)
                        .build();
        this.map = cache.asMap();
    }

    private static int weightOf(Long hash, NearCopy copy) {
        int weight = MemoryTier.weightOf(copy.question().key(), copy.entry());
        return weight - MemoryTier.ENTRY_OVERHEAD_BYTES + COPY_OVERHEAD_BYTES;
    }

    /** Whether anything is kept here at all. */
    public boolean isOn() {
        return bytesMax > 0;
    }

    /** To be asked before the question is sent. */
    public Question question(Bytes key, int slot, NearOrigin origin, long askedNanos) {
        return new Question(
                key,
                slot,
                KeyHash.of(key),
                origin,
                askedNanos,
                origin.generation(),
                slotGenerations.get(slot));
    }

    /**
     * A copy that nothing has voided, or null. It may be of any age.
     *
     * @param earliestNanos it must have been current then or later
     */
    public @Nullable NearCopy findOrNull(Bytes key, long earliestNanos) {
        NearCopy copy = cache.getIfPresent(KeyHash.of(key));
        if (copy == null
                || !copy.isOf(key)
                || copy.currentNanos() < earliestNanos
                || !stands(copy)) {
            misses.increment();
            return null;
        }
        hits.increment();
        return copy;
    }

    /** What stands under the key, or null; its use is not counted. */
    public @Nullable NearCopy peekOrNull(Bytes key) {
        NearCopy copy = cache.policy().getIfPresentQuietly(KeyHash.of(key));
        return copy == null || !copy.isOf(key) ? null : copy;
    }

    /** Whether the copy is neither void nor expired now. */
    public boolean stands(NearCopy copy) {
        return isValid(copy) && !isExpired(copy);
    }

    private boolean isValid(NearCopy copy) {
        return isCurrent(copy.question()) && !copy.isOut();
    }

    private boolean isCurrent(Question question) {
        return question.originGeneration() == question.origin().generation()
                && question.slotGeneration() == slotGenerations.get(question.slot());
    }

    private boolean isExpired(NearCopy copy) {
        return copy.entry().expiresAtMillis() != Entry.NEVER
                && copy.entry().expiredAt(wallMillis.getAsLong());
    }

    /**
     * Keeps the copy, unless a later version of the same key stands here, or the same one that was
     * asked for later. Who calls looks afterwards whether it was invalidated on its way, and then
     * calls {@link #drop}.
     */
    public void put(NearCopy copy) {
        kept.increment();
        map.compute(
                copy.question().hash(),
                (_, standing) -> {
                    if (standing != null && outlasts(standing, copy)) {
                        return standing;
                    }
                    markOut(standing);
                    return copy;
                });
    }

    /** After this, a copy that a reader holds already counts as void, too. */
    private static void markOut(@Nullable NearCopy copy) {
        if (copy != null) {
            copy.markOut();
        }
    }

    private boolean outlasts(NearCopy standing, NearCopy copy) {
        Bytes key = copy.question().key();
        if (!standing.isOf(key) || !isValid(standing)) {
            return false;
        }
        return order.isLater(key, standing.entry(), copy.entry())
                || (standing.entry().version().equals(copy.entry().version())
                        && standing.question().askedNanos() >= copy.question().askedNanos());
    }

    /** Takes out this very copy. */
    public void drop(NearCopy copy) {
        copy.markOut();
        if (map.remove(copy.question().hash(), copy)) {
            voided.increment();
        }
    }

    /** Takes out what stands under this hash. */
    public void drop(long hash) {
        NearCopy copy = map.remove(hash);
        if (copy != null) {
            copy.markOut();
            voided.increment();
        }
    }

    /**
     * An origin has invalidated what has this hash: takes it out, unless the origin knew of that
     * when it gave the copy away, or it is of that very version.
     *
     * @param sequence of the invalidation
     * @return whether a copy was taken out
     */
    public boolean invalidate(NearOrigin origin, long sequence, long hash, Version version) {
        NearCopy copy = map.get(hash);
        if (copy != null
                && copy.origin() == origin
                && copy.sequence() < sequence
                && !copy.entry().version().equals(version)) {
            drop(copy);
            return true;
        }
        return false;
    }

    /** Voids all copies of keys in the slot, those that are under way, too. O(1). */
    public void voidSlot(int slot) {
        slotGenerations.incrementAndGet(slot);
    }

    /** What the copies take, void ones that have not been met yet, too. */
    public long bytes() {
        return cache.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }

    /** How many copies there are, void ones that have not been met yet, too. */
    public long count() {
        return cache.estimatedSize();
    }

    /** Exports what is here; once. */
    public void register(MeterRegistry registry) {
        counter(registry, "hits", hits, "Reads that a near copy answered");
        counter(registry, "misses", misses, "Reads for which there was no near copy young enough");
        counter(registry, "kept", kept, "Answers of owners that were kept as near copies");
        counter(registry, "voided", voided, "Near copies taken out because their key changed");
        Gauge.builder("gossamer.near.bytes", this, NearTier::bytes)
                .description("Bytes of near copies")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("gossamer.near.bytes.max", this, it -> it.bytesMax)
                .description("The budget of near copies")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("gossamer.near.copies", this, NearTier::count)
                .description("Near copies")
                .register(registry);
    }

    private static void counter(
            MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder("gossamer.near." + name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
