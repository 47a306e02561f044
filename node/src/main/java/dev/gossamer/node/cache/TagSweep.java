package dev.gossamer.node.cache;

import dev.gossamer.node.store.Entry;
import dev.gossamer.node.store.MemoryTier;
import dev.gossamer.protocol.Bytes;
import dev.gossamer.protocol.Slot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Gives back the memory of entries that are invalid: no reader finds them, and so nothing else
 * would find out until they expire or are evicted.
 *
 * <p>After an invalidation it looks at every entry once, the next slots at each step, up to {@value
 * #ENTRIES_PER_STEP} entries a step. Each member does so for itself: what leaves on one and stands
 * on another yet is what eviction leaves behind as well.
 *
 * <p><b>Threads.</b> {@link #step} by one at a time, by no event loop.
 */
final class TagSweep {
    private static final int ENTRIES_PER_STEP = 100_000;

    private final MemoryTier memory;
    private final SlotDrop drops;
    private final Mutations mutations;
    private final Tags tags;
    private final AtomicLong invalidations = new AtomicLong();
    private final LongAdder dropped = new LongAdder();

    /** How many invalidations the round under way, or the last one, knew of. */
    private long known;

    /** Where to go on; at the end when the round is over. */
    private int slot = Slot.COUNT;

    TagSweep(
            MemoryTier memory,
            SlotDrop drops,
            Mutations mutations,
            Tags tags,
            MeterRegistry registry) {
        this.memory = memory;
        this.drops = drops;
        this.mutations = mutations;
        this.tags = tags;
        tags.onBumped((_, _, _) -> invalidations.incrementAndGet());
        FunctionCounter.builder("gossamer.tags.dropped", dropped, LongAdder::sum)
                .description("Invalid entries whose memory was given back")
                .register(registry);
    }

    /** Goes on a little, if there is anything to look for. */
    void step() {
        if (slot == Slot.COUNT && known == invalidations.get()) {
            return;
        }
        if (slot == Slot.COUNT) {
            known = invalidations.get();
            slot = 0;
        }
        long seen = 0;
        while (slot < Slot.COUNT && seen < ENTRIES_PER_STEP) {
            seen += 1 + memory.liveCount(slot);
            dropped.add(drops.dropEntries(slot, this::isInvalid));
            slot++;
        }
    }

    /** As if it had been evicted. */
    private boolean isInvalid(Bytes key, Entry entry) {
        return mutations.isVoid(tags, key, entry);
    }
}
